/** Octets and pieces of them, walked through. */
import { decodeLatin1, LF } from '../../../values/bytes.js';
import { readHead } from '../mail/head.js';
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

/** Each line with its line end. */
export function* eachLine(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const lf = text.indexOf('\n', at);
    const end = lf < 0 ? text.length : lf + 1;
    yield text.slice(at, end);
    at = end;
  }
}

/** Where the body of a message begins whose line ends are LF. */
export function bodyStart(octets: Uint8Array): number {
  let end = octets.indexOf(LF);
  while (end >= 0 && octets[end + 1] !== LF) end = octets.indexOf(LF, end + 1);
  return readHead(decodeLatin1(end < 0 ? octets : octets.subarray(0, end + 2))).bodyStart;
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
