/**
 * Cuts a multipart into its parts (RFC 2046 section 5.1.1) as SpamAssassin does: text before the first delimiter is dropped, but all is one
 * part when there is no delimiter; white space may stand behind a delimiter; an unclosed multipart ends with its text; lines over 2,048
 * octets are broken. One pass over the lines.
 */
import { concatBytes, decodeLatin1, LF } from '../../../values/bytes.js';
import { readContentType } from './content-type.js';
import { decodeFieldBody, isSpace } from './encoded-words.js';
import { cutField, type Field, isTooLong } from './head.js';

export interface RawPart {
  readonly fields: readonly Field[];
  readonly content: Uint8Array;
}

export interface Multipart {
  readonly parts: readonly RawPart[];
  /** A first delimiter was there. */
  readonly opened: boolean;
  readonly closed: boolean;
  readonly missingHeaders: boolean;
  readonly missingSeparator: boolean;
  /** A field was cut. */
  readonly truncated: boolean;
  /** Something is behind the closing delimiter. */
  readonly epilogue: boolean;
  /** What was not cut any more when there were enough parts. */
  readonly rest: Uint8Array | undefined;
}

export const MAX_LINE = 2048;
const FIELD = /^[!-9;-~]+[ \t]*:/;

/** `bodyFirst`: text that has no delimiter does not begin with fields. */
export function cutMultipart(bytes: Uint8Array, boundary: string, bodyFirst: boolean, maxParts: number): Multipart {
  const cutter = new Cutter(bytes, boundary, bodyFirst);
  cutter.skipPreamble();
  while (cutter.parts.length < maxParts && cutter.part());
  return cutter.done(cutter.parts.length >= maxParts);
}

class Cutter {
  readonly #bytes: Uint8Array;
  readonly #boundary: string;
  #bodyFirst: boolean;
  #at = 0;
  #opened = false;
  #closed = false;
  #missingHeaders = false;
  #missingSeparator = false;
  #truncated = false;
  readonly parts: RawPart[] = [];

  constructor(bytes: Uint8Array, boundary: string, bodyFirst: boolean) {
    this.#bytes = bytes;
    this.#boundary = boundary;
    this.#bodyFirst = bodyFirst;
  }

  skipPreamble(): void {
    const bytes = this.#bytes;
    for (let at = 0; at < bytes.length; ) {
      const next = this.#next(at);
      if (this.#delimiter(at, next) === 'part') {
        this.#opened = true;
        this.#bodyFirst = false;
        this.#at = next;
        this.#noteHeaders();
        return;
      }
      at = next;
    }
  }

