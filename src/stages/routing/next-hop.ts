/**
 * Where one address goes, as Postfix's trivial-rewrite(8) resolves it: the class of its domain, the default of the class,
 * transport(5) above it, relocated(5) above all. Aliases are not followed here.
 */
import type { NextHop } from '../../core/transaction.js';
import {
  type AddressKey,
  domainKeys,
  mailboxKeys,
  transportKeys,
  virtualKeys,
  virtualKeyTexts,
} from '../../tables/address-keys.js';
import { isPatternTable } from '../../tables/memory-table.js';
import type { Hit } from '../../tables/search.js';
import { MAILBOX_LIMIT, type Mailbox, mailboxOf, type ReversePath } from '../../values/address.js';
import { parseDomain } from '../../values/domain.js';
import type { Parsed } from '../../values/parsed.js';
import { addressWithin } from '../../values/routed-address.js';
import type { Compiled } from './compile.js';
import type { AddressClass, DomainList, TableName } from './options.js';
import type { Asking } from './questions.js';
import {
  applyTransport,
  isMailboxTransport,
  noTransport,
  readTransportValue,
  type TransportValue,
} from './transport-value.js';

export interface Resolved {
  readonly kind: 'resolved';
  /** Without the local domain that was behind `user%domain`. */
  readonly address: Mailbox;
  readonly class: AddressClass;
  readonly nextHop: NextHop;
  /** Whose delivery it is, where it is ours: local(8) or virtual(8). */
  readonly agent: 'local' | 'virtual' | undefined;
}

export interface Unresolved {
  readonly kind: 'unresolved';
  readonly why: string;
}

export function* classOf(address: Mailbox, compiled: Compiled): Asking<AddressClass> {
  if (!compiled.domainTables) return classByName(address, compiled);
  for (const [list, found] of classes) if (yield* isAmong(list, address, compiled)) return found;
  return 'remote';
}

const classes: readonly (readonly [DomainList, AddressClass])[] = [
  ['localDomains', 'local'],
  ['virtualDomains', 'virtual'],
  ['mailboxDomains', 'mailbox'],
  ['relayDomains', 'relay'],
];

/** Without the tables that may be in the lists. */
export function classByName({ domain }: Mailbox, compiled: Compiled): AddressClass {
  for (const [list, found] of classes) if (compiled[list].has(domain)) return found;
  return 'remote';
}

/** The names of a list come before its tables, which are asked for the domain, and parents of relay domains. */
function* isAmong(list: DomainList, address: Mailbox, compiled: Compiled): Asking<boolean> {
  if (compiled[list].has(address.domain)) return true;
  if (compiled.tables[list] === undefined) return false;
  const domain = domainText(address);
  const keys = list === 'relayDomains' ? domainKeys(domain, compiled.relayBelow) : [domain];
  return (yield { table: list, keys }) !== undefined;
}

function isLocal(address: Mailbox, compiled: Compiled): Asking<boolean> {
  return isAmong('localDomains', address, compiled);
}

export function domainText({ domain }: Mailbox): string {
  return domain.kind === 'domain' ? domain.ascii : domain.text;
}

/** True where tables may hold the bare name: the local domains and the origin (virtual(5), canonical(5)). */
export function* hasBareNames(address: Mailbox, compiled: Compiled): Asking<boolean> {
  return bareByName(address, compiled) || (yield* isLocal(address, compiled));
}

function bareByName(address: Mailbox, { localDomains, originText }: Compiled): boolean {
  return localDomains.has(address.domain) || domainText(address) === originText;
}

/** The keys of virtual(5) for an address. */
export function* addressKeysOf(address: Mailbox, compiled: Compiled): Asking<readonly AddressKey[]> {
  return virtualKeys(address, yield* hasBareNames(address, compiled), compiled.keys);
}

/** The first hit of a table that there may not be. */
export function* find(table: TableName, keys: readonly string[], compiled: Compiled): Asking<Hit | undefined> {
  return compiled.tables[table] === undefined ? undefined : yield { table, keys };
}

