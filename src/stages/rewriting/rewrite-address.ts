/**
 * One address through Postfix's cleanup(8): standard form, sender or recipient canonical table, canonical table, masquerade.
 * Pure: it asks by tables/asking.ts.
 */
import { virtualKeys } from '../../tables/address-keys.js';
import type { Inquiry } from '../../tables/asking.js';
import { foldedKey, MAILBOX_LIMIT, type Mailbox, mailboxOf } from '../../values/address.js';
import { parseDomain } from '../../values/domain.js';
import type { Parsed } from '../../values/parsed.js';
import type { AddressPlace, CanonicalName, RewriteTable, Rewriting } from './options.js';
import { readAddress, type StandardForm, standardised } from './standard.js';

/** A table that cannot be followed: its values are wrong, or lead in a circle. */
export interface RewriteFault {
  readonly kind: 'fault';
  readonly why: string;
}

export type Inquiring<T> = Inquiry<RewriteTable, T>;

/** How often a canonical table is asked for what it gave itself; more is "unreasonable" to cleanup(8). */
const NESTING_LIMIT = 10;

/** Undefined when nothing changes. */
export function* rewriteAddress(
  given: Mailbox,
  place: AddressPlace,
  form: StandardForm,
  rewriting: Rewriting,
): Inquiring<Mailbox | RewriteFault | undefined> {
  // Those of header fields have been made whole where they were read.
  let address = place.startsWith('envelope') ? (standardised(given, form) ?? given) : given;
  const own = place.endsWith('sender') ? 'senderCanonical' : 'recipientCanonical';
  for (const table of [own, 'canonical'] as const) {
    if (rewriting.tables[table] === undefined || !rewriting.places[table].has(place)) continue;
    const mapped = yield* mapAddress(table, address, rewriting);
    if (mapped.kind === 'fault') return mapped;
    address = mapped;
  }
  if (rewriting.places.masquerade.has(place)) address = masquerade(address, rewriting) ?? address;
  return address === given ? undefined : address;
}

/** Again with what was found, until it finds no more or itself. */
function* mapAddress(table: CanonicalName, start: Mailbox, rewriting: Rewriting): Inquiring<Mailbox | RewriteFault> {
  let address = start;
  for (let i = 0; i < NESTING_LIMIT; i++) {
    const keys = virtualKeys(address, yield* isLocal(address, rewriting), rewriting.keys);
    const hit = yield { table, keys: keys.map(({ key }) => key) };
    if (hit === undefined) return address;
    const unmatched = rewriting.propagate ? (keys[hit.index]?.unmatched ?? '') : '';
    const found = replacement(hit.entry.value, address, unmatched, rewriting);
    if (found.kind === 'malformed') return { kind: 'fault', why: `${table}: ${hit.key}: ${found.why}` };
    if (foldedKey(found.value) === foldedKey(address)) return found.value.text === address.text ? address : found.value;
    address = found.value;
  }
  return { kind: 'fault', why: `${table}: ${start.text} leads through more than ${NESTING_LIMIT} addresses` };
}

function* isLocal({ domain }: Mailbox, { localDomains, tables }: Rewriting): Inquiring<boolean> {
  if (localDomains.has(domain)) return true;
  if (tables.localDomains === undefined) return false;
  const name = domain.kind === 'domain' ? domain.ascii : domain.text.toLowerCase();
  return (yield { table: 'localDomains', keys: [name] }) !== undefined;
}

function replacement(value: string, from: Mailbox, unmatched: string, { local }: Rewriting): Parsed<Mailbox> {
  const read = readAddress(value, local);
  if (read.kind === 'malformed') return read;
  if (read.value.kind === 'same-user') return mailboxOf(from.localPart, read.value.domain, MAILBOX_LIMIT);
  if (unmatched === '') return { kind: 'parsed', value: read.value };
  return mailboxOf(`${read.value.localPart}${unmatched}`, read.value.domain, MAILBOX_LIMIT);
}

/** The first entry that is the domain or above it counts. */
export function masquerade(address: Mailbox, { masquerade: entries, exceptions }: Rewriting): Mailbox | undefined {
  if (entries.length === 0 || address.domain.kind !== 'domain') return undefined;
  if (exceptions.has(address.localPart.toLowerCase())) return undefined;
  const { ascii } = address.domain;
  const entry = entries.find(({ domain }) => ascii === domain || ascii.endsWith(`.${domain}`));
  if (entry === undefined || entry.keep || entry.domain === ascii) return undefined;
  const domain = parseDomain(entry.domain);
  if (domain.kind === 'malformed') return undefined;
  const shorter = mailboxOf(address.localPart, domain.value, MAILBOX_LIMIT);
  return shorter.kind === 'parsed' ? shorter.value : undefined;
}