  /** Reads one part and its delimiter; false when there is no more. */
  part(): boolean {
    const bytes = this.#bytes;
    if (this.#at >= bytes.length || this.#closed) return false;
    const head = this.#bodyFirst ? { fields: [], at: this.#at, inBody: true } : this.#fields();
    this.#bodyFirst = false;
    let nested = head.inBody && this.#sameBoundary(head.fields);
    let long = false;
    let at = head.at;
    while (at < bytes.length) {
      const next = this.#next(at);
      const found = this.#delimiter(at, next);
      if (found !== undefined && !nested) {
        this.#add(head.fields, head.at, at, true, long);
        this.#closed = found === 'end';
        this.#at = next;
        if (found === 'part' && next < bytes.length) this.#noteHeaders();
        return true;
      }
      if (found === 'end') nested = false;
      if (next - at > MAX_LINE) long = true;
      at = next;
    }
    this.#add(head.fields, head.at, at, false, long);
    this.#at = at;
    return true;
  }

  done(limited: boolean): Multipart {
    const rest = this.#bytes.subarray(this.#at);
    return {
      parts: this.parts,
      opened: this.#opened,
      closed: this.#closed,
      missingHeaders: this.#missingHeaders,
      missingSeparator: this.#missingSeparator,
      truncated: this.#truncated,
      epilogue: this.#closed && hasText(rest),
      rest: limited && !this.#closed && rest.length > 0 ? rest : undefined,
    };
  }

  /** Fields at the beginning of a part; `at` is where its text begins. */
  #fields(): { fields: readonly Field[]; at: number; inBody: boolean } {
    const bytes = this.#bytes;
    const fields: Field[] = [];
    let open = '';
    let at = this.#at;
    while (at < bytes.length) {
      const next = this.#next(at);
      // The last line of all, and a delimiter, end a part that is still in its fields; the field before them is lost.
      if (this.#delimiter(at, next) !== undefined || next >= bytes.length) return { fields, at, inBody: false };
      const line = decodeLatin1(bytes.subarray(at, next));
      if (FIELD.test(line)) {
        if (open !== '') fields.push(this.#field(open));
        open = line;
      } else if (open !== '' && (line.startsWith(' ') || line.startsWith('\t'))) open += line;
      else {
        if (open !== '') fields.push(this.#field(open));
        const blank = line === '\n' || line === '\r\n';
        if (!blank) this.#missingSeparator = true;
        return { fields, at: blank ? next : at, inBody: true };
      }
      at = next;
    }
    return { fields, at, inBody: false };
  }

  #field(text: string): Field {
    const field = toField(text);
    if (isTooLong(field)) this.#truncated = true;
    return cutField(field);
  }

  /** A part that is a multipart of the same boundary as the one around it. */
  #sameBoundary(fields: readonly Field[]): boolean {
    const last = fields.at(-1);
    if (last?.name.toLowerCase() !== 'content-type') return false;
    return readContentType(decodeFieldBody(last.raw, last.name)).boundary === this.#boundary;
  }

  #add(fields: readonly Field[], start: number, end: number, delimited: boolean, long: boolean): void {
    const lines = this.#bytes.subarray(start, end);
    const content = long ? breakLines(lines) : lines;
    // RFC 2046 section 5.1.1: the line end before a delimiter belongs to it.
    const last = delimited && content[content.length - 1] === LF ? content.length - 1 : content.length;
    this.parts.push({ fields, content: content.subarray(0, last) });
  }

  #noteHeaders(): void {
    const next = this.#next(this.#at);
    if (
      this.#at < this.#bytes.length &&
      !/^[!-9;-~]+:/.test(decodeLatin1(this.#bytes.subarray(this.#at, Math.min(next, this.#at + 1024))))
    )
      this.#missingHeaders = true;
  }

  #next(at: number): number {
    const lf = this.#bytes.indexOf(LF, at);
    return lf === -1 ? this.#bytes.length : lf + 1;
  }

  #delimiter(at: number, next: number): 'part' | 'end' | undefined {
    const bytes = this.#bytes;
    const boundary = this.#boundary;
    if (bytes[at] !== 45 || bytes[at + 1] !== 45 || next - at < boundary.length + 2) return undefined;
    for (let i = 0; i < boundary.length; i++) if (bytes[at + 2 + i] !== boundary.charCodeAt(i)) return undefined;
    let rest = at + 2 + boundary.length;
    const closing = bytes[rest] === 45 && bytes[rest + 1] === 45;
    if (closing) rest += 2;
    while (rest < next && isSpace(bytes[rest] as number)) rest++;
    return rest < next ? undefined : closing ? 'end' : 'part';
  }
}

function toField(text: string): Field {
  const colon = text.indexOf(':');
  return { name: text.slice(0, colon), raw: text.slice(colon + 1).replace(/^[\t-\r ]+/, '') };
}

/** More than white space and full stops. */
function hasText(bytes: Uint8Array): boolean {
  for (const octet of bytes) if (octet !== 46 && !isSpace(octet)) return true;
  return false;
}

/** Lines over the limit, their end counted, in pieces of it. */
function breakLines(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  const lineEnd = Uint8Array.of(LF);
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(LF, at);
    const next = lf === -1 ? bytes.length : lf + 1;
    for (; next - at > MAX_LINE; at += MAX_LINE) pieces.push(bytes.subarray(at, at + MAX_LINE), lineEnd);
    pieces.push(bytes.subarray(at, next));
    at = next;
  }
  return concatBytes(pieces);
}
