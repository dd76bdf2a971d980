/**
 * The end of the data, and dot-stuffing (RFC 5321 sections 4.1.1.4 and 4.5.2), in chunks of any division: a search
 * where no line begins with a dot, one pass over the octets behind the first that does. CRLF "." CRLF ends the data and
 * nothing else. Of two dots that begin a line one goes, behind a bare LF too; a lone dot before other text stays.
 */
export interface Unstuffed {
  readonly content: Buffer;
  /** What came behind the end of data; undefined while there is no end. */
  readonly rest: Buffer | undefined;
}

const CR = 13;
const LF = 10;
const DOT = 0x2e;
const LF_DOT: Buffer = Buffer.from('\n.');
const nothing: Buffer = Buffer.alloc(0);

/** For one message. */
export class Unstuffer {
  /** A dot that begins a line, with a CR or without: what comes next tells what it means. */
  #held: Buffer = nothing;
  /** The last two octets: the data begin at a line. */
  #before: number = CR;
  #last: number = LF;

  read(chunk: Buffer): Unstuffed {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = nothing;
    if (this.#last === LF && all[0] === DOT) return this.#fromDot(all, 0);
    const newline = all.indexOf(LF_DOT);
    if (newline === -1) return { content: this.#passed(all), rest: undefined };
    this.#passed(all.subarray(0, newline + 1));
    return this.#fromDot(all, newline + 1);
  }

  #passed(octets: Buffer): Buffer {
    const { length } = octets;
    if (length === 0) return octets;
    this.#before = length > 1 ? (octets[length - 2] as number) : this.#last;
    this.#last = octets[length - 1] as number;
    return octets;
  }

  /** `at`: a dot that begins a line. */
  #fromDot(all: Buffer, at: number): Unstuffed {
    if (this.#before === CR && all[at + 1] === CR && all[at + 2] === LF) {
      return { content: all.subarray(0, at), rest: all.subarray(at + 3) };
    }
    const out = Buffer.allocUnsafeSlow(all.length);
    let size = all.copy(out, 0, 0, at);
    let before = this.#before;
    let last = this.#last;
    let read = at;
    let rest: Buffer | undefined;
    for (; read < all.length; read++) {
      const octet = all[read] as number;
      if (octet === DOT && last === LF) {
        const meaning = meaningOf(all, read, before);
        if (meaning === 'end') rest = all.subarray(read + 3);
        if (meaning === 'open') this.#held = all.subarray(read);
        if (meaning === 'end' || meaning === 'open') break;
        if (meaning === 'stuffed') read++;
      }
      out[size++] = octet;
      before = last;
      last = octet;
    }
    this.#before = before;
    this.#last = last;
    return { content: out.subarray(0, size), rest };
  }
}

/** Of the dot at `at`, which begins a line. */
function meaningOf(all: Buffer, at: number, before: number): 'end' | 'stuffed' | 'content' | 'open' {
  const next = all[at + 1];
  if (next === undefined) return 'open';
  if (next === DOT) return 'stuffed';
  if (next !== CR || before !== CR) return 'content';
  const last = all[at + 2];
  if (last === undefined) return 'open';
  return last === LF ? 'end' : 'content';
}
