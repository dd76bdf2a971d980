/**
 * The lines of body text that a table may match, in one window of a body. The text is searched as a whole; a line is
 * looked at only where the search found something. Empty lines are no keys: Postfix does not look them up.
 */
import type { Answers, RuleMatch, RuleTable, TextScan } from '../../tables/regex/index.js';
import { CR, LF } from '../../values/bytes.js';
import { type LineRecord, Records } from '../../values/mime/index.js';

export interface LineHit {
  readonly record: LineRecord;
  readonly match: RuleMatch;
}

/** Short runs of text are searched together with what follows them. */
const AHEAD_BYTES = 65_536;
const SHORT_BYTES = 16_384;

export class BodyText {
  readonly #bytes: Uint8Array;
  readonly #table: RuleTable;
  readonly #records: Records;
  readonly #answers: Answers | undefined;
  #scanned: { readonly start: number; readonly end: number; readonly scan: TextScan | undefined };
  #nul = -1;

  constructor(bytes: Uint8Array, table: RuleTable, lineLimit: number, answers: Answers | undefined) {
    this.#bytes = bytes;
    this.#table = table;
    this.#answers = answers;
    this.#records = new Records(bytes, lineLimit, true);
    this.#scanned = { start: 0, end: 0, scan: undefined };
  }

  /** The records that match, of those from `start` that begin before `end`; runs come in order, records lie whole in them. */
  *hits(start: number, end: number): Generator<LineHit> {
    const { scan, start: base } = this.#scan(start, end);
    if (scan === undefined) return;
    for (let from = start; from < end; ) {
      const at = base + scan.next(from - base);
      if (at > end || at > this.#scanned.end) return;
      const record = this.#recordAround(from, at);
      if (record === undefined || record.start >= end) return;
      const textEnd = this.#textEnd(record);
      const match =
        textEnd === record.start ? undefined : scan.match(record.start - base, textEnd - base, this.#answers);
      if (match !== undefined) yield { record, match };
      from = record.next;
    }
  }

  #scan(start: number, end: number): { readonly start: number; readonly scan: TextScan | undefined } {
    const { start: from, end: to } = this.#scanned;
    if (start < from || end > to) {
      let until = end;
      if (end - start < SHORT_BYTES) until = Math.max(end, this.#bytes.lastIndexOf(LF, start + AHEAD_BYTES) + 1);
      this.#scanned = { start, end: until, scan: this.#table.scan(this.#bytes.subarray(start, until)) };
    }
    return this.#scanned;
  }

  /** The record that the octet at `at` is in; `from` begins a record before it. */
  #recordAround(from: number, at: number): LineRecord | undefined {
    let start = Math.min(at, this.#bytes.length);
    while (start > from && this.#bytes[start - 1] !== LF) start--;
    let record = this.#records.at(start);
    while (record?.goesOn && record.next <= at) record = this.#records.at(record.next);
    return record;
  }

  /** Postfix looks up what is before a NUL. */
  #textEnd({ start, end }: LineRecord): number {
    if (this.#nul < start) {
      const next = this.#bytes.indexOf(0, start);
      this.#nul = next === -1 ? this.#bytes.length : next;
    }
    return Math.min(end, this.#nul);
  }
}

/** Counts the octets of a part as Postfix does, a line as one more than its text, and tells where the limit is. */
export class PartCount {
  readonly #limit: number;
  readonly #lineLimit: number;
  #counted = 0;
  #uncounted: { readonly bytes: Uint8Array; readonly start: number; readonly end: number } | undefined = undefined;

  constructor(limit: number, lineLimit: number) {
    this.#limit = limit;
    this.#lineLimit = lineLimit;
  }

  /** Nothing more of the part is looked at. */
  get full(): boolean {
    return this.#counted >= this.#limit;
  }

  /** Where the first record begins that is not looked at, of the run from `start` to `end`. `counted`: what lies before it. */
  upTo(bytes: Uint8Array, start: number, end: number, counted: number | undefined): number {
    if (this.#limit === Number.POSITIVE_INFINITY) return end;
    if (counted !== undefined) {
      this.#counted = counted;
      this.#uncounted = undefined;
    }
    this.#catchUp();
    // A run that cannot reach the limit is counted when another of the same part comes, and mostly none does.
    const most = end - start + 1 + Math.ceil((end - start) / this.#lineLimit);
    if (this.#counted + most < this.#limit) {
      this.#uncounted = { bytes, start, end };
      return end;
    }
    return this.#count(bytes, start, end);
  }

  #catchUp(): void {
    const run = this.#uncounted;
    this.#uncounted = undefined;
    if (run !== undefined) this.#count(run.bytes, run.start, run.end);
  }

  #count(bytes: Uint8Array, start: number, end: number): number {
    let records: Records | undefined;
    let at = start;
    let lf = -1;
    while (at < end && this.#counted < this.#limit) {
      if (lf < at) lf = bytes.indexOf(LF, at);
      if (lf === -1) lf = bytes.length;
      if (lf > at && lf - at < this.#lineLimit && bytes[lf - 1] !== CR) {
        this.#counted += lf - at + 1;
        at = lf + 1;
      } else if (lf > at + 1 && lf - at < this.#lineLimit && bytes[lf - 2] !== CR) {
        this.#counted += lf - at;
        at = lf + 1;
      } else {
        records ??= new Records(bytes, this.#lineLimit, true);
        const record = records.at(at);
        if (record === undefined) break;
        this.#counted += record.end - record.start + 1;
        at = record.next;
      }
    }
    return Math.min(at, end);
  }
}
