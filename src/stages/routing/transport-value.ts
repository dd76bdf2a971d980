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

export const noTransport: TransportValue = { transport: undefined, nextHop: undefined };

/** `smtp:[host]:25`, `smtp:`, `smtp`, `:host`, `:`. */
export function readTransportValue(value: string): Parsed<TransportValue> {
  const colon = value.indexOf(':');
  const transport = (colon < 0 ? value : value.slice(0, colon)).trim();
  const nextHop = colon < 0 ? '' : value.slice(colon + 1).trim();
  if (!/^[A-Za-z0-9_.-]*$/.test(transport)) {
    return malformed(`a transport is named by letters, digits, "_", "." and "-", not ${excerpt(transport)}`);
  }
  return parsed({ transport: transport || undefined, nextHop: nextHop || undefined });
}

/** Names of our own delivery: Postfix's, and the store's. */
const MAILBOX_TRANSPORTS: readonly string[] = ['maildir', 'local', 'virtual'];

export function isMailboxTransport(transport: string): boolean {
  return MAILBOX_TRANSPORTS.includes(transport);
}

/**
 * Applied to the default of an address. A transport without next hop goes to the domain itself, past any smart host
 * (transport(5)); `error` and `retry` then have a text of their own, as in Postfix.
 */
export function applyTransport({ transport, nextHop }: TransportValue, byDefault: NextHop, domain: string): NextHop {
  if (transport === undefined) {
    return nextHop === undefined ? byDefault : { transport: byDefault.transport, destination: nextHop };
  }
  if (nextHop !== undefined) return { transport, destination: nextHop };
  if (transport === 'discard') return { transport, destination: '' };
  const isError = transport === 'error' || transport === 'retry';
  return { transport, destination: isError ? 'Address is undeliverable' : domain };
}
