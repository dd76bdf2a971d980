/**
 * The last steps of local(8): mailbox_transport, the mailbox of a user, and for names that have none fallback_transport and
 * luser_relay. And the mailboxes of virtual(8).
 */
import type { NextHop } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { parseMailboxName } from '../../values/mailbox-name.js';
import { readAliasValue } from './alias-value.js';
import type { Compiled } from './compile.js';
import { withoutSlashes } from './mailbox-path.js';
import { domainText, find, findAddress } from './next-hop.js';
import type { AddressClass } from './options.js';
import type { Asking } from './questions.js';
import { applyTransport, readTransportValue } from './transport-value.js';
import { expandVariables } from './variables.js';
import { memberAddress } from './virtual.js';
import { broken, deliver, end, inChain, type LocalContext, type Work } from './work.js';

export interface LocalName {
  readonly user: string;
  readonly extension: string | undefined;
}

export function* deliverMailbox(
  work: Work,
  address: Mailbox,
  name: LocalName,
  context: LocalContext,
  nextHop: string,
): Asking<undefined> {
  const { owner } = context;
  const passed = passesMailboxes(work.compiled)
    ? yield* passedOn(work, 'mailboxTransports', 'mailboxTransport', name, nextHop)
    : undefined;
  if (passed !== undefined) return deliver(work, address, passed, owner);
  if (yield* isUser(work, address, name)) {
    const destination = yield* mailboxName(work.compiled, address, name.user);
    return deliver(work, address, { transport: 'maildir', destination }, owner);
  }
  const fallback = yield* passedOn(work, 'fallbackTransports', 'fallbackTransport', name, nextHop);
  if (fallback !== undefined) return deliver(work, address, fallback, owner);
  deliverUnknown(work, address, name, context);
}

function deliverUnknown(work: Work, address: Mailbox, name: LocalName, context: LocalContext): undefined {
  const { luserRelay } = work.compiled;
  if (luserRelay !== undefined) return relayUnknown(work, address, name, luserRelay, context);
  // Errors about errors end here (local(8)).
  const isReserved = name.user === 'postmaster' || name.user === 'mailer-daemon';
  if (isReserved) return deliver(work, address, { transport: 'discard', destination: 'undeliverable' }, context.owner);
  end(work, { kind: 'unknown', address, class: 'local' });
}

/** mailbox_transport and fallback_transport, for all and by name. A next hop that is not said stays. */
function* passedOn(
  work: Work,
  table: 'mailboxTransports' | 'fallbackTransports',
  option: 'mailboxTransport' | 'fallbackTransport',
  { user }: LocalName,
  nextHop: string,
): Asking<NextHop | undefined> {
  const hit = yield* find(table, [user], work.compiled);
  const read = hit === undefined ? undefined : readTransportValue(hit.entry.value);
  const value = read?.kind === 'parsed' ? read.value : work.compiled.transports[option];
  if (value?.transport === undefined) return undefined;
  return applyTransport(value, { transport: value.transport, destination: nextHop }, nextHop);
}

/** False for what no account is called, and no folder may be. A function of the program's own may name any mailbox. */
export function mayBeUser(user: string, { mailboxOf }: Compiled): boolean {
  if (mailboxOf !== undefined) return true;
  return !user.includes('/') && parseMailboxName(user).kind === 'parsed';
}

/** Whether names without an account go elsewhere than back. */
export function takesUnknown(compiled: Compiled): boolean {
  const { tables, transports, luserRelay } = compiled;
  const fallback = tables.fallbackTransports ?? transports.fallbackTransport;
  return passesMailboxes(compiled) || fallback !== undefined || luserRelay !== undefined;
}

function* isUser(work: Work, address: Mailbox, { user }: LocalName): Asking<boolean> {
  const { users, localRecipients } = work.compiled.tables;
  if (!mayBeUser(user, work.compiled)) return false;
  if (users !== undefined) return (yield* find('users', [user], work.compiled)) !== undefined;
  if (localRecipients === undefined) return true;
  return (yield* findAddress('localRecipients', address, work.compiled)) !== undefined;
}

/** Whether mail for users may go elsewhere (mailbox_transport). */
export function passesMailboxes({ tables, transports }: Compiled): boolean {
  return tables.mailboxTransports !== undefined || transports.mailboxTransport !== undefined;
}

export function* mailboxName(compiled: Compiled, address: Mailbox, user: string): Asking<string> {
  const { mailboxOf, homeMailbox, tables } = compiled;
  const asks = mailboxOf === undefined && tables.mailbox !== undefined;
  const hit = asks ? yield* findAddress('mailbox', address, compiled) : undefined;
  const name = mailboxOf?.(address) ?? (hit === undefined ? user : withoutSlashes(hit.entry.value));
  return homeMailbox === '' ? name : `${name}/${homeMailbox}`;
}

function relayUnknown(
  work: Work,
  address: Mailbox,
  { user, extension }: LocalName,
  luserRelay: string,
  context: LocalContext,
): undefined {
  const text = expandVariables(luserRelay, {
    user,
    local: address.localPart,
    domain: domainText(address),
    recipient: address.text,
    recipient_delimiter: work.compiled.keys.recipientDelimiter,
    extension,
  });
  const [member] = readAliasValue(text, work.compiled.aliases);
  const to = member?.kind === 'address' ? memberAddress(member, address, '') : 'luser_relay is no address';
  if (typeof to === 'string') return broken(work, address, to);
  const key = `luser ${address.text.toLowerCase()}`;
  // The luser_relay is itself unknown.
  if (inChain(context.aliases, key)) return end(work, { kind: 'unknown', address, class: 'local' });
  if (work.seen.has(key)) return;
  work.seen.add(key);
  const aliases = { name: key, up: context.aliases };
  work.tasks.push({ kind: 'member', address: to, literal: false, context: { ...context, aliases } });
}

/** virtual(8): the mailbox that the table has for the address. */
export function* deliverVirtual(work: Work, address: Mailbox, addressClass: AddressClass): Asking<undefined> {
  const { tables, mailboxOf } = work.compiled;
  const table = tables.virtualMailboxes === undefined ? 'mailbox' : 'virtualMailboxes';
  if (tables[table] === undefined && mailboxOf !== undefined && addressClass === 'mailbox') {
    return deliver(work, address, { transport: 'maildir', destination: mailboxOf(address) });
  }
  const hit = yield* findAddress(table, address, work.compiled);
  if (hit === undefined) return end(work, { kind: 'unknown', address, class: addressClass });
  const destination = withoutSlashes(hit.entry.value);
  deliver(work, address, { transport: 'maildir', destination });
}
