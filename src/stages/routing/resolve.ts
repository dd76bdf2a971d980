/**
 * Where an address goes: virtual aliases, then the class of its domain and its transport, then aliases of local users, as
 * Postfix's cleanup, trivial-rewrite and local do it between them. Pure: it asks by questions.ts. What follows from the
 * result is in conclude.ts.
 */
import { nameKeys, userName } from '../../tables/address-keys.js';
import { foldedKey, type Mailbox, type ReversePath } from '../../values/address.js';
import type { Compiled } from './compile.js';
import type { Listed } from './listed.js';
import { deliverLocal } from './local.js';
import { deliverVirtual, mailboxName, mayBeUser, passesMailboxes } from './local-mailbox.js';
import { nextHopOf, type Resolved } from './next-hop.js';
import type { Asking } from './questions.js';
import { applyTransport } from './transport-value.js';
import { expandVirtual, type OverLimit } from './virtual.js';
import {
  broken,
  type Destination,
  deliver,
  destinationOf,
  end,
  inChain,
  type LocalContext,
  noContext,
  type Task,
  type Work,
} from './work.js';

export type { Destination } from './work.js';

export type Resolution = { readonly kind: 'resolved'; readonly destinations: readonly Destination[] } | OverLimit;

/** `known`: what has been found of the address already. */
export function* resolve(
  start: Mailbox,
  sender: ReversePath,
  compiled: Compiled,
  known?: Listed & { readonly kind: 'listed' },
): Asking<Resolution> {
  const usual = known === undefined ? undefined : yield* usualUser(start, known, compiled);
  return usual === undefined ? yield* followed(start, sender, compiled) : { kind: 'resolved', destinations: [usual] };
}

/** Most mail is for a local user whom no alias names: that needs no list of what is still to be done. */
function* usualUser(
  start: Mailbox,
  { as, resolved }: Listed & { readonly kind: 'listed' },
  compiled: Compiled,
): Asking<Destination | undefined> {
  const { tables, transports } = compiled;
  const { address, agent, class: addressClass } = resolved;
  if (as === 'alias' || agent !== 'local' || addressClass !== 'local' || address !== start) return undefined;
  if (transports.contentFilter !== undefined || passesMailboxes(compiled)) return undefined;
  if (tables.aliases !== undefined) {
    const hit = yield { table: 'aliases', keys: nameKeys(address, compiled.keys) };
    if (hit !== undefined) return undefined;
  }
  const user = userName(address, compiled.keys);
  if (!mayBeUser(user, compiled)) return undefined;
  if (tables.users !== undefined && (yield { table: 'users', keys: [user] }) === undefined) return undefined;
  const destination = yield* mailboxName(compiled, address, user);
  return destinationOf(address, { transport: 'maildir', destination }, undefined);
}

function* followed(start: Mailbox, sender: ReversePath, compiled: Compiled): Asking<Resolution> {
  const work: Work = {
    compiled,
    sender,
    tasks: [{ kind: 'envelope', address: start, context: noContext }],
    destinations: [],
    delivered: new Set(),
    seen: new Set(),
    domains: new Map(),
    count: 0,
  };
  for (let task = work.tasks.pop(); task !== undefined; task = work.tasks.pop()) {
    const fault = yield* take(work, task);
    if (fault !== undefined) return fault;
    if (work.count > compiled.limits.all)
      return { kind: 'over-limit', why: `more than ${compiled.limits.all} addresses` };
  }
  return { kind: 'resolved', destinations: work.destinations };
}

function* take(work: Work, task: Task): Asking<OverLimit | undefined> {
  switch (task.kind) {
    case 'envelope':
      return yield* takeEnvelope(work, task.address, task.context);
    case 'address':
      yield* takeAddress(work, task.address, task.context);
      return undefined;
    case 'member':
      yield* takeMember(work, task.address, task.literal, task.context);
      return undefined;
  }
}

function* takeEnvelope(work: Work, address: Mailbox, context: LocalContext): Asking<OverLimit | undefined> {
  const name = `envelope ${foldedKey(address)}`;
  if (work.seen.has(name)) {
    if (inChain(context.trail, name)) broken(work, address, `5.4.6 mail forwarding loop for ${address.text}`);
    return undefined;
  }
  work.seen.add(name);
  const inner = { ...context, trail: { name, up: context.trail } };
  const expanded = yield* expandVirtual(address, work.compiled);
  if ('kind' in expanded) return expanded;
  for (const fault of expanded.faults) broken(work, fault.address, fault.why);
  work.count += expanded.addresses.length;
  for (let i = expanded.addresses.length - 1; i >= 0; i--) {
    const one = expanded.addresses[i];
    if (one !== undefined) work.tasks.push({ kind: 'address', address: one, context: inner });
  }
  return undefined;
}

function* takeAddress(work: Work, address: Mailbox, context: LocalContext): Asking<undefined> {
  const { contentFilter } = work.compiled.transports;
  if (contentFilter?.transport !== undefined) {
    const hop = { transport: contentFilter.transport, destination: contentFilter.nextHop ?? '' };
    return deliver(work, address, applyTransport(contentFilter, hop, hop.destination));
  }
  const resolved = yield* nextHopOf(address, senderOf(work, context), work.compiled, work.domains);
  if (resolved.kind === 'unresolved') return broken(work, address, resolved.why);
  if (resolved.agent !== 'local') return yield* leave(work, address, resolved, context);
  yield* deliverLocal(work, resolved.address, false, roundOf(resolved.address, context), resolved.nextHop.destination);
}

/** What a list with an owner sends on comes from the owner. */
function senderOf(work: Work, context: LocalContext): ReversePath {
  return context.ownerAddress ?? work.sender;
}

/** A local recipient begins anew: Delivered-To alone remembers what was before. */
function roundOf(address: Mailbox, context: LocalContext): LocalContext {
  const { trail, recipient } = context;
  const passed = recipient === '' ? trail : { name: recipient, up: trail };
  return { ...noContext, trail: passed, recipient: foldedKey(address) };
}

/** A member that is a local user is delivered at once, past virtual aliases; any other is sent on. */
function* takeMember(work: Work, address: Mailbox, literal: boolean, context: LocalContext): Asking<undefined> {
  const resolved = yield* nextHopOf(address, senderOf(work, context), work.compiled, work.domains);
  if (resolved.kind === 'unresolved') return broken(work, address, resolved.why);
  if (resolved.agent === 'local') {
    return yield* deliverLocal(work, resolved.address, literal, context, resolved.nextHop.destination);
  }
  if (work.compiled.tables.virtualAliases === undefined) return yield* leave(work, address, resolved, context);
  work.tasks.push({ kind: 'envelope', address, context });
}

function* leave(work: Work, address: Mailbox, resolved: Resolved, context: LocalContext): Asking<undefined> {
  if (resolved.agent === 'virtual') return yield* deliverVirtual(work, resolved.address, resolved.class);
  // No such address in a domain that has virtual aliases only.
  if (resolved.class === 'virtual' && resolved.nextHop.transport === 'error' && !isMoved(resolved)) {
    return end(work, { kind: 'unknown', address, class: 'virtual' });
  }
  deliver(work, resolved.address, resolved.nextHop, context.owner);
}

function isMoved({ nextHop }: Resolved): boolean {
  return nextHop.destination.startsWith('5.1.6 ');
}
