/**
 * What a stream of octets contained, learned while it passes: what a policy needs to judge line ends (RFC 5321
 * section 2.3.8, SMTP smuggling), line lengths (section 4.5.3.1.6), NUL and 8-bit data. Exact for any division into
 * chunks; one pass, no octet is kept.
 */
import { CR, LF } from './bytes.js';
import type { LineEndCounts, LineEnding } from './line-ends.js';

export interface StreamFacts extends LineEndCounts {
  /** Octets in all. */
  readonly size: number;
  /** CR without an LF right after it. */
  readonly bareCr: number;
  readonly nul: number;
  /** Octets of the longest line, its LF or CRLF not counted; a lone CR ends no line. */
  readonly longestLine: number;
  /** True when any octet was above 127. */
  readonly eightBit: boolean;
  /** How the first line ended; undefined while none has. */
  readonly firstLineEnding: LineEnding | undefined;
}

export interface FactScanner {
  push(chunk: Uint8Array): void;
  /** Of the stream up to now, as if it ended here. */
  facts(): StreamFacts;
}

export function createFactScanner(): FactScanner {
  let size = 0;
  let crlf = 0;
  let bareLf = 0;
  let cr = 0;
  let nul = 0;
  let all = 0;
  let longest = 0;
  let lineStart = 0;
  let last = 0;
  let first: LineEnding | undefined;

  function endLine(at: number, previous: number): void {
    const ending = previous === CR ? 'crlf' : 'lf';
    if (ending === 'crlf') crlf++;
    else bareLf++;
    const length = at - lineStart - (ending === 'crlf' ? 1 : 0);
    if (length > longest) longest = length;
    lineStart = at + 1;
    first ??= ending;
  }

  return {
    push(chunk) {
      let bits = 0;
      for (let i = 0; i < chunk.length; i++) {
        const octet = chunk[i] as number;
        if (octet > CR) {
          bits |= octet;
        } else if (octet === LF) {
          endLine(size + i, i === 0 ? last : (chunk[i - 1] as number));
        } else if (octet === CR) {
          cr++;
        } else if (octet === 0) {
          nul++;
        }
      }
      all |= bits;
      size += chunk.length;
      last = chunk[chunk.length - 1] ?? last;
    },
    facts: () => ({
      size,
      crlf,
      bareLf,
      bareCr: cr - crlf,
      nul,
      longestLine: Math.max(longest, size - lineStart),
      eightBit: all > 127,
      firstLineEnding: first,
    }),
  };
}

/** The facts of octets that are all there. */
export function streamFacts(bytes: Uint8Array): StreamFacts {
  const scanner = createFactScanner();
  scanner.push(bytes);
  return scanner.facts();
}
