/**
 * The mbox format as a stream: where one message ends and the next begins (RFC 4155 appendix A, qmail's mbox(5)). A
 * message begins behind a `From ` line; a line is one when it begins with `From ` and is the first of the file or
 * follows an empty line. That empty line belongs to the format, not to the message before it. Lines end in LF or
 * CRLF. What follows `From ` is not judged: dates there have been written in a dozen ways. Content-Length (mboxcl)
 * is not read. Linear, and holds no more than one `From ` line.
 */
import { CR, decodeLatin1, LF } from '../../values/bytes.js';

/**
 * How `From ` at the beginning of a line of a message was written. `mboxo`: as `>From `, which cannot be told from
 * a line that was so from the start, so that nothing is changed. `mboxrd`: with one more `>` than it had, of any
 * number, which is taken off again.
 */
export type MboxFormat = 'mboxo' | 'mboxrd';

export type MboxEvent =
  /** A message begins. `fromLine` is its `From ` line without line end, at most 1,000 octets, as Latin-1. */
  | { readonly kind: 'begin'; readonly fromLine: string; readonly offset: number }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** The first line that is not empty is no `From ` line. Nothing else will come. */
  | { readonly kind: 'not-mbox'; readonly offset: number };

export interface MboxSplitter {
  /** The same events for any division into chunks, but for how `data` is divided. Views of `chunk`, not copies. */
  push(chunk: Uint8Array): readonly MboxEvent[];
  /** The file ends here. An empty file has no messages. */
  end(): readonly MboxEvent[];
}

const FROM: readonly number[] = [70, 114, 111, 109, 32];
const GREATER = 62;
/** A line with more `>` before `From ` than this was quoted by nobody. */
const QUOTE_LIMIT = 1_000;
const FROM_LINE_LIMIT = 1_000;

export function createMboxSplitter(format: MboxFormat): MboxSplitter {
  const splitter = new Splitter(format);
  return { push: (chunk) => splitter.push(chunk), end: () => splitter.end() };
}

/** What the octets at hand belong to: the beginning of a line, the rest of one, a `From ` line, or nothing of ours. */
type State = 'line-start' | 'line' | 'from-line' | 'refused';

class Splitter {
  readonly #unquotes: boolean;
  #state: State = 'line-start';
  /** The beginning of the current line so far: this many `>`, then this many octets of `From `, or one CR. */
  #quotes = 0;
  #matched = 0;
  #cr = false;
  /** An empty line that belongs to the message only when no `From ` line follows. */
  #empty: Uint8Array | undefined = undefined;
  #inMessage = false;
  #fromLine: number[] = [];
  /** Offset in the file of the chunk, and of the line. */
  #base = 0;
  #lineAt = 0;
  #events: MboxEvent[] = [];
  /** A run of octets of the chunk that go on as they are. */
  #chunk: Uint8Array = new Uint8Array(0);
  #runFrom = 0;
  #runTo = 0;

  constructor(format: MboxFormat) {
    this.#unquotes = format === 'mboxrd';
  }

