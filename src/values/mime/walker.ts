/**
 * Walks the MIME structure of a message (RFC 2046 sections 5.1 and 5.2) the way Postfix's cleanup(8) does, and cuts it into
 * pieces: header fields of parts and of attached messages, delimiter lines, and runs of body text, which are as long as
 * they can be. One pass, linear, nothing kept but the open boundaries and the field being read. Takes the body whole
 * or in windows. Nothing is decoded and nothing is repaired; no input makes it throw.
 */
import { Boundaries } from './boundaries.js';
import { parseContentType, parseTransferEncoding } from './content-type.js';
import { nextDashes } from './delimiter-search.js';
import { FieldReader } from './field-reader.js';
import { DEFAULT_MIME_LIMITS, type MimeLimits, type MimePiece, type PartType, type WhatHeader } from './pieces.js';
import { type LineRecord, Records } from './records.js';

const plain: PartType = { type: 'text', subtype: 'plain', encoding: '7bit' };
const attached: PartType = { type: 'message', subtype: 'rfc822', encoding: '7bit' };
/** What stands before the first part and behind the last. */
const between: PartType = { type: 'other', subtype: '', encoding: '7bit' };

const nothing: Records = new Records(new Uint8Array(0), 1, false);

/** In the fields of `in`, in the body, or in fields whose end a line of the body has brought about. */
type State = WhatHeader | 'body';

export class MimeWalker {
  readonly #limits: MimeLimits;
  readonly #boundaries: Boundaries;
  readonly #reader: FieldReader;
  #state: State = 'primary';
  #part: PartType = plain;
  /** What the next piece of body text has as `counted`. */
  #counted: number | undefined = 0;
  #tooDeep = false;
  #records: Records = nothing;
  #at = 0;
  /** The octet at `#at` begins a line. */
  #lineStart = true;
  #fieldStart = 0;

  /** Default: Postfix's limits. */
  constructor(limits: MimeLimits = DEFAULT_MIME_LIMITS) {
    this.#limits = limits;
    this.#boundaries = new Boundaries(this.#limits.nesting, this.#limits.boundary);
    this.#reader = new FieldReader(this.#limits.field);
  }

  /** Multiparts that are open. */
  get depth(): number {
    return this.#boundaries.depth;
  }

  /** No multipart is open and no header is being read: nothing but text can follow. */
  get plain(): boolean {
    return this.#state === 'body' && this.#boundaries.depth === 0;
  }

  /** A multipart inside too many others was met: its parts are not told apart. */
  get tooDeep(): boolean {
    return this.#tooDeep;
  }