export function* findAddress(table: TableName, address: Mailbox, compiled: Compiled): Asking<Hit | undefined> {
  if (compiled.tables[table] === undefined) return undefined;
  const bare = bareByName(address, compiled) || (yield* hasBareNames(address, compiled));
  return yield { table, keys: virtualKeyTexts(address, bare, compiled.keys) };
}

export function keyOf({ key }: AddressKey): string {
  return key;
}

/** What `transport` says of domains, so that a list asks once for the domain of its members. */
export type DomainTransports = Map<string, Hit | undefined>;

export function* nextHopOf(
  given: Mailbox,
  sender: ReversePath,
  compiled: Compiled,
  domains: DomainTransports = new Map(),
): Asking<Resolved | Unresolved> {
  const isRouted = addressWithin(given, compiled) !== undefined;
  const inner: Parsed<Mailbox> = isRouted ? yield* routedAddress(given, compiled) : { kind: 'parsed', value: given };
  if (inner.kind === 'malformed') return { kind: 'unresolved', why: `bad address syntax: ${inner.why}` };
  const { tables } = compiled;
  const address = withDotDomain(inner.value, compiled) ?? inner.value;
  const addressClass = compiled.domainTables ? yield* classOf(address, compiled) : classByName(address, compiled);
  const isAway = addressClass === 'relay' || addressClass === 'remote';
  let hop = isAway ? yield* awayHop(address, addressClass, sender, compiled) : ownHop(address, addressClass, compiled);
  let own = isOwn(addressClass, hop, compiled);
  // User unknown in a virtual alias domain is no transport that a table could change.
  if (tables.transport !== undefined && (addressClass !== 'virtual' || hop.transport !== 'error')) {
    const hit = yield* transportFor(address, compiled, domains);
    const read = hit === undefined ? undefined : readTransportValue(hit.entry.value);
    if (read?.kind === 'malformed') return { kind: 'unresolved', why: read.why };
    if (read !== undefined) {
      hop = applyTransport(read.value, hop, domainText(address));
      own &&= read.value.transport === undefined;
      own ||= read.value.transport === 'maildir' && read.value.nextHop === undefined;
    }
  }
  if (tables.relocated !== undefined) {
    const moved = yield* findAddress('relocated', address, compiled);
    if (moved !== undefined) {
      hop = { transport: 'error', destination: `5.1.6 User has moved to ${moved.entry.value}` };
    }
  }
  return { kind: 'resolved', address, class: addressClass, nextHop: hop, agent: agentOf(hop, addressClass, own) };
}

/** append_dot_mydomain, for addresses that the client named. */
function withDotDomain({ localPart, domain }: Mailbox, { aliases: { dotDomain } }: Compiled): Mailbox | undefined {
  if (dotDomain === undefined || domain.kind !== 'domain' || domain.ascii.includes('.')) return undefined;
  const whole = parseDomain(`${domain.ascii}.${dotDomain}`);
  const longer = whole.kind === 'parsed' ? mailboxOf(localPart, whole.value, MAILBOX_LIMIT) : whole;
  return longer.kind === 'parsed' ? longer.value : undefined;
}

function* transportFor(address: Mailbox, compiled: Compiled, domains: DomainTransports): Asking<Hit | undefined> {
  const { tables, transportKeys: options } = compiled;
  const keys = mailboxKeys(address, options);
  const hit = yield { table: 'transport', keys };
  // A table of patterns is asked for whole addresses alone.
  if (hit !== undefined || (tables.transport !== undefined && isPatternTable(tables.transport))) return hit;
  const domain = domainText(address);
  if (domains.has(domain)) return domains.get(domain);
  const found = yield { table: 'transport', keys: transportKeys(address, options).slice(keys.length) };
  domains.set(domain, found);
  return found;
}

