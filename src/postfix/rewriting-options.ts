/** canonical(5), masquerading and the completion of addresses, from main.cf: the options of the rewriting stages. */
import type { Session } from '../core/session.js';
import type { MatchEntry } from '../stages/restrictions/index.js';
import type { AddressPlace, RewriteOptions } from '../stages/rewriting/index.js';
import type { Network } from '../values/ip.js';
import { networkContains, parseNetwork } from '../values/network.js';
import { splitList } from './lists.js';
import type { ParameterView } from './parameter-view.js';
import { wordsOf } from './routing-options.js';
import type { PostfixSettings } from './settings.js';
import type { Site } from './site.js';

/** `mapping`: false where receive_override_options turns address mappings off; names are completed nevertheless. */
export function rewritingOptions(
  site: Site,
  smtpd: ParameterView,
  settings: PostfixSettings,
  mapping: boolean,
): RewriteOptions {
  const { cleanup, rewrite } = site.programsFor(smtpd);
  const table = (name: string) => (mapping ? site.table(cleanup, name) : undefined);
  const canonical = table('canonical_maps');
  const senderCanonical = table('sender_canonical_maps');
  const recipientCanonical = table('recipient_canonical_maps');
  const remoteDomain = rewrite.text('remote_header_rewrite_domain');
  return {
    origin: settings.origin.ascii,
    appendOrigin: rewrite.flag('append_at_myorigin'),
    ...(rewrite.flag('append_dot_mydomain') && { dotDomain: rewrite.text('mydomain') }),
    bangPaths: rewrite.flag('swap_bangpath'),
    percentHack: rewrite.flag('allow_percent_hack'),
    localDomains: settings.localDomains,
    ...(canonical !== undefined && { canonical }),
    ...(senderCanonical !== undefined && { senderCanonical }),
    ...(recipientCanonical !== undefined && { recipientCanonical }),
    canonicalClasses: classes(cleanup, 'canonical_classes'),
    senderCanonicalClasses: classes(cleanup, 'sender_canonical_classes'),
    recipientCanonicalClasses: classes(cleanup, 'recipient_canonical_classes'),
    masqueradeDomains: mapping ? splitList(cleanup.text('masquerade_domains')) : [],
    masqueradeExceptions: splitList(cleanup.text('masquerade_exceptions')),
    masqueradeClasses: classes(cleanup, 'masquerade_classes'),
    recipientDelimiter: settings.recipientDelimiter,
    ownerRequestSpecial: rewrite.flag('owner_request_special'),
    propagateExtensions: splitList(cleanup.text('propagate_unmatched_extensions')).includes('canonical'),
    localClient: localClients(site, smtpd, settings),
    ...(remoteDomain !== '' && { remoteDomain }),
  };
}

/** Whether a recipient could change: names are completed by the server's own reading of paths. */
export function changesEnvelope(options: RewriteOptions): boolean {
  const { canonical, senderCanonical, recipientCanonical, masqueradeDomains = [], dotDomain } = options;
  const tables = [canonical, senderCanonical, recipientCanonical];
  return tables.some((table) => table !== undefined) || masqueradeDomains.length > 0 || dotDomain !== undefined;
}

/** Whether a field of the header could, of local clients at least. */
export function changesHeader(options: RewriteOptions): boolean {
  const { appendOrigin, bangPaths, percentHack, remoteDomain } = options;
  return (
    changesEnvelope(options) || [appendOrigin, bangPaths, percentHack].includes(true) || remoteDomain !== undefined
  );
}

const places: readonly AddressPlace[] = ['envelope_sender', 'envelope_recipient', 'header_sender', 'header_recipient'];

function classes(view: ParameterView, name: string): readonly AddressPlace[] {
  return wordsOf(view, name, places);
}

const clientWords = ['permit_inet_interfaces', 'permit_mynetworks', 'permit_sasl_authenticated'] as const;

/** local_header_rewrite_clients: whose header fields are completed and rewritten. */
function localClients(
  site: Site,
  smtpd: ParameterView,
  { networks, ownAddresses }: PostfixSettings,
): (session: Session) => boolean {
  const name = 'local_header_rewrite_clients';
  const words = splitList(smtpd.text(name));
  const has = (word: (typeof clientWords)[number]): boolean => words.includes(word);
  const left = words.filter((word) => !(clientWords as readonly string[]).includes(word));
  if (left.length > 0) site.judge(name, 'not-honoured', `left out: ${left.join(', ')}`);
  const own = new Set(has('permit_inet_interfaces') ? ownAddresses.map(({ text }) => text) : []);
  const given = has('permit_mynetworks') ? networks : [];
  const others = given.filter((entry) => typeof entry !== 'string' || parsedNetwork(entry) === undefined);
  if (others.length > 0) site.judge(name, 'not-honoured', `not asked: ${others.map(nameOf).join(', ')}`);
  const ours = given.flatMap((entry) => {
    const network = typeof entry === 'string' ? parsedNetwork(entry) : undefined;
    return network === undefined ? [] : [{ network, ours: !String(entry).startsWith('!') }];
  });
  const byLogin = has('permit_sasl_authenticated');
  return ({ client: { ip }, protocol, login }) => {
    if (protocol === 'local' || (byLogin && login !== undefined)) return true;
    if (ip === undefined) return false;
    return own.has(ip.text) || ours.find(({ network }) => networkContains(network, ip))?.ours === true;
  };
}

function parsedNetwork(entry: string): Network | undefined {
  const network = parseNetwork(entry.replace(/^!+/, ''));
  return network.kind === 'parsed' ? network.value : undefined;
}

function nameOf(entry: MatchEntry): string {
  if (typeof entry === 'string') return entry;
  return 'excludes' in entry ? `!${entry.excludes.name}` : entry.name;
}
