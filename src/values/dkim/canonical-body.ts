/**
 * A body as it is signed: the canonical forms "simple" and "relaxed" (RFC 6376 section 3.4.3, 3.4.4), from chunks of any
 * division. LF without CR counts as CRLF, since stored messages have it; a lone CR is content. A body is runs of octets that are their
 * own canonical form, and gaps between them: long runs are handed on as they are, short ones gathered. Of line ends at the end only
 * their number is kept.
 */
import { CR, LF } from '../bytes.js';
import type { Canonicalization } from './canonical-header.js';

/** What `push` and then `end` give, one after the other, is the canonical body: pieces that are good until the next is asked for. */
export interface BodyCanonicalizer {
  /** No piece has more than 65,536 octets. */
  push(chunk: Uint8Array): Iterable<Uint8Array>;
  end(): Iterable<Uint8Array>;
}

const SPACE = 32;
const TAB = 9;
const GATHERED = 16_384;
const BLOCK = 65_536;
/** Octets from which a run is not copied. */
const LONG = 2048;
/** Octets up to which one is copied octet by octet. */
const SHORT = 24;
/** Line ends that are written with what comes behind them; more go on their own. */
const FEW = 8;
/** Of the octets gathered, those that a short run with all before it may need. */
const ROOM: number = LONG + 2 * FEW + 2;
const emptyLines: Uint8Array = new Uint8Array(GATHERED).map((_, i) => (i % 2 === 0 ? CR : LF));

/** A quicker look than the one here: true when all line ends of the block are CRLF and, for relaxed form, it has no white space, so
 * that it is its own canonical form up to the line ends at its end. False for "perhaps not". */
export type IsPlain = (block: Uint8Array) => boolean;

export function bodyCanonicalizer(form: Canonicalization, isPlain: IsPlain = never): BodyCanonicalizer {
  return new Canonicalizer(form, isPlain);
}

const never: IsPlain = () => false;

class Canonicalizer implements BodyCanonicalizer {
  readonly #relaxed: boolean;
  readonly #isPlain: IsPlain;
  /** What was gathered, and behind it the block that is worked on: copies within one array are quick. */
  readonly #octets: Uint8Array = new Uint8Array(GATHERED + BLOCK);
  readonly #words: Int32Array = new Int32Array(this.#octets.buffer);
  #size = 0;
  /** What waits for content behind it: line ends, white space in the line, and a CR whose LF may be yet to come. */
  #lineEnds = 0;
  #space = false;
  #cr = false;
  #empty = true;

  constructor(form: Canonicalization, isPlain: IsPlain) {
    this.#relaxed = form === 'relaxed';
    this.#isPlain = isPlain;
  }

  *push(chunk: Uint8Array): Iterable<Uint8Array> {
    for (let at = 0; at < chunk.length; at += BLOCK) {
      const block = chunk.subarray(at, at + BLOCK);
      this.#octets.set(block, GATHERED);
      yield* this.#block(GATHERED + block.length, this.#isPlain(block));
    }
  }

