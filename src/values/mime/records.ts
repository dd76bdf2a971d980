/**
 * Lines in records: a line that is longer than the limit comes in several, as Postfix's smtpd(8) reads it
 * (line_length_limit). The limit counts the line end too. The text of a record has no line end; CRs before the LF are
 * part of that. Linear, however long a line is.
 */
import { CR, LF } from '../bytes.js';

export interface LineRecord {
  readonly start: number;
  /** Where the text ends. */
  readonly end: number;
  /** Where the next record begins. */
  readonly next: number;
  /** The line goes on in the next record. */
  readonly goesOn: boolean;
}

/** Reads records from octets that begin with one; asked for growing offsets. */
export class Records {
  readonly bytes: Uint8Array;
  readonly #limit: number;
  readonly #keepCr: boolean;
  readonly final: boolean;
  /** No LF before it but behind the offset last asked for; -1 for none at all. */
  #lf = 0;
  #complete = -1;

  /** `final`: the octets will not go on. `keepCr`: a CR before the LF is text. */
  constructor(bytes: Uint8Array, limit: number, final: boolean, keepCr = false) {
    this.bytes = bytes;
    this.#limit = limit;
    this.final = final;
    this.#keepCr = keepCr;
  }

  /** The record that begins at `start`; undefined where more octets are needed to tell, or there is none. */
  at(start: number): LineRecord | undefined {
    const { bytes } = this;
    if (this.#lf !== -1 && (this.#lf < start || bytes[this.#lf] !== LF)) this.#lf = bytes.indexOf(LF, start);
    const lf = this.#lf;
    const cut = start + this.#limit;
    if (lf !== -1 && lf < cut) return this.#line(start, lf);
    if (lf !== -1 || cut < bytes.length) return this.#cut(start, cut);
    if (!this.final || start >= bytes.length) return undefined;
    return { start, end: bytes.length, next: bytes.length, goesOn: false };
  }

  /** Where the last record that is complete ends, from `start` on. */
  completeUpTo(start: number): number {
    if (this.final) return this.bytes.length;
    if (this.#complete >= start) return this.#complete;
    const { bytes } = this;
    let at = Math.max(start, bytes.lastIndexOf(LF) + 1);
    while (at + this.#limit < bytes.length) at = this.#cut(at, at + this.#limit).next;
    this.#complete = at;
    return at;
  }

  #cut(start: number, cut: number): LineRecord {
    const { bytes } = this;
    // A line end is not torn.
    if (bytes[cut - 1] === CR && bytes[cut] === LF) return this.#line(start, cut);
    return { start, end: cut, next: cut, goesOn: true };
  }

  #line(start: number, lf: number): LineRecord {
    let end = lf;
    if (!this.#keepCr) while (end > start && this.bytes[end - 1] === CR) end--;
    return { start, end, next: lf + 1, goesOn: false };
  }
}
