/**
 * The right-hand sides of transport(5): `transport:nexthop`, either of which may be empty, and what they come to for a
 * domain. `error:` refuses, `retry:` refuses for now; both carry their text.
 */
import type { NextHop } from '../../core/transaction.js';
import { excerpt } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

export interface TransportValue {
  /** Undefined: the default transport stays. */
  readonly transport: string | undefined;
  /** Undefined: the default next hop stays. */
  readonly nextHop: string | undefined;
}

/** `smtp:[host]:25`, `smtp:`, `smtp`, `:host`, `:`. */
export function readTransportValue(value: string): Parsed<TransportValue> {
  const colon = value.indexOf(':');
  const transport = (colon < 0 ? value : value.slice(0, colon)).trim();
  const nextHop = colon < 0 ? '' : value.slice(colon + 1).trim();
  if (!/^[A-Za-z0-9_-]*$/.test(transport)) {
    return malformed(`a transport is named by letters, digits, "_" and "-", not ${excerpt(transport)}`);
  }
  return parsed({ transport: transport || undefined, nextHop: nextHop || undefined });
}

/** Names of our own delivery: Postfix's, and the store's. */
const MAILBOX_TRANSPORTS: readonly string[] = ['maildir', 'local', 'virtual'];
/** What stands behind these is a text, not a host. */
const ENDS: readonly string[] = ['error', 'retry', 'discard'];

/**
 * Applied to the default of an address. A transport without next hop goes to the domain itself, past any smart host
 * (transport(5)); our own delivery keeps its mailbox, for which a host means nothing.
 */
export function applyTransport({ transport, nextHop }: TransportValue, byDefault: NextHop, domain: string): NextHop {
  const isMailbox = byDefault.transport === 'maildir';
  if (transport === undefined) {
    return nextHop === undefined || isMailbox ? byDefault : { transport: byDefault.transport, destination: nextHop };
  }
  if (isMailbox && nextHop === undefined && MAILBOX_TRANSPORTS.includes(transport)) return byDefault;
  if (ENDS.includes(transport)) return { transport, destination: nextHop ?? '' };
  return { transport, destination: nextHop ?? domain };
}
