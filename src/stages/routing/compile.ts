/**
 * The options of routing, checked and compiled: domains parsed once, transports read, tables whose values are known read to
 * the end. All that is wrong comes at once.
 */
import type { Table } from '../../core/table.js';
import type { KeyOptions } from '../../tables/address-keys.js';
import {
  type DomainEntry,
  type DomainSet,
  domainSet,
  type MailDomain,
  type ReadDomains,
  readDomains,
  splitDomains,
} from '../../tables/domain-set.js';
import type { Mailbox } from '../../values/address.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import type { AliasContext } from './alias-value.js';
import { mailboxFault, withoutSlashes } from './mailbox-path.js';
import type { AddressClass, DomainList, ExpansionSource, ExtensionSource, RouteOptions } from './options.js';
import { tableNames } from './options.js';
import type { Tables } from './questions.js';
import { tableProblems } from './table-problems.js';
import { noTransport, readTransportValue, type TransportValue } from './transport-value.js';

export interface Compiled {
  readonly localDomains: DomainSet;
  readonly virtualDomains: DomainSet;
  readonly mailboxDomains: DomainSet;
  readonly relayDomains: DomainSet;
  /** How tables in `relayDomains` are asked for what lies below a domain. */
  readonly relayBelow: 'parent' | 'dot';
  /** Whether any of these lists holds a table: then those without are not all. */
  readonly domainTables: boolean;
  readonly transports: Readonly<Record<TransportOption, TransportValue | undefined>>;
  readonly relayHost: string | undefined;
  readonly luserRelay: string | undefined;
  readonly tables: Tables;
  readonly mailboxOf: ((address: Mailbox) => string) | undefined;
  readonly homeMailbox: string;
  readonly aliases: AliasContext;
  readonly originText: string;
  readonly keys: KeyOptions & { readonly recipientDelimiter: string };
  readonly transportKeys: KeyOptions;
  readonly propagate: ReadonlySet<ExtensionSource>;
  readonly commandsFrom: ReadonlySet<ExpansionSource>;
  readonly filesFrom: ReadonlySet<ExpansionSource>;
  readonly aliasesListed: boolean;
  readonly expandOwner: boolean;
  readonly percentHack: boolean;
  readonly bangPaths: boolean;
  readonly limits: {
    readonly virtual: number;
    readonly depth: number;
    readonly all: number;
    readonly include: number;
  };
  readonly rejectUnlisted: boolean;
  readonly showTable: boolean;
  readonly unknownCodes: Readonly<Record<Exclude<AddressClass, 'remote'>, number>>;
}

type TransportOption =
  | 'localTransport'
  | 'virtualTransport'
  | 'relayTransport'
  | 'defaultTransport'
  | 'mailboxTransport'
  | 'fallbackTransport'
  | 'contentFilter';

const transportOptions: readonly TransportOption[] = [
  'localTransport',
  'virtualTransport',
  'relayTransport',
  'defaultTransport',
  'mailboxTransport',
  'fallbackTransport',
  'contentFilter',
];

/** Throws ConfigurationError `options`. */
export function compile(options: RouteOptions): Compiled {
  const problems: Problem[] = [];
  const domains = domainsOf(options, problems);
  const transports = transportsOf(options, problems);
  const limits = limitsOf(options, problems);
  const { homeMailbox = '' } = options;
  const homeFault = homeMailbox === '' ? undefined : mailboxFault(`user/${homeMailbox}`);
  if (homeFault !== undefined) {
    problems.push({ code: 'bad-mailbox', message: `homeMailbox: ${homeFault}`, construct: homeMailbox });
  }
  if (domains.origin !== undefined) {
    problems.push(...tableProblems(options, { origin: domains.origin, dotDomain: options.dotDomain }));
  }
  if (problems.length > 0 || domains.origin === undefined) throw new ConfigurationError('options', problems);
  const { recipientDelimiter = '', ownerRequestSpecial = true } = options;
  const keys = { recipientDelimiter, ownerRequestSpecial };
  const domainTables = domainTablesOf(options);
  return {
    ...domains,
    relayBelow: (options.relaySubdomains ?? true) ? 'parent' : 'dot',
    domainTables: Object.keys(domainTables).length > 0,
    transports,
    relayHost: options.relayHost || undefined,
    luserRelay: options.luserRelay || undefined,
    tables: { ...tablesOf(options), ...domainTables },
    mailboxOf: typeof options.mailbox === 'function' ? options.mailbox : undefined,
    homeMailbox: withoutSlashes(homeMailbox),
    aliases: { origin: domains.origin, dotDomain: options.dotDomain },
    originText: domains.origin.kind === 'domain' ? domains.origin.ascii : domains.origin.text,
    keys,
    transportKeys: { ...keys, subdomains: options.transportSubdomains ?? 'dot' },
    propagate: new Set(options.propagateExtensions ?? ['canonical', 'virtual']),
    commandsFrom: new Set(options.commandsFrom ?? ['alias']),
    filesFrom: new Set(options.filesFrom ?? ['alias']),
    aliasesListed: options.aliasesListed ?? true,
    expandOwner: options.expandOwnerAlias ?? false,
    percentHack: options.percentHack ?? true,
    bangPaths: options.bangPaths ?? true,
    limits,
    rejectUnlisted: options.rejectUnlisted ?? true,
    showTable: options.showTable ?? true,
    unknownCodes: { local: 550, virtual: 550, mailbox: 550, relay: 550, ...options.unknownCodes },
  };
}

