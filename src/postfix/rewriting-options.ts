/** canonical(5), masquerading and the completion of addresses, from main.cf: the options of the rewriting stages. */
import type { Session } from '../core/session.js';
import type { AddressPlace, RewriteOptions } from '../stages/rewriting/index.js';
import { networkContains, parseNetwork } from '../values/network.js';
import { splitList } from './lists.js';
import type { ParameterView } from './parameter-view.js';
import { wordsOf } from './routing-options.js';
import type { PostfixSettings } from './settings.js';
import type { Site } from './site.js';

export function rewritingOptions(site: Site, settings: PostfixSettings): RewriteOptions {
  const { cleanup, rewrite } = site.programs;
  const canonical = site.table(cleanup, 'canonical_maps');
  const senderCanonical = site.table(cleanup, 'sender_canonical_maps');
  const recipientCanonical = site.table(cleanup, 'recipient_canonical_maps');
  const remoteDomain = rewrite.text('remote_header_rewrite_domain');
  return {
    origin: settings.origin.ascii,
    appendOrigin: rewrite.flag('append_at_myorigin'),
    ...(rewrite.flag('append_dot_mydomain') && { dotDomain: rewrite.text('mydomain') }),
    localDomains: settings.localDomains,
    ...(canonical !== undefined && { canonical }),
    ...(senderCanonical !== undefined && { senderCanonical }),
    ...(recipientCanonical !== undefined && { recipientCanonical }),
    canonicalClasses: classes(cleanup, 'canonical_classes'),
    senderCanonicalClasses: classes(cleanup, 'sender_canonical_classes'),
    recipientCanonicalClasses: classes(cleanup, 'recipient_canonical_classes'),
    masqueradeDomains: splitList(cleanup.text('masquerade_domains')),
    masqueradeExceptions: splitList(cleanup.text('masquerade_exceptions')),
    masqueradeClasses: classes(cleanup, 'masquerade_classes'),
    recipientDelimiter: settings.recipientDelimiter,
    ownerRequestSpecial: rewrite.flag('owner_request_special'),
    propagateExtensions: splitList(cleanup.text('propagate_unmatched_extensions')).includes('canonical'),
    localClient: localClients(site, settings),
    ...(remoteDomain !== '' && { remoteDomain }),
  };
}

/** Whether there is anything that could change an address. Bare names are completed by the servers' own reading of paths. */
export function hasRewriting(options: RewriteOptions): boolean {
  const { canonical, senderCanonical, recipientCanonical, masqueradeDomains = [], remoteDomain } = options;
  const tables = [canonical, senderCanonical, recipientCanonical];
  return tables.some((table) => table !== undefined) || masqueradeDomains.length > 0 || remoteDomain !== undefined;
}

const places: readonly AddressPlace[] = ['envelope_sender', 'envelope_recipient', 'header_sender', 'header_recipient'];

function classes(view: ParameterView, name: string): readonly AddressPlace[] {
  return wordsOf(view, name, places);
}

/** local_header_rewrite_clients: whose header fields are completed and rewritten. */
function localClients(site: Site, { networks }: PostfixSettings): (session: Session) => boolean {
  const name = 'local_header_rewrite_clients';
  const known = ['permit_inet_interfaces', 'permit_mynetworks', 'permit_sasl_authenticated'] as const;
  const words = splitList(site.view.text(name));
  const left = words.filter((word) => !(known as readonly string[]).includes(word));
  if (left.length > 0) site.judge(name, 'not-honoured', `left out: ${left.join(', ')}`);
  const ours = words.includes('permit_mynetworks') ? networks : ['127.0.0.0/8', '[::1]/128'];
  const parsed = ours.flatMap((entry) => {
    const network = parseNetwork(entry.replace(/^!+/, ''));
    return network.kind === 'parsed' ? [{ network: network.value, ours: !entry.startsWith('!') }] : [];
  });
  const byLogin = words.includes('permit_sasl_authenticated');
  return ({ client: { ip }, protocol, login }) => {
    if (protocol === 'local') return true;
    if (byLogin && login !== undefined) return true;
    return ip !== undefined && parsed.find(({ network }) => networkContains(network, ip))?.ours === true;
  };
}
