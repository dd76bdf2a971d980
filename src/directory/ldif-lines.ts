/**
 * The lines of an LDIF file (RFC 2849): folded ones put together, comments left out, each with the number where it
 * begins. Linear.
 */
import { CR, LF } from '../values/bytes.js';

export interface LdifLine {
  /** Counts from 1. */
  readonly number: number;
  /** Without line end and folds; empty between records. */
  readonly octets: Uint8Array;
}

const BLANK = 0x20;
const COMMENT = 0x23;

/** Note 2 of RFC 2849: a line that begins with a blank goes on with the one before, whatever that is. */
export function* ldifLines(octets: Uint8Array): Iterable<LdifLine> {
  let number = 1;
  for (let from = 0; from < octets.length; ) {
    const begun = number++;
    let end = lineEnd(octets, from);
    const first = octets.subarray(from, withoutCr(octets, from, end));
    let folds = 0;
    // What is empty is between records, and does not go on.
    for (; first.length > 0 && octets[end + 1] === BLANK; folds++) end = lineEnd(octets, end + 1);
    number += folds;
    if (first[0] !== COMMENT) yield { number: begun, octets: folds === 0 ? first : unfolded(octets, from, end) };
    from = end + 1;
  }
}

/** Where its LF is, or would be. */
function lineEnd(octets: Uint8Array, from: number): number {
  const lf = octets.indexOf(LF, from);
  return lf < 0 ? octets.length : lf;
}

function withoutCr(octets: Uint8Array, from: number, end: number): number {
  return end > from && octets[end - 1] === CR ? end - 1 : end;
}

/** In one piece: folds may be as short as a blank. */
function unfolded(octets: Uint8Array, from: number, end: number): Uint8Array {
  const whole = new Uint8Array(end - from);
  let length = 0;
  for (let at = from; at < end; ) {
    const stop = lineEnd(octets, at);
    const cut = withoutCr(octets, at, Math.min(stop, end));
    for (; at < cut; at++) whole[length++] = octets[at] as number;
    at = stop + 2;
  }
  return whole.subarray(0, length);
}
