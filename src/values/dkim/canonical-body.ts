/**
 * A body as it is signed: the canonical forms "simple" and "relaxed" (RFC 6376 section 3.4.3, 3.4.4), from chunks of any
 * division. What `push` and then `end` hand to the sink, one after the other, is the canonical body. LF without CR counts as CRLF, since
 * stored messages have it; a lone CR is content. Of line ends at the end only their number is kept.
 */
import { CR, LF } from '../bytes.js';
import type { Canonicalization } from './canonical-header.js';

export interface BodyCanonicalizer {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** Takes octets; they are good until it returns. */
export type Sink = (octets: Uint8Array) => void;

/**
 * True when `block`, which ends in neither white space nor a line end, may be anything but its own canonical form: relaxed, when it has a
 * tab, or a space before a space or CR; and always when it has an LF that no CR is before.
 */
export type NeedsChange = (block: Uint8Array, form: Canonicalization) => boolean;

const SPACE = 32;
const TAB = 9;
/** Octets that are looked at, and then copied as they are or octet by octet. */
const BLOCK = 16_384;
const emptyLines: Uint8Array = new Uint8Array(8192).map((_, i) => (i % 2 === 0 ? CR : LF));

/** `needsChange`: a faster look than the one built in. */
export function bodyCanonicalizer(
  form: Canonicalization,
  sink: Sink,
  needsChange: NeedsChange = needsChangeByOctet,
): BodyCanonicalizer {
  return new Canonicalizer(form, sink, needsChange);
}

class Canonicalizer implements BodyCanonicalizer {
  readonly #form: Canonicalization;
  readonly #sink: Sink;
  readonly #needsChange: NeedsChange;
  readonly #out: Uint8Array = new Uint8Array(BLOCK);
  #size = 0;
  /** Line ends that wait for content behind them. */
  #lineEnds = 0;
  #cr = false;
  #space = false;
  #empty = true;

  constructor(form: Canonicalization, sink: Sink, needsChange: NeedsChange) {
    this.#form = form;
    this.#sink = sink;
    this.#needsChange = needsChange;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += BLOCK) this.#block(chunk.subarray(at, at + BLOCK));
  }

  end(): void {
    if (this.#cr) this.#lastCr();
    // RFC 6376 section 3.4.3, 3.4.4: one CRLF ends a body; one without content is CRLF when simple, nothing when relaxed.
    if (!this.#empty || this.#form === 'simple') this.#put(CR, LF);
    this.#flush();
  }

  /** A CR at the very end is content. */
  #lastCr(): void {
    this.#releaseLineEnds();
    if (this.#space) this.#put(SPACE, CR);
    else {
      this.#flush();
      this.#sink(Uint8Array.of(CR));
    }
    this.#empty = false;
  }

  /** What hangs over from the block before, and white space and line ends at the end, go octet by octet. */
  #block(block: Uint8Array): void {
    let start = 0;
    while (start < block.length && (this.#cr || this.#space)) this.#octets(block.subarray(start, ++start));
    let end = block.length;
    while (end > start && isGap(block[end - 1] as number)) end--;
    const middle = block.subarray(start, end);
    if (middle.length === 0 || this.#needsChange(middle, this.#form)) {
      this.#octets(block.subarray(start));
      return;
    }
    this.#releaseLineEnds();
    this.#flush();
    this.#empty = false;
    this.#sink(middle);
    this.#octets(block.subarray(end));
  }

  /** Octet by octet. The state is in variables, for this loop goes over whole bodies whose senders like two spaces. */
  #octets(octets: Uint8Array): void {
    const relaxed = this.#form === 'relaxed';
    const out = this.#out;
    const full = out.length - 4;
    let size = this.#size;
    let lineEnds = this.#lineEnds;
    let space = this.#space;
    let cr = this.#cr;
    for (let i = 0; i < octets.length; i++) {
      if (lineEnds === 0 && !cr && !space) {
        const room = Math.min(octets.length, i + full - size);
        while (i < room && (octets[i] as number) > SPACE) out[size++] = octets[i++] as number;
        if (i === octets.length) break;
      }
      const octet = octets[i] as number;
      if (octet === LF) {
        lineEnds++;
        cr = false;
        space = false;
        continue;
      }
      const held = cr;
      cr = octet === CR;
      const gap = relaxed && (octet === SPACE || octet === TAB);
      // A CR waits for what follows, white space for content.
      if (!held && (cr || gap)) {
        space ||= gap;
        continue;
      }
      if (lineEnds > 0 || size > full) {
        this.#size = size;
        this.#lineEnds = lineEnds;
        this.#releaseLineEnds();
        if (this.#size > full) this.#flush();
        size = this.#size;
        lineEnds = 0;
        this.#empty = false;
      }
      if (space) out[size++] = SPACE;
      if (held) out[size++] = CR;
      if (!cr && !gap) out[size++] = octet;
      space = gap;
    }
    if (size > this.#size) this.#empty = false;
    this.#size = size;
    this.#lineEnds = lineEnds;
    this.#space = space;
    this.#cr = cr;
  }

  #releaseLineEnds(): void {
    if (this.#lineEnds === 0) return;
    if (this.#lineEnds === 1) {
      this.#put(CR, LF);
      this.#lineEnds = 0;
      return;
    }
    this.#flush();
    for (; this.#lineEnds > 0; ) {
      const now = Math.min(this.#lineEnds, emptyLines.length / 2);
      this.#sink(emptyLines.subarray(0, 2 * now));
      this.#lineEnds -= now;
    }
  }

  #put(first: number, second: number): void {
    if (this.#size + 2 > this.#out.length) this.#flush();
    this.#out[this.#size++] = first;
    this.#out[this.#size++] = second;
  }

  #flush(): void {
    if (this.#size > 0) this.#sink(this.#out.subarray(0, this.#size));
    this.#size = 0;
  }
}

function needsChangeByOctet(block: Uint8Array, form: Canonicalization): boolean {
  return form === 'simple' ? hasBareLf(block) : hasUnevenSpace(block);
}

function hasBareLf(block: Uint8Array): boolean {
  for (let at = block.indexOf(LF); at !== -1; at = block.indexOf(LF, at + 1)) if (block[at - 1] !== CR) return true;
  return false;
}

function hasUnevenSpace(block: Uint8Array): boolean {
  let previous = 0;
  for (let i = 0; i < block.length; i++) {
    const octet = block[i] as number;
    if (octet <= SPACE) {
      if (octet === TAB || (octet === LF && previous !== CR)) return true;
      if (previous === SPACE && (octet === SPACE || octet === CR)) return true;
    }
    previous = octet;
  }
  return false;
}

function isGap(octet: number): boolean {
  return octet === SPACE || octet === TAB || octet === CR || octet === LF;
}
