/** What a configuration says of the site as a whole: names, domains, networks, and where mailboxes lie. */
import type { MatchEntry } from '../stages/restrictions/index.js';
import type { DomainEntry } from '../tables/domain-set.js';
import { decodeText } from '../values/bytes.js';
import { type Domain, parseDomain } from '../values/domain.js';
import { type IpAddress, parseIp } from '../values/ip.js';
import { splitList } from './lists.js';
import type { ParameterView } from './parameter-view.js';
import { parentsOf } from './routing-options.js';
import type { Site } from './site.js';

export interface PostfixSettings {
  /** myhostname. */
  readonly hostname: Domain;
  /** myorigin: the domain of bare names. */
  readonly origin: Domain;
  /** mydestination, and our own addresses as literals: `[192.0.2.1]` (inet_interfaces, proxy_interfaces). A table has
   * the domain as a key. */
  readonly localDomains: readonly DomainEntry[];
  /** virtual_alias_domains that are not local. */
  readonly virtualDomains: readonly DomainEntry[];
  /** virtual_mailbox_domains that are neither. */
  readonly mailboxDomains: readonly DomainEntry[];
  /** With all below them, or with names like `.example.com` for that (parent_domain_matches_subdomains). */
  readonly relayDomains: readonly DomainEntry[];
  /** Our own addresses, as far as the configuration names them; loopback's for `all`. */
  readonly ownAddresses: readonly IpAddress[];
  /** mynetworks: in CIDR notation, or a verified name; a table has the address, or the name, as a key. */
  readonly networks: readonly MatchEntry[];
  readonly recipientDelimiter: string;
  /** Octets; undefined for no limit (message_size_limit = 0). */
  readonly messageSizeLimit: number | undefined;
  /** smtpd_recipient_limit. */
  readonly recipientLimit: number;
}

/** Where the mail store must lie, so that a mailbox's name below `base` is the folder that Postfix would write to. */
export interface PostfixMailboxes {
  /** virtual_mailbox_base; without it mail_spool_directory. Home folders of local users are expected below it too. */
  readonly base: string;
  /** home_mailbox: below the home folder of a local user. '' where mail_spool_directory holds a mailbox for each
   * user. */
  readonly homeMailbox: string;
}

export function readSettings(site: Site, view: ParameterView): PostfixSettings {
  // First where they are written: lists of domains refer to them by default.
  const { cleanup, rewrite } = site.programsFor(view);
  site.table(cleanup, 'virtual_alias_maps');
  site.table(view, 'virtual_mailbox_maps');
  const ownAddresses = ownAddressesOf(view);
  // smtpd(8) too has the class of an address from trivial-rewrite(8).
  const localDomains = [...new Set([...site.domains(rewrite, 'mydestination'), ...ownAddresses.map(literal)])];
  const without = (entries: Domains, ...others: readonly Domains[]): Domains =>
    entries.filter((entry) => typeof entry !== 'string' || !others.some((list) => list.includes(entry)));
  // Postfix takes the first class that has the domain, and warns.
  const virtualDomains = without(site.domains(rewrite, 'virtual_alias_domains'), localDomains);
  return {
    hostname: domainOf(site, view, 'myhostname'),
    origin: domainOf(site, rewrite, 'myorigin'),
    localDomains,
    virtualDomains,
    mailboxDomains: without(site.domains(rewrite, 'virtual_mailbox_domains'), localDomains, virtualDomains),
    relayDomains: site.domains(rewrite, 'relay_domains', parentsOf(rewrite).has('relay_domains') ? 'parent' : 'dot'),
    ownAddresses,
    networks: site.lists.networks(
      view.text('mynetworks'),
      view.source('mynetworks'),
      parentsOf(view).has('mynetworks') ? 'parent' : 'dot',
    ),
    recipientDelimiter: view.text('recipient_delimiter'),
    messageSizeLimit: view.count('message_size_limit') || undefined,
    recipientLimit: view.count('smtpd_recipient_limit'),
  };
}

type Domains = readonly DomainEntry[];

/**
 * Names of interfaces and hosts are not looked up; `all` is the loopback interface, and others that are not known here.
 */
function ownAddressesOf(view: ParameterView): readonly IpAddress[] {
  const written = [...splitList(view.text('inet_interfaces')), ...splitList(view.text('proxy_interfaces'))];
  const named = written.flatMap((text) => {
    const read = parseIp(text.replace(/^\[(.*)\]$/, '$1'));
    return read.kind === 'parsed' ? [read.value] : [];
  });
  const others = written.filter((text) => /^(?:all|loopback-only|localhost)$/i.test(text));
  const loopback = others.length > 0 ? ['127.0.0.1', '::1'].map(parseIp) : [];
  return [...named, ...loopback.flatMap((read) => (read.kind === 'parsed' ? [read.value] : []))];
}

function literal({ version, text }: IpAddress): string {
  return version === 4 ? `[${text}]` : `[ipv6:${text}]`;
}

/** For an empty home_mailbox, as it is by default. */
export const mboxFiles: string =
  'Postfix writes mbox files below mail_spool_directory, and here none are: each user has a Maildir of that name';

export function readMailboxes(site: Site): PostfixMailboxes {
  const { local, virtual } = site.programs;
  const base = virtual.text('virtual_mailbox_base') || local.text('mail_spool_directory');
  const homeMailbox = local.text('home_mailbox');
  const inSpool =
    local.isSet('home_mailbox') && homeMailbox === '' && !local.text('mail_spool_directory').endsWith('/');
  if (inSpool) site.judge('home_mailbox', 'not-honoured', mboxFiles);
  if (homeMailbox !== '' && !homeMailbox.endsWith('/')) {
    site.judge('home_mailbox', 'not-honoured', 'mailboxes are Maildirs: write a slash at its end');
  }
  if (local.isSet('mail_spool_directory') && homeMailbox === '' && !local.text('mail_spool_directory').endsWith('/')) {
    site.judge('mail_spool_directory', 'not-honoured', 'mailboxes are Maildirs, not files: write a slash at its end');
  }
  return { base, homeMailbox: homeMailbox.replace(/\/+$/, '') };
}

function domainOf(site: Site, view: ParameterView, name: string): Domain {
  const value = view.text(name);
  // myorigin may name a file, as Debian has it.
  const text = value.startsWith('/') ? firstWord(site, view, name, value) : value;
  const domain = parseDomain(text);
  if (domain.kind === 'parsed') return domain.value;
  view.fault(name, 'bad-domain', domain.why, text);
  return { kind: 'domain', ascii: 'localhost', unicode: 'localhost' };
}

function firstWord(site: Site, view: ParameterView, name: string, path: string): string {
  const read = site.files.read(path);
  if (read.kind === 'read') return decodeText(read.bytes).trim();
  view.fault(name, 'missing-file', `the file ${read.file} cannot be read (${read.why})`, path);
  return 'localhost';
}
