/**
 * The options of `route`, checked and compiled: domains parsed once, tables whose values are known read to the end. All that
 * is wrong comes at once.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { Table, TableEntry } from '../../core/table.js';
import { type DomainSet, type MailDomain, readDomains } from '../../tables/domain-set.js';
import { knownEntries } from '../../tables/memory-table.js';
import type { Mailbox } from '../../values/address.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { readAliasValue } from './alias-value.js';
import { readTransportValue, type TransportValue } from './transport-value.js';

export interface RouteOptions {
  /** Domains whose addresses are users of this host (mydestination): exact names, address literals. */
  readonly localDomains: readonly string[];
  /** The users of the local domains: a table (user+ext@domain, user@domain, user+ext, user, @domain), or `all`. What is in
   * `aliases` need not be in it. */
  readonly localRecipients: Table | 'all';
  /** Aliases of local users, aliases(5): keys without domain. `|command`, `/file`, `:include:` are not supported yet. */
  readonly aliases?: Table;
  /** Domains whose addresses exist only in `virtualAliases`, or in `mailbox` where that is a table. */
  readonly virtualDomains?: readonly string[];
  /** virtual(5), for addresses of any domain, applied again to what it gives. */
  readonly virtualAliases?: Table;
  /** Domains that we relay for, with all below them (relay_domains). */
  readonly relayDomains?: readonly string[];
  /** transport(5): where addresses and domains go, above all defaults; `*` is for local domains too. */
  readonly transport?: Table;
  /** Where relay domains go, as in transport(5). Default `smtp:`. */
  readonly relayTransport?: string;
  /** Where other domains go, as in transport(5); a smart host is `smtp:[host]`. Default `smtp:`. */
  readonly defaultTransport?: string;
  /** The mailbox name for an address of a local or virtual domain: a function, or a table keyed as virtual(5). Default: the
   * local part without extension, in lower case. */
  readonly mailbox?: ((address: Mailbox) => string) | Table;
  /** Characters that begin an address extension. Default none. */
  readonly recipientDelimiter?: string;
  /** The domain of bare names in aliases (myorigin). Default: the first of `localDomains`. */
  readonly origin?: string;
  /** Addresses that virtual aliases may come to, for one recipient (virtual_alias_expansion_limit). Default 1,000. */
  readonly virtualExpansionLimit?: number;
  /** How deep virtual aliases may lead to one another (virtual_alias_recursion_limit). Default 1,000. */
  readonly virtualRecursionLimit?: number;
  /** Addresses that one recipient may come to through aliases of all kinds. Default 50,000. */
  readonly expansionLimit?: number;
  /** What an alias with a member that cannot be delivered to comes to: `reject` refuses it at RCPT, so that the sender hears
   * of it; `skip` delivers to the other members, and the finding and the trace tell of the one left out. There is no bounce
   * that could be sent later. Default `reject`. */
  readonly deadMembers?: 'reject' | 'skip';
  /** When a table cannot tell. Going on is not offered: an unknown user would be refused for good. Default `defer`. */
  readonly cannotTell?: Exclude<CannotTellRule, 'continue'>;
}

export type TableName = 'virtualAliases' | 'aliases' | 'localRecipients' | 'transport' | 'mailbox';

export interface Compiled {
  readonly localDomains: DomainSet;
  readonly virtualDomains: DomainSet;
  readonly relayDomains: DomainSet;
  readonly relayTransport: TransportValue;
  readonly defaultTransport: TransportValue;
  readonly tables: Readonly<Partial<Record<TableName, Table>>>;
  readonly mailboxOf: ((address: Mailbox) => string) | undefined;
  readonly origin: MailDomain;
  readonly keys: { readonly recipientDelimiter: string };
  readonly limits: { readonly virtual: number; readonly depth: number; readonly all: number };
}

const noTransport: TransportValue = { transport: undefined, nextHop: undefined };

