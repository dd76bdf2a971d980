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
  return new Scanner();
}

class Scanner implements FactScanner {
  #size = 0;
  #crlf = 0;
  #bareLf = 0;
  #cr = 0;
  #nul = 0;
  #all = 0;
  #longest = 0;
  #lineStart = 0;
  #last = 0;
  #first: LineEnding | undefined = undefined;

  push(chunk: Uint8Array): void {
    const words = wordsOf(chunk);
    const { length } = chunk;
    let bits = 0;
    let cr = 0;
    let nul = 0;
    for (let i = 0; i < length; i++) {
      if ((i & 3) === 0) {
        // Four octets at once, while none of them is CR or below.
        let at = i >>> 2;
        for (; at < words.length; at++) {
          const word = words[at] as number;
          if (hasOctetUpToCr(word)) break;
          bits |= word;
        }
        i = 4 * at;
        if (i >= length) break;
      }
      const octet = chunk[i] as number;
      if (octet > CR) bits |= octet;
      else if (octet === LF) this.#endLine(this.#size + i, i === 0 ? this.#last : (chunk[i - 1] as number));
      else if (octet === CR) cr++;
      else if (octet === 0) nul++;
    }
    this.#cr += cr;
    this.#nul += nul;
    this.#all |= bits;
    this.#size += length;
    this.#last = chunk[length - 1] ?? this.#last;
  }

  #endLine(at: number, previous: number): void {
    const ending = previous === CR ? 'crlf' : 'lf';
    if (ending === 'crlf') this.#crlf++;
    else this.#bareLf++;
    const length = at - this.#lineStart - (ending === 'crlf' ? 1 : 0);
    if (length > this.#longest) this.#longest = length;
    this.#lineStart = at + 1;
    this.#first ??= ending;
  }

  facts(): StreamFacts {
    return {
      size: this.#size,
      crlf: this.#crlf,
      bareLf: this.#bareLf,
      bareCr: this.#cr - this.#crlf,
      nul: this.#nul,
      longestLine: Math.max(this.#longest, this.#size - this.#lineStart),
      eightBit: (this.#all & HIGH_BITS) !== 0,
      firstLineEnding: this.#first,
    };
  }
}

const HIGH_BITS = 0x80808080;
const noWords = new Int32Array(0);

/** The octets in fours; none where they do not lie so. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return length < 64 || byteOffset % 4 !== 0 ? noWords : new Int32Array(buffer, byteOffset, length >> 2);
}

/** True when one of the four is below 14: the borrow of its subtraction shows in its high bit, which it has not itself. */
function hasOctetUpToCr(word: number): boolean {
  return ((word - 0x0e0e0e0e) & ~word & HIGH_BITS) !== 0;
}

/** The facts of octets that are all there. */
export function streamFacts(bytes: Uint8Array): StreamFacts {
  const scanner = createFactScanner();
  scanner.push(bytes);
  return scanner.facts();
}
