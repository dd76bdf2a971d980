/** Octets and pieces of them, walked through. */
import { decodeLatin1, LF } from '../../../values/bytes.js';
import type { Pieces } from '../mail/pieces.js';

/** Each piece as Latin-1. */
export function* eachPiece({ octets, ends }: Pieces): Generator<string> {
  let from = 0;
  for (const end of ends) {
    yield decodeLatin1(octets.subarray(from, end));
    from = end;
  }
}

/** How many octets all pieces have together. */
export function lengthOf({ ends }: Pieces): number {
  return ends[ends.length - 1] ?? 0;
}

/** Each line with its line end, as Latin-1. */
export function* eachLine(octets: Uint8Array): Generator<string> {
  for (let at = 0; at < octets.length; ) {
    const lf = octets.indexOf(LF, at);
    const end = lf < 0 ? octets.length : lf + 1;
    yield decodeLatin1(octets.subarray(at, end));
    at = end;
  }
}

/** Length of the longest line, its line end counted. */
export function longestLine(octets: Uint8Array): number {
  let longest = 0;
  for (let at = 0; at < octets.length; ) {
    const lf = octets.indexOf(LF, at);
    const end = lf < 0 ? octets.length : lf + 1;
    longest = Math.max(longest, end - at);
    at = end;
  }
  return longest;
}