type Domains = Pick<Compiled, 'localDomains' | 'virtualDomains' | 'mailboxDomains' | 'relayDomains'> & {
  readonly origin: MailDomain | undefined;
};

function domainsOf(options: RouteOptions, problems: Problem[]): Domains {
  const read = (entries: readonly DomainEntry[] | undefined, option: string): ReadDomains => {
    const domains = readDomains(splitDomains(entries ?? []).names, option);
    problems.push(...domains.problems);
    return domains;
  };
  const local = read(options.localDomains, 'localDomains');
  const virtual = read(options.virtualDomains, 'virtualDomains');
  const mailbox = read(options.mailboxDomains, 'mailboxDomains');
  const origin = options.origin === undefined ? undefined : read([options.origin], 'origin');
  for (const domain of [...virtual.domains, ...mailbox.domains].filter((one) => local.set.has(one))) {
    const construct = domain.kind === 'domain' ? domain.ascii : domain.text;
    problems.push({ code: 'two-classes', message: 'a domain is either local or virtual, not both', construct });
  }
  const at = origin === undefined ? local.domains[0] : origin.domains[0];
  if (at === undefined && origin === undefined && local.problems.length === 0) {
    problems.push({ code: 'no-origin', message: 'without localDomains, origin says the domain of bare names' });
  }
  return {
    localDomains: local.set,
    virtualDomains: virtual.set,
    mailboxDomains: mailbox.set,
    relayDomains: relayDomainsOf(options, read),
    origin: at,
  };
}

function domainTablesOf(options: RouteOptions): Tables {
  const lists: readonly DomainList[] = ['localDomains', 'virtualDomains', 'mailboxDomains', 'relayDomains'];
  return Object.fromEntries(
    lists.flatMap((list) => {
      const { table } = splitDomains(options[list] ?? []);
      return table === undefined ? [] : [[list, table]];
    }),
  );
}

function relayDomainsOf(
  options: RouteOptions,
  read: (names: readonly string[], option: string) => ReadDomains,
): DomainSet {
  const { relayDomains: entries = [], relaySubdomains = true } = options;
  const { names } = splitDomains(entries);
  if (relaySubdomains) {
    const { set } = read(names, 'relayDomains');
    return { ...set, has: (domain) => set.has(domain) || set.hasParentOf(domain) };
  }
  const parents = read(
    names.filter((name) => name.startsWith('.')).map((name) => name.slice(1)),
    'relayDomains',
  );
  const exact = read(
    names.filter((name) => !name.startsWith('.')),
    'relayDomains',
  ).domains;
  const set = domainSet(exact);
  return { ...set, has: (domain) => set.has(domain) || parents.set.hasParentOf(domain) };
}

function transportsOf(options: RouteOptions, problems: Problem[]): Compiled['transports'] {
  const entries = transportOptions.map((name): [TransportOption, TransportValue | undefined] => {
    const text = options[name];
    if (text === undefined || text === '') return [name, undefined];
    const read = readTransportValue(text);
    if (read.kind === 'parsed') return [name, read.value];
    problems.push({ code: 'bad-transport', message: `${name}: ${read.why}` });
    return [name, noTransport];
  });
  return Object.fromEntries(entries) as Compiled['transports'];
}

function limitsOf(options: RouteOptions, problems: Problem[]): Compiled['limits'] {
  const limits = {
    virtual: options.virtualExpansionLimit ?? 1000,
    depth: options.virtualRecursionLimit ?? 1000,
    all: options.expansionLimit ?? 50_000,
    include: options.includeLimit ?? 4 * 1024 * 1024,
  };
  for (const [name, limit] of Object.entries(limits)) {
    if (Number.isSafeInteger(limit) && limit > 0) continue;
    problems.push({ code: 'bad-limit', message: `a limit is a whole number above 0, not ${limit} (${name})` });
  }
  return limits;
}

function tablesOf(options: RouteOptions): Tables {
  const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null;
  return Object.fromEntries(tableNames.flatMap((name) => (isTable(options[name]) ? [[name, options[name]]] : [])));
}
