/**
 * Putting findings together. Written for speed: it happens after nearly every stage, and copies of two objects by spreading
 * cost several times as much.
 */
import type { Recipient } from './transaction.js';

/** `before`, and on top of it those of `given` from `start` on. */
export function mergeAll(before: object, given: readonly object[], start: number): object {
  let merged = before;
  for (let index = start; index < given.length; index++) {
    const more = given[index] as object;
    merged = isEmpty(merged) ? more : Object.assign({}, merged, more);
  }
  return merged;
}

/** The recipient, with findings of its own. */
export function learned(recipient: Recipient, more: object): Recipient {
  const { kind, id, address, original, origin, parameters, nextHop, postmaster } = recipient;
  const findings = isEmpty(recipient.findings) ? more : Object.assign({}, recipient.findings, more);
  if (postmaster === true) return { ...recipient, findings };
  return { kind, id, address, original, origin, parameters, nextHop, findings };
}

export function isEmpty(record: object): boolean {
  for (const _key in record) return false;
  return true;
}