  *#block(end: number, plain: boolean): Iterable<Uint8Array> {
    const octets = this.#octets;
    // Where a plain block's line ends begin: what is before them is one run.
    let content = plain ? end : 0;
    while (content > GATHERED && isGap(octets[content - 1] as number)) content--;
    for (let at = this.#gap(GATHERED, end); at < end; at = this.#gap(at, end)) {
      if (this.#lineEnds > FEW) yield* this.#manyLineEnds();
      if (this.#size > GATHERED - ROOM) yield this.#taken();
      this.#putGap();
      const start = at;
      if (at < content) at = content;
      else at = this.#relaxed ? endOfRelaxedRun(octets, this.#words, at, end) : endOfSimpleRun(octets, at, end);
      if (at - start < LONG) {
        this.#gather(start, at);
      } else {
        if (this.#size > 0) yield this.#taken();
        yield octets.subarray(start, at);
      }
    }
  }

  *end(): Iterable<Uint8Array> {
    if (this.#cr) {
      if (this.#lineEnds > FEW) yield* this.#manyLineEnds();
      if (this.#size > GATHERED - ROOM) yield this.#taken();
      this.#putGap();
    }
    // RFC 6376 section 3.4.3, 3.4.4: one CRLF ends a body; one without content is CRLF when simple, nothing when relaxed.
    if (!this.#empty || !this.#relaxed) this.#put(CR, LF);
    if (this.#size > 0) yield this.#taken();
  }

  /** Where content begins or goes on, from `at`: what is before it is counted. With `#cr` set, that CR is content too. */
  #gap(start: number, end: number): number {
    const octets = this.#octets;
    let at = start;
    for (; at < end; at++) {
      const octet = octets[at] as number;
      if (octet === LF) {
        this.#lineEnds++;
        this.#cr = false;
        this.#space = false;
      } else if (this.#cr) {
        return at;
      } else if (octet === CR) {
        if (at + 1 < end && octets[at + 1] !== LF) return at;
        this.#cr = true;
      } else if (this.#relaxed && (octet === SPACE || octet === TAB)) {
        this.#space = true;
      } else {
        return at;
      }
    }
    return at;
  }

  /** There must be room. */
  #putGap(): void {
    for (; this.#lineEnds > 0; this.#lineEnds--) this.#put(CR, LF);
    if (this.#space) this.#octets[this.#size++] = SPACE;
    if (this.#cr) this.#octets[this.#size++] = CR;
    this.#space = false;
    this.#cr = false;
    this.#empty = false;
  }

  #gather(start: number, end: number): void {
    const octets = this.#octets;
    const size = this.#size;
    this.#size += end - start;
    // For a few octets the call would take longer.
    if (end - start > SHORT) octets.copyWithin(size, start, end);
    else for (let i = start, to = size; i < end; i++) octets[to++] = octets[i] as number;
  }

  #put(first: number, second: number): void {
    this.#octets[this.#size++] = first;
    this.#octets[this.#size++] = second;
  }

  *#manyLineEnds(): Iterable<Uint8Array> {
    if (this.#size > 0) yield this.#taken();
    while (this.#lineEnds > 0) {
      const now = Math.min(this.#lineEnds, emptyLines.length / 2);
      this.#lineEnds -= now;
      yield emptyLines.subarray(0, 2 * now);
    }
  }

  #taken(): Uint8Array {
    const size = this.#size;
    this.#size = 0;
    return this.#octets.subarray(0, size);
  }
}

/** Where the octets from `start`, which is no gap, end that simple form leaves as they are, whatever comes behind them. */
function endOfSimpleRun(octets: Uint8Array, start: number, end: number): number {
  for (let at = start; ; at++) {
    at = octets.indexOf(LF, at);
    if (at === -1 || at >= end) return octets[end - 1] === CR ? end - 1 : end;
    if (octets[at - 1] !== CR) return at;
    if (at + 1 >= end || octets[at + 1] === CR || octets[at + 1] === LF) return at - 1;
  }
}

/** The same for relaxed form: up to a tab, two spaces, white space at the end of a line, an empty line. */
function endOfRelaxedRun(octets: Uint8Array, words: Int32Array, start: number, end: number): number {
  const last = end - 1;
  let at = start;
  while (at < last) {
    if ((at & 3) === 0) at = plainWords(words, at, last);
    const octet = octets[at] as number;
    const next = octets[at + 1] as number;
    if (octet > SPACE || (octet === SPACE && next > SPACE)) at++;
    else if (octet !== CR) {
      if (octet === SPACE || octet === TAB || octet === LF) return at;
      at++;
    } else if (next !== LF) at++;
    // Behind a line end only content, for it may be one of those at the end.
    else if (at + 2 > last || (octets[at + 2] as number) <= SPACE) return at;
    else at += 2;
  }
  return at > last || !isGap(octets[last] as number) ? end : last;
}

const EIGHTH = 0x80808080 | 0;
const LOW_SEVEN = 0x7f7f7f7f;
const littleEndian: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Four octets at a time: over words without an octet below a space, or two that are spaces, one behind the other. Adding 0x60 (0x5f) to the
 * low seven bits of an octet sets its eighth when it is at least (above) a space. To the last octet of those passed, for what comes behind it.
 */
function plainWords(words: Int32Array, start: number, last: number): number {
  if (!littleEndian) return start;
  const end = last >> 2;
  let at = start >> 2;
  let before = 0;
  for (; at < end; at++) {
    const word = words[at] as number;
    const seven = word & LOW_SEVEN;
    const spaces = ~((seven + 0x5f5f5f5f) | word) & EIGHTH;
    const below = ~((seven + 0x60606060) | word) & EIGHTH;
    if ((below | (spaces & ((spaces << 8) | (before >>> 24)))) !== 0) break;
    before = spaces;
  }
  return at << 2 === start ? start : (at << 2) - 1;
}

function isGap(octet: number): boolean {
  return octet === SPACE || octet === TAB || octet === CR || octet === LF;
}
