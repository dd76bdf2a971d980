/**
 * The header of a message as SpamAssassin reads it: where it ends, its fields, names and values cut at its limits. More lenient than
 * RFC 5322 section 2.2: up to three lines that are no fields are passed over. Text is octets as Latin-1, line ends are LF.
 */

export interface Field {
  readonly name: string;
  /** Behind the colon: folds and the last LF included. */
  readonly raw: string;
}

export interface Head {
  readonly fields: readonly Field[];
  /** Where the fields begin: behind an mbox line. */
  readonly start: number;
  /** Where the fields end; the empty line is behind it. */
  readonly end: number;
  /** Where the body begins. */
  readonly bodyStart: number;
  readonly missingSeparator: boolean;
  readonly truncated: boolean;
}

const MAX_NAME = 256;
export const MAX_VALUE = 8192;
const MAX_WRONG_LINES = 3;
const MAILBOX_LINE = /^From[\t-\r ]+(?![\t-\r :])/;
const FIELD_START = /[!-9;-~]+[ \t]*:/y;

/** Reads the header at the beginning of `text`, which may be cut somewhere in the body. */
export function readHead(text: string): Head {
  const reader = new HeadReader(text);
  while (reader.line());
  return reader.head();
}

class HeadReader {
  readonly #text: string;
  readonly #start: number;
  readonly #fields: Field[] = [];
  #at: number;
  #fieldStart = -1;
  #wrong = 0;
  #end = 0;
  #bodyStart = 0;
  #missing = false;
  #truncated = false;

  constructor(text: string) {
    this.#text = text;
    const lf = text.indexOf('\n');
    this.#start = MAILBOX_LINE.test(text.slice(0, 64)) ? (lf === -1 ? text.length : lf + 1) : 0;
    this.#at = this.#start;
  }

  /** False when the header has ended. */
  line(): boolean {
    const at = this.#at;
    const text = this.#text;
    // Nothing at all is taken for an empty line.
    if (at >= text.length) return this.#ends(at, at, text.length > 0);
    const first = text.charCodeAt(at);
    if (first === 32 || first === 9) {
      if (this.#fieldStart === -1) this.#fieldStart = at;
      return this.#goOn();
    }
    if (first === 10) return this.#ends(at, at + 1, false);
    if (first === 45 && text.charCodeAt(at + 1) === 45) return this.#ends(at, at, true);
    FIELD_START.lastIndex = at;
    if (!FIELD_START.test(text) && ++this.#wrong > MAX_WRONG_LINES) return this.#ends(at, at, true);
    this.#endField(at);
    this.#fieldStart = at;
    return this.#goOn();
  }

  head(): Head {
    return {
      fields: this.#fields,
      start: this.#start,
      end: this.#end,
      bodyStart: this.#bodyStart,
      missingSeparator: this.#missing,
      truncated: this.#truncated,
    };
  }

  #goOn(): true {
    const lf = this.#text.indexOf('\n', this.#at);
    this.#at = lf === -1 ? this.#text.length : lf + 1;
    return true;
  }

  #ends(end: number, bodyStart: number, missing: boolean): false {
    this.#endField(end);
    this.#end = end;
    this.#bodyStart = bodyStart;
    this.#missing = missing;
    return false;
  }

  #endField(end: number): void {
    const start = this.#fieldStart;
    if (start === -1) return;
    const colon = this.#text.indexOf(':', start);
    if (colon === -1 || colon >= end) return;
    let nameEnd = colon;
    while (nameEnd > start && (this.#text[nameEnd - 1] === ' ' || this.#text[nameEnd - 1] === '\t')) nameEnd--;
    const name = this.#text.slice(start, nameEnd);
    const field = { name, raw: this.#text.slice(colon + 1, end) };
    if (isTooLong(field)) this.#truncated = true;
    this.#fields.push(cutField(field));
  }
}

/** More than SpamAssassin looks at. */
export function isTooLong({ name, raw }: Field): boolean {
  return name.length > MAX_NAME || raw.length > MAX_VALUE;
}

export function cutField({ name, raw }: Field): Field {
  return { name: name.slice(0, MAX_NAME), raw: raw.slice(0, MAX_VALUE) };
}
