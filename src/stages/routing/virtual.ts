/**
 * virtual(5), as Postfix's cleanup(8) applies it to one recipient: each address is replaced by what the table has for it,
 * again and again, in the place where it stands. What leads back to where it came from is an error, but for an address
 * that names itself.
 */
import { foldedKey, MAILBOX_LIMIT, type Mailbox, mailboxOf } from '../../values/address.js';
import { type AliasMember, readAliasValue } from './alias-value.js';
import type { Compiled } from './compile.js';
import { addressKeysOf, keyOf } from './next-hop.js';
import type { Asking } from './questions.js';

export interface VirtualExpansion {
  /** The addresses in order; undefined where a right-hand side had none. */
  readonly addresses: readonly (Mailbox | undefined)[];
  /** Members that cannot be followed, with the address whose alias named them. */
  readonly faults: readonly { readonly address: Mailbox; readonly why: string }[];
}

export interface OverLimit {
  readonly kind: 'over-limit';
  readonly why: string;
}

export function* expandVirtual(start: Mailbox, compiled: Compiled): Asking<VirtualExpansion | OverLimit> {
  if (compiled.tables.virtualAliases === undefined) return { addresses: [start], faults: [] };
  const expansion: Expansion = { addresses: [start], faults: [], selves: new Set() };
  for (let at = 0; at < expansion.addresses.length; at++) {
    if (expansion.addresses.length > compiled.limits.virtual) {
      return overLimit(`more than ${compiled.limits.virtual} virtual addresses`);
    }
    const fault = yield* expandAt(expansion, at, compiled);
    if (fault !== undefined) return fault;
  }
  return expansion;
}

interface Expansion {
  readonly addresses: (Mailbox | undefined)[];
  readonly faults: { readonly address: Mailbox; readonly why: string }[];
  /** Addresses that have themselves among their members: once is enough. */
  readonly selves: Set<string>;
}

function overLimit(why: string): OverLimit {
  return { kind: 'over-limit', why };
}

/** Follows the address at one place until nothing more is found for it. */
function* expandAt(expansion: Expansion, at: number, compiled: Compiled): Asking<OverLimit | undefined> {
  let passed: Set<string> | undefined;
  for (let depth = 0; ; depth++) {
    const address = expansion.addresses[at];
    if (address === undefined || expansion.selves.has(foldedKey(address))) return undefined;
    const keys = yield* addressKeysOf(address, compiled);
    const hit = yield { table: 'virtualAliases', keys: keys.map(keyOf) };
    if (hit === undefined) return undefined;
    const from = foldedKey(address);
    // What comes round once comes round for ever: Postfix counts to the limit.
    if (depth >= compiled.limits.depth || passed?.has(from) === true) {
      return overLimit(`virtual aliases nest more than ${compiled.limits.depth} deep`);
    }
    passed ??= new Set();
    passed.add(from);
    const unmatched = compiled.propagate.has('virtual') ? (keys[hit.index]?.unmatched ?? '') : '';
    const members = membersOf(expansion, hit.entry.value, address, unmatched, compiled);
    const [first, ...others] = members;
    expansion.addresses[at] = first;
    for (const other of others) expansion.addresses.push(other);
    if (members.some((member) => foldedKey(member) === from)) expansion.selves.add(from);
  }
}

function membersOf(
  expansion: Expansion,
  value: string,
  from: Mailbox,
  unmatched: string,
  compiled: Compiled,
): readonly Mailbox[] {
  return readAliasValue(value, compiled.aliases).flatMap((member) => {
    const address = memberAddress(member, from, unmatched);
    if (typeof address !== 'string') return [address];
    expansion.faults.push({ address: from, why: address });
    return [];
  });
}

/** A text says why there is none. The unmatched extension goes along; `@domain` keeps the local part. */
export function memberAddress(member: AliasMember, from: Mailbox, unmatched: string): Mailbox | string {
  switch (member.kind) {
    case 'fault':
      return member.why;
    case 'address':
      return unmatched === '' ? member.address : extended(member.address, unmatched);
    case 'same-user': {
      const same = mailboxOf(from.localPart, member.domain, MAILBOX_LIMIT);
      return same.kind === 'parsed' ? same.value : same.why;
    }
    default:
      return `a ${member.kind} cannot be delivered to here`;
  }
}

export function extended(address: Mailbox, unmatched: string): Mailbox | string {
  const longer = mailboxOf(`${address.localPart}${unmatched}`, address.domain, MAILBOX_LIMIT);
  return longer.kind === 'parsed' ? longer.value : longer.why;
}