  push(chunk: Uint8Array): readonly MboxEvent[] {
    this.#chunk = chunk;
    this.#runFrom = 0;
    this.#runTo = 0;
    let at = 0;
    while (at < chunk.length && this.#state !== 'refused') {
      if (this.#state === 'line') at = this.#restOfLine(at);
      else if (this.#state === 'from-line') at = this.#restOfFromLine(at);
      else at = this.#lineStart(at);
    }
    this.#flush();
    this.#base += chunk.length;
    return this.#taken();
  }

  end(): readonly MboxEvent[] {
    this.#chunk = new Uint8Array(0);
    if (this.#state === 'from-line') this.#begin();
    else if (this.#state === 'line-start' && this.#hasHead()) this.#keepHead(-1, 0);
    this.#flush();
    if (this.#inMessage) this.#events.push({ kind: 'end' });
    this.#inMessage = false;
    return this.#taken();
  }

  #taken(): readonly MboxEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #restOfLine(at: number): number {
    const lf = this.#chunk.indexOf(LF, at);
    const end = lf === -1 ? this.#chunk.length : lf + 1;
    this.#keep(at, end);
    if (lf !== -1) this.#newLine(end);
    return end;
  }

  #restOfFromLine(at: number): number {
    const lf = this.#chunk.indexOf(LF, at);
    const end = lf === -1 ? this.#chunk.length : lf;
    for (let i = at; i < end && this.#fromLine.length < FROM_LINE_LIMIT; i++)
      this.#fromLine.push(this.#chunk[i] as number);
    if (lf === -1) return end;
    this.#begin();
    this.#newLine(end + 1);
    return end + 1;
  }

  /** Reads octets for as long as the line may still be empty, quoted, or a `From ` line. */
  #lineStart(from: number): number {
    const began = this.#hasHead() ? -1 : from;
    for (let at = from; at < this.#chunk.length; at++) {
      const octet = this.#chunk[at] as number;
      if (octet === LF && this.#quotes === 0 && this.#matched === 0) {
        this.#emptyLine();
        this.#newLine(at + 1);
        return at + 1;
      }
      if (this.#cr) return this.#plainLine(began, at);
      if (octet === CR && this.#quotes === 0 && this.#matched === 0) this.#cr = true;
      else if (octet === GREATER && this.#matched === 0 && this.#quotes < QUOTE_LIMIT) this.#quotes++;
      else if (octet !== FROM[this.#matched]) return this.#plainLine(began, at);
      else if (++this.#matched === FROM.length) return this.#fromFound(began, at + 1);
    }
    return this.#chunk.length;
  }

  #plainLine(began: number, at: number): number {
    if (!this.#keepHead(began, at)) return at;
    this.#state = 'line';
    return at;
  }

  #fromFound(began: number, at: number): number {
    const separates = this.#quotes === 0 && (!this.#inMessage || this.#empty !== undefined);
    if (separates) {
      this.#empty = undefined;
      this.#flush();
      if (this.#inMessage) this.#events.push({ kind: 'end' });
      this.#inMessage = false;
      this.#fromLine = [...FROM];
      this.#state = 'from-line';
      return at;
    }
    if (this.#unquotes && this.#quotes > 0) {
      this.#quotes--;
      began = -1;
    }
    return this.#plainLine(began, at);
  }

  #begin(): void {
    const line = this.#fromLine[this.#fromLine.length - 1] === CR ? this.#fromLine.slice(0, -1) : this.#fromLine;
    this.#events.push({ kind: 'begin', fromLine: decodeLatin1(Uint8Array.from(line)), offset: this.#lineAt });
    this.#inMessage = true;
  }

  #emptyLine(): void {
    this.#keepEmpty();
    if (this.#inMessage) this.#empty = this.#cr ? Uint8Array.of(CR, LF) : Uint8Array.of(LF);
  }

  #newLine(at: number): void {
    this.#state = 'line-start';
    this.#lineAt = this.#base + at;
    this.#forgetHead();
  }

  // --- octets that go on ---

  #hasHead(): boolean {
    return this.#quotes > 0 || this.#matched > 0 || this.#cr;
  }

  #forgetHead(): void {
    this.#quotes = 0;
    this.#matched = 0;
    this.#cr = false;
  }

  /** The head of a line as it stood there: octets of this chunk from `began`, or made anew when it began earlier. */
  #keepHead(began: number, at: number): boolean {
    if (!this.#inMessage) {
      this.#events.push({ kind: 'not-mbox', offset: this.#lineAt });
      this.#state = 'refused';
      return false;
    }
    this.#keepEmpty();
    if (began !== -1) this.#keep(began, at);
    else this.#emit(this.#head());
    this.#forgetHead();
    return true;
  }

  #head(): Uint8Array {
    if (this.#cr) return Uint8Array.of(CR);
    const head = new Uint8Array(this.#quotes + this.#matched).fill(GREATER);
    head.set(FROM.slice(0, this.#matched), this.#quotes);
    return head;
  }

  #keepEmpty(): void {
    if (this.#empty !== undefined) this.#emit(this.#empty);
    this.#empty = undefined;
  }

  #keep(from: number, to: number): void {
    if (this.#runTo !== from) {
      this.#flush();
      this.#runFrom = from;
    }
    this.#runTo = to;
  }

  #emit(bytes: Uint8Array): void {
    this.#flush();
    if (bytes.length > 0) this.#events.push({ kind: 'data', bytes });
  }

  #flush(): void {
    if (this.#runTo > this.#runFrom) {
      this.#events.push({ kind: 'data', bytes: this.#chunk.subarray(this.#runFrom, this.#runTo) });
    }
    this.#runFrom = this.#runTo;
  }
}