/** True for a default that names our own store. */
function isOwn(addressClass: AddressClass, hop: NextHop, { transports }: Compiled): boolean {
  if (hop.transport !== 'maildir') return false;
  const value = addressClass === 'local' ? transports.localTransport : transports.virtualTransport;
  return value?.nextHop === undefined;
}

function agentOf({ transport }: NextHop, addressClass: AddressClass, own: boolean): Resolved['agent'] {
  if (transport === 'local' || transport === 'virtual') return transport;
  if (!isMailboxTransport(transport) || !own) return undefined;
  return addressClass === 'mailbox' || addressClass === 'virtual' ? 'virtual' : 'local';
}

/** The default of the classes that are ours. */
function ownHop(address: Mailbox, addressClass: 'local' | 'mailbox' | 'virtual', compiled: Compiled): NextHop {
  const { transports, tables } = compiled;
  const domain = domainText(address);
  switch (addressClass) {
    case 'local':
      return withDefault(transports.localTransport, { transport: 'local', destination: domain }, domain);
    case 'mailbox':
      return withDefault(transports.virtualTransport, virtualHop(domain), domain);
    case 'virtual':
      if (tables.mailbox !== undefined) return virtualHop(domain);
      return { transport: 'error', destination: unknownIn('virtual alias', compiled) };
  }
}

function withDefault(value: TransportValue | undefined, hop: NextHop, domain: string): NextHop {
  return value === undefined ? hop : applyTransport(value, hop, domain);
}

function virtualHop(destination: string): NextHop {
  return { transport: 'virtual', destination };
}

/** Where the transport names no next hop: the sender's relay host, the relay host, the domain. */
function* awayHop(
  address: Mailbox,
  addressClass: 'relay' | 'remote',
  sender: ReversePath,
  compiled: Compiled,
): Asking<NextHop> {
  const { transports, relayHost } = compiled;
  const domain = domainText(address);
  let value = (addressClass === 'relay' ? transports.relayTransport : transports.defaultTransport) ?? noTransport;
  if (addressClass === 'remote' && compiled.tables.senderTransports !== undefined) {
    const bySender = yield* bySenderOf('senderTransports', sender, compiled);
    const read = bySender === undefined || isDunno(bySender) ? undefined : readTransportValue(bySender);
    if (read?.kind === 'parsed') value = read.value;
  }
  const transport = value.transport ?? 'smtp';
  const { senderRelayHosts } = compiled.tables;
  const host = senderRelayHosts === undefined ? undefined : yield* bySenderOf('senderRelayHosts', sender, compiled);
  const relay = host === undefined ? (relayHost ?? domain) : isDunno(host) ? domain : host;
  return { transport, destination: value.nextHop ?? relay };
}

function* bySenderOf(
  table: 'senderTransports' | 'senderRelayHosts',
  sender: ReversePath,
  compiled: Compiled,
): Asking<string | undefined> {
  const hit =
    sender.kind === 'null-path' ? yield* find(table, ['<>'], compiled) : yield* findAddress(table, sender, compiled);
  return hit?.entry.value;
}

function isDunno(value: string): boolean {
  return value.toLowerCase() === 'dunno';
}

export function unknownIn(table: string, { showTable }: Compiled): string {
  return showTable ? `User unknown in ${table} table` : 'User unknown';
}

const ROUTING_LIMIT = 10;

/**
 * `user%domain`, `domain!user` and `"user@domain"` at a local domain are addresses of that other domain
 * (resolve_dequoted_address, allow_percent_hack, swap_bangpath). The caller says who may use this.
 */
export function* routedAddress(given: Mailbox, compiled: Compiled): Asking<Parsed<Mailbox>> {
  let address = given;
  for (let i = 0; i < ROUTING_LIMIT; i++) {
    const inner = addressWithin(address, compiled);
    if (inner === undefined || !(yield* isLocal(address, compiled))) break;
    if (inner.kind === 'malformed') return inner;
    address = inner.value;
  }
  return { kind: 'parsed', value: address };
}
