/**
 * The lines of an LDIF file (RFC 2849): folded ones put together, comments left out, each with the number where it begins. Linear.
 */
import { CR, concatBytes, LF } from '../values/bytes.js';

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
  let pieces: Uint8Array[] = [];
  let begun = 0;
  let number = 0;
  for (let from = 0; from < octets.length; ) {
    number++;
    const lf = octets.indexOf(LF, from);
    const end = lf < 0 ? octets.length : lf;
    const line = octets.subarray(from, end > from && octets[end - 1] === CR ? end - 1 : end);
    from = end + 1;
    if (line[0] === BLANK && (pieces[0]?.length ?? 0) > 0) {
      pieces.push(line.subarray(1));
      continue;
    }
    yield* logicalLine(pieces, begun);
    pieces = [line];
    begun = number;
  }
  yield* logicalLine(pieces, begun);
}

function* logicalLine(pieces: readonly Uint8Array[], number: number): Iterable<LdifLine> {
  const [first] = pieces;
  if (first === undefined || first[0] === COMMENT) return;
  yield { number, octets: pieces.length === 1 ? first : concatBytes(pieces) };
}
