/**
 * The options of address rewriting, in Postfix's words where it has one (named in parentheses), checked and compiled.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { Session } from '../../core/session.js';
import type { Table } from '../../core/table.js';
import type { KeyOptions } from '../../tables/address-keys.js';
import {
  type DomainEntry,
  type DomainSet,
  type MailDomain,
  readDomains,
  splitDomains,
} from '../../tables/domain-set.js';
import { knownEntries } from '../../tables/memory-table.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { readAddress, type StandardForm } from './standard.js';

/** Where an address stands. */
export type AddressPlace = 'envelope_sender' | 'envelope_recipient' | 'header_sender' | 'header_recipient';

export interface RewriteOptions {
  /** The domain of addresses that have none (myorigin), in header fields and in the values of the tables. */
  readonly origin: string;
  /** Whether that domain is appended (append_at_myorigin). Default true. */
  readonly appendOrigin?: boolean;
  /** Appended to domains without a dot (append_dot_mydomain with mydomain). Default none. */
  readonly dotDomain?: string;
  /** Read a name `domain!user` or `user%domain` as `user@domain` (swap_bangpath, allow_percent_hack). Default true. */
  readonly bangPaths?: boolean;
  readonly percentHack?: boolean;
  /** Domains of which the tables may hold bare names (mydestination). `origin` is one of them. */
  readonly localDomains?: readonly DomainEntry[];
  /** canonical(5): for all addresses, and before it for senders and recipients alone. */
  readonly canonical?: Table;
  readonly senderCanonical?: Table;
  readonly recipientCanonical?: Table;
  /** Which addresses each is for (canonical_classes and the like). Defaults: all four; senders; recipients. */
  readonly canonicalClasses?: readonly AddressPlace[];
  readonly senderCanonicalClasses?: readonly AddressPlace[];
  readonly recipientCanonicalClasses?: readonly AddressPlace[];
  /** `example.com` in place of every domain below it; `!a.example.com` leaves that one as it is (masquerade_domains). */
  readonly masqueradeDomains?: readonly string[];
  /** Local parts that are left alone (masquerade_exceptions). */
  readonly masqueradeExceptions?: readonly string[];
  /** Default `envelope_sender`, `header_sender`, `header_recipient`. */
  readonly masqueradeClasses?: readonly AddressPlace[];
  /** Characters that begin an address extension. Default none. */
  readonly recipientDelimiter?: string;
  readonly ownerRequestSpecial?: boolean;
  /** Whether an extension that a canonical table does not name goes along (propagate_unmatched_extensions). Default true. */
  readonly propagateExtensions?: boolean;
  /** Whose header fields are rewritten (local_header_rewrite_clients). Default: sessions of this host. */
  readonly localClient?: (session: Session) => boolean;
  /** The domain of bare names in header fields of all others, which are then rewritten too (remote_header_rewrite_domain).
   * Default: they are left as they are. */
  readonly remoteDomain?: string;
  /** What `rewriteAddresses` rewrites: a policy may want verdicts on the header as it came between the two. Default both. */
  readonly parts?: readonly ('sender' | 'header')[];
  /** When a table cannot tell. Default `defer`. */
  readonly cannotTell?: CannotTellRule;
}

export type CanonicalName = 'canonical' | 'senderCanonical' | 'recipientCanonical';

/** `localDomains` where that list holds tables. */
export type RewriteTable = CanonicalName | 'localDomains';

export interface Rewriting {
  readonly tables: Readonly<Partial<Record<RewriteTable, Table>>>;
  readonly places: Readonly<Record<CanonicalName | 'masquerade', ReadonlySet<AddressPlace>>>;
  readonly local: StandardForm;
  /** For header fields of strangers; undefined: they are not rewritten. */
  readonly remote: StandardForm | undefined;
  readonly localDomains: DomainSet;
  readonly masquerade: readonly { readonly domain: string; readonly keep: boolean }[];
  readonly exceptions: ReadonlySet<string>;
  readonly keys: KeyOptions;
  readonly propagate: boolean;
  readonly bangPaths: boolean;
  readonly percentHack: boolean;
  readonly isLocalClient: (session: Session) => boolean;
}

const senders: readonly AddressPlace[] = ['envelope_sender', 'header_sender'];
const recipients: readonly AddressPlace[] = ['envelope_recipient', 'header_recipient'];

/** Throws ConfigurationError `options` with all that is wrong, values of tables included where they can list them. */
export function compileRewriting(options: RewriteOptions): Rewriting {
  const problems: Problem[] = [];
  const domainOf = (name: string, option: string): MailDomain | undefined => {
    const read = readDomains([name], option);
    problems.push(...read.problems);
    return read.domains[0];
  };
  const origin = domainOf(options.origin, 'origin');
  const { dotDomain, appendOrigin = true } = options;
  const remoteDomain = options.remoteDomain === undefined ? undefined : domainOf(options.remoteDomain, 'remoteDomain');
  const { names, table: domainTable } = splitDomains(options.localDomains ?? []);
  const local = readDomains([...names, options.origin], 'localDomains');
  problems.push(...local.problems.filter((one) => one.construct !== options.origin));
  const form: StandardForm = { origin: appendOrigin ? origin : undefined, dotDomain };
  const { canonical, senderCanonical, recipientCanonical } = options;
  const canonicalTables = {
    ...(canonical !== undefined && { canonical }),
    ...(senderCanonical !== undefined && { senderCanonical }),
    ...(recipientCanonical !== undefined && { recipientCanonical }),
  };
  for (const table of Object.values(canonicalTables)) problems.push(...valueProblems(table, form));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return {
    tables: { ...canonicalTables, ...(domainTable !== undefined && { localDomains: domainTable }) },
    places: placesOf(options),
    local: form,
    remote: remoteDomain === undefined ? undefined : { origin: remoteDomain, dotDomain: options.remoteDomain },
    localDomains: local.set,
    masquerade: (options.masqueradeDomains ?? []).map(readMasquerade),
    exceptions: new Set((options.masqueradeExceptions ?? []).map((name) => name.toLowerCase())),
    keys: {
      recipientDelimiter: options.recipientDelimiter ?? '',
      ownerRequestSpecial: options.ownerRequestSpecial ?? true,
    },
    propagate: options.propagateExtensions ?? true,
    bangPaths: options.bangPaths ?? true,
    percentHack: options.percentHack ?? true,
    isLocalClient: options.localClient ?? ((session) => session.protocol === 'local'),
  };
}

function placesOf(options: RewriteOptions): Rewriting['places'] {
  return {
    canonical: new Set(options.canonicalClasses ?? [...senders, ...recipients]),
    senderCanonical: new Set(options.senderCanonicalClasses ?? senders),
    recipientCanonical: new Set(options.recipientCanonicalClasses ?? recipients),
    masquerade: new Set(options.masqueradeClasses ?? [...senders, 'header_recipient']),
  };
}

/** Each `!` turns the meaning round (masquerade_domains). */
function readMasquerade(entry: string): { readonly domain: string; readonly keep: boolean } {
  const marks = /^!*/.exec(entry)?.[0].length ?? 0;
  return { domain: entry.slice(marks).toLowerCase(), keep: marks % 2 === 1 };
}

function valueProblems(table: Table, form: StandardForm): readonly Problem[] {
  return (knownEntries(table) ?? []).flatMap(({ value, source = { file: table.name } }) => {
    const read = readAddress(value, form);
    if (read.kind === 'parsed') return [];
    return [{ code: 'bad-address', message: `expected one address: ${read.why}`, source, construct: value }];
  });
}