  /** Takes note of a field of the message's own header, which comes before the body; `text` as `FieldText` has it. */
  field(lowerName: string, text: string): void {
    if (!this.#limits.structure) return;
    if (lowerName === 'content-type') this.#contentType(text.slice(lowerName.length + 1));
    else if (lowerName === 'content-transfer-encoding') {
      const encoding = parseTransferEncoding(text.slice(lowerName.length + 1));
      if (encoding !== undefined) this.#part = { ...this.#part, encoding };
    }
  }

  /** Ends the message's own header; `blank`: an empty line stands between it and the body. */
  body(blank: boolean): void {
    if (this.#state !== 'primary') return;
    this.#endHeader(blank);
    if (blank && this.#inBody()) this.#counted = 1;
  }

  /** The next octets, which begin where `used` ended; `final`: there will be no more. */
  window(bytes: Uint8Array, final: boolean): void {
    this.#fieldStart -= this.#at;
    this.#records = new Records(bytes, this.#limits.line, final, this.#limits.keepCr);
    this.#at = 0;
  }

  /** Octets of the window that have been walked over; those behind belong at the beginning of the next one. */
  get used(): number {
    return this.#at;
  }

  /** The next piece, its offsets in the window; undefined when the window has no more. */
  next(): MimePiece | undefined {
    while (this.#state !== 'body') {
      const record = this.#records.at(this.#at);
      if (record === undefined) return this.#lastField();
      const piece = this.#headerRecord(record, this.#state);
      if (piece !== undefined) return piece;
    }
    return this.#text();
  }

  /** The message ends inside a header. */
  #lastField(): MimePiece | undefined {
    return this.#at === this.#records.bytes.length && this.#records.final && !this.#reader.isEmpty
      ? this.#endField(this.#state as WhatHeader)
      : undefined;
  }

  #headerRecord(record: LineRecord, state: WhatHeader): MimePiece | undefined {
    const { bytes } = this.#records;
    if (!this.#reader.continues(bytes, record)) {
      if (!this.#reader.isEmpty) return this.#endField(state);
      if (!this.#reader.begins(bytes, record)) {
        const blank = record.start === record.end && !record.goesOn;
        this.#endHeader(blank);
        if (!blank || this.#state === 'body') return undefined;
        // The empty line before the header of an attached message is body text.
        this.#at = record.next;
        return this.#run(record.start, record.next);
      }
      this.#fieldStart = record.start;
    }
    this.#at = record.next;
    this.#lineStart = !record.goesOn;
    return undefined;
  }

  #endField(state: WhatHeader): MimePiece {
    const { name, text } = this.#reader.take();
    const lowerName = name.toLowerCase();
    this.field(lowerName, text);
    return { kind: 'field', of: state, name, lowerName, text, start: this.#fieldStart, end: this.#at };
  }

  /** RFC 2046 section 5.2.1: the body of message/rfc822 begins with a header, and so does that of message/global (RFC 6532). */
  #endHeader(blank: boolean): void {
    const { type, subtype } = this.#part;
    this.#counted = 0;
    if (blank && type === 'message' && (subtype === 'rfc822' || subtype === 'global')) {
      this.#state = 'nested';
      this.#part = plain;
      return;
    }
    this.#state = 'body';
    if (blank && type === 'multipart') this.#part = between;
  }

  #text(): MimePiece | undefined {
    const start = this.#at;
    const end = this.#records.completeUpTo(start);
    if (start >= end) return undefined;
    const { bytes } = this.#records;
    if (this.#boundaries.depth > 0) {
      let from = start;
      let lineStart = this.#lineStart;
      for (;;) {
        const at = nextDashes(bytes, from, end, lineStart);
        if (at === -1) break;
        const record = this.#records.at(at);
        if (record === undefined) break;
        const piece = this.#delimiter(start, record);
        if (piece !== undefined) return piece;
        from = at;
        lineStart = false;
      }
    }
    this.#at = end;
    this.#lineStart = bytes[end - 1] === 10;
    return this.#run(start, end);
  }

  /** The text before a delimiter, or the delimiter when it comes next. */
  #delimiter(start: number, { start: at, end, next, goesOn }: LineRecord): MimePiece | undefined {
    const taken = this.#boundaries.find(this.#records.bytes, at, end);
    if (taken === undefined) return undefined;
    if (at > start) {
      this.#at = at;
      this.#lineStart = true;
      return this.#run(start, at);
    }
    this.#boundaries.arrive(taken);
    this.#at = next;
    this.#lineStart = !goesOn;
    this.#state = taken.closing ? 'body' : 'multipart';
    this.#part = taken.closing ? between : taken.digest ? attached : plain;
    // The count begins anew with what closes a multipart, not with what opens a part.
    if (taken.closing) this.#counted = 0;
    const { closing } = taken;
    return { kind: 'delimiter', closing, start: at, end: next, counted: this.#takeCounted(), part: this.#part };
  }

  #run(start: number, end: number): MimePiece {
    return { kind: 'text', start, end, counted: this.#takeCounted(), part: this.#part };
  }

  #takeCounted(): number | undefined {
    const counted = this.#counted;
    this.#counted = undefined;
    return counted;
  }

  #inBody(): boolean {
    return this.#state === 'body';
  }

  #contentType(value: string): void {
    const read = parseContentType(value);
    if (read === undefined) return;
    const { type, subtype, boundaries } = read;
    this.#part = { type, subtype, encoding: this.#part.encoding };
    for (const boundary of boundaries) {
      if (!this.#boundaries.open(boundary, subtype === 'digest')) this.#tooDeep = true;
    }
  }
}