/** Throws ConfigurationError `options`. */
export function compile(options: RouteOptions): Compiled {
  const local = readDomains(options.localDomains, 'localDomains');
  const virtual = readDomains(options.virtualDomains ?? [], 'virtualDomains');
  const relay = readDomains(options.relayDomains ?? [], 'relayDomains');
  const origin = options.origin === undefined ? undefined : readDomains([options.origin], 'origin');
  const problems = [...local.problems, ...virtual.problems, ...relay.problems, ...(origin?.problems ?? [])];
  const add = (code: string, message: string): void => void problems.push({ code, message });
  for (const domain of virtual.domains.filter((one) => local.set.has(one))) {
    const construct = domain.kind === 'domain' ? domain.ascii : domain.text;
    problems.push({ code: 'two-classes', message: 'a domain is either local or virtual, not both', construct });
  }
  const at = origin === undefined ? local.domains[0] : origin.domains[0];
  if (at === undefined && origin === undefined && local.problems.length === 0) {
    add('no-origin', 'without localDomains, origin says the domain of bare names');
  }
  const transports = [options.relayTransport, options.defaultTransport].map((text) => {
    const read = text === undefined ? undefined : readTransportValue(text);
    if (read?.kind === 'malformed') add('bad-transport', read.why);
    return read?.kind === 'parsed' ? read.value : noTransport;
  });
  const limits = {
    virtual: options.virtualExpansionLimit ?? 1000,
    depth: options.virtualRecursionLimit ?? 1000,
    all: options.expansionLimit ?? 50_000,
  };
  for (const [name, limit] of Object.entries(limits)) {
    if (!Number.isSafeInteger(limit) || limit < 1)
      add('bad-limit', `a limit is a whole number above 0, not ${limit} (${name})`);
  }
  if (at !== undefined) problems.push(...tableProblems(options, at));
  if (problems.length > 0 || at === undefined) throw new ConfigurationError('options', problems);
  const [relayTransport = noTransport, defaultTransport = noTransport] = transports;
  return {
    localDomains: local.set,
    virtualDomains: virtual.set,
    relayDomains: relay.set,
    relayTransport,
    defaultTransport,
    tables: tablesOf(options),
    mailboxOf: typeof options.mailbox === 'function' ? options.mailbox : undefined,
    origin: at,
    keys: { recipientDelimiter: options.recipientDelimiter ?? '' },
    limits,
  };
}

function tablesOf(options: RouteOptions): Compiled['tables'] {
  const { virtualAliases, aliases, localRecipients, transport, mailbox } = options;
  return {
    ...(virtualAliases !== undefined && { virtualAliases }),
    ...(aliases !== undefined && { aliases }),
    ...(localRecipients !== 'all' && { localRecipients }),
    ...(transport !== undefined && { transport }),
    ...(typeof mailbox === 'object' && { mailbox }),
  };
}

/** What is wrong with the values of tables that can list them. */
function tableProblems({ aliases, virtualAliases, transport }: RouteOptions, origin: MailDomain): readonly Problem[] {
  return [
    ...valueProblems(aliases, (value) => aliasFaults(value, origin)),
    ...valueProblems(virtualAliases, (value) => aliasFaults(value, origin)),
    ...valueProblems(transport, (value) => {
      const read = readTransportValue(value);
      return read.kind === 'parsed' ? [] : [{ code: 'bad-transport', why: read.why }];
    }),
  ];
}

interface Fault {
  readonly code: string;
  readonly why: string;
}

function aliasFaults(value: string, origin: MailDomain): readonly Fault[] {
  return readAliasValue(value, origin).filter((member) => member.kind === 'fault');
}

function valueProblems(table: Table | undefined, faults: (value: string) => readonly Fault[]): readonly Problem[] {
  if (table === undefined) return [];
  const problemsOf = (entry: TableEntry): readonly Problem[] =>
    faults(entry.value).map(({ code, why }) => {
      return { code, message: why, source: entry.source ?? { file: table.name }, construct: entry.value };
    });
  return (knownEntries(table) ?? []).flatMap(problemsOf);
}
