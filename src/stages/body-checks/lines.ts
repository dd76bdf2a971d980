/**
 * The lines of a body as body checks see them: without their line ends, cut into pieces of at most `lineLimit` octets
 * (Postfix's line_length_limit), and no line that begins behind the first `sizeLimit` octets (body_checks_size_limit),
 * where a line end counts one octet, as it does in Postfix's queue.
 */
import { CR, LF } from '../../values/bytes.js';

export interface Piece {
  /** Line of the body, from 1. */
  readonly line: number;
  /** Offsets in the body: text from `start` to `end`, with its line end to `next`. Inside a long line `next` is `end`. */
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

export interface LineLimits {
  readonly sizeLimit: number;
  readonly lineLimit: number;
}

/** Octets from the beginning of a body beyond which no piece can reach. */
export function windowSize({ sizeLimit, lineLimit }: LineLimits): number {
  // Every counted octet may be a line end of two, and the last piece is read whole.
  return 2 * sizeLimit + lineLimit + 2;
}

export function* pieces(window: Uint8Array, { sizeLimit, lineLimit }: LineLimits): Generator<Piece> {
  let counted = 0;
  let line = 0;
  for (let start = 0; start < window.length; ) {
    const lf = window.indexOf(LF, start);
    const next = lf === -1 ? window.length : lf + 1;
    const end = lf === -1 ? next : lf > start && window[lf - 1] === CR ? lf - 1 : lf;
    line++;
    for (let from = start; ; ) {
      if (counted >= sizeLimit) return;
      const to = Math.min(end, from + lineLimit);
      yield { line, start: from, end: to, next: to === end ? next : to };
      counted += to - from;
      from = to;
      if (to === end) break;
    }
    counted++;
    start = next;
  }
}
