/**
 * Strings of octets, each behind its length in two octets, the high one first: what saslauthd(8) is asked in and
 * answers with.
 */
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

/** Octets that a length can tell. */
export const LONGEST_COUNTED = 65_535;

/** None of them is over `LONGEST_COUNTED`. */
export function encodeCounted(strings: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(strings.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const string of strings) {
    all[at] = string.length >> 8;
    all[at + 1] = string.length & 0xff;
    all.set(string, at + 2);
    at += 2 + string.length;
  }
  return all;
}

export interface Counted {
  readonly strings: readonly Uint8Array[];
  /** Octets came behind the last one. */
  readonly extra: boolean;
}

/** Collects so many strings, in whatever pieces they come; looks at each octet once. */
export class CountedReader {
  readonly #count: number;
  readonly #most: number;
  readonly #strings: Uint8Array[] = [];
  #part: Uint8Array = new Uint8Array(2);
  #filled = 0;
  #inLength = true;

  /** `most`: octets of one string. */
  constructor(count: number, most: number) {
    this.#count = count;
    this.#most = most;
  }

  /** Undefined: more is to come. Not to be called again behind a result. */
  push(bytes: Uint8Array): Parsed<Counted> | undefined {
    for (let at = 0; at < bytes.length || this.#filled === this.#part.length; ) {
      const taken = bytes.subarray(at, at + this.#part.length - this.#filled);
      this.#part.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled < this.#part.length) return undefined;
      const wrong = this.#next();
      if (wrong !== undefined) return malformed(wrong);
      if (this.#strings.length === this.#count) return parsed({ strings: this.#strings, extra: at < bytes.length });
    }
    return undefined;
  }

  #next(): string | undefined {
    const [high = 0, low = 0] = this.#part;
    const length = high * 256 + low;
    if (this.#inLength && length > this.#most) return `a string of ${length} octets`;
    if (!this.#inLength) this.#strings.push(this.#part);
    this.#part = new Uint8Array(this.#inLength ? length : 2);
    this.#filled = 0;
    this.#inLength = !this.#inLength;
    return undefined;
  }
}
