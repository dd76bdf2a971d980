/** What a configuration says of the site as a whole: names, domains, networks, and where mailboxes lie. */
import { decodeText } from '../values/bytes.js';
import { type Domain, parseDomain } from '../values/domain.js';
import type { ParameterView } from './parameter-view.js';
import type { Site } from './site.js';

export interface PostfixSettings {
  /** myhostname. */
  readonly hostname: Domain;
  /** myorigin: the domain of bare names. */
  readonly origin: Domain;
  /** mydestination. */
  readonly localDomains: readonly string[];
  /** virtual_alias_domains that are not local. */
  readonly virtualDomains: readonly string[];
  /** virtual_mailbox_domains that are neither. */
  readonly mailboxDomains: readonly string[];
  readonly relayDomains: readonly string[];
  /** mynetworks, in CIDR notation. */
  readonly networks: readonly string[];
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
  /** home_mailbox: below the home folder of a local user. '' where mail_spool_directory holds a mailbox for each user. */
  readonly homeMailbox: string;
}

export function readSettings(site: Site, view: ParameterView): PostfixSettings {
  // First where they are written: lists of domains refer to them by default.
  site.table(site.programs.cleanup, 'virtual_alias_maps');
  site.table(view, 'virtual_mailbox_maps');
  const localDomains = site.domains(view, 'mydestination');
  const without = (domains: readonly string[], ...others: readonly (readonly string[])[]): readonly string[] =>
    domains.filter((domain) => !others.some((list) => list.includes(domain)));
  // Postfix takes the first class that has the domain, and warns.
  const virtualDomains = without(site.domains(view, 'virtual_alias_domains'), localDomains);
  return {
    hostname: domainOf(site, view, 'myhostname'),
    origin: domainOf(site, site.programs.rewrite, 'myorigin'),
    localDomains,
    virtualDomains,
    mailboxDomains: without(site.domains(view, 'virtual_mailbox_domains'), localDomains, virtualDomains),
    relayDomains: site.domains(view, 'relay_domains'),
    networks: site.lists.networks(view.text('mynetworks'), view.source('mynetworks')),
    recipientDelimiter: view.text('recipient_delimiter'),
    messageSizeLimit: view.count('message_size_limit') || undefined,
    recipientLimit: view.count('smtpd_recipient_limit'),
  };
}

export function readMailboxes(site: Site): PostfixMailboxes {
  const { local, virtual } = site.programs;
  const base = virtual.text('virtual_mailbox_base') || local.text('mail_spool_directory');
  const homeMailbox = local.text('home_mailbox');
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
