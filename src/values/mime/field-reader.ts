/**
 * Puts header fields together from records, with the leniency and the limits of Postfix's cleanup(8): a fold is LF and
 * its white space, white space before the colon is left out, what begins behind the size limit is dropped, and a NUL
 * ends the text of its line. What is a field: Postfix's is_header(), see header-block.ts.
 */
import { decodeLatin1 } from '../bytes.js';
import { COLON, isNameOctet, isWhiteSpace } from '../header-field.js';
import { type LineRecord, Records } from './records.js';

export interface FieldText {
  readonly name: string;
  /** `Name: value` with its folds, without its last line end, as octets in Latin-1. */
  readonly text: string;
}

export class FieldReader {
  readonly #sizeLimit: number;
  #nameLength = 0;
  #text = '';
  #goesOn = false;

  constructor(sizeLimit: number) {
    this.#sizeLimit = sizeLimit;
  }

  get isEmpty(): boolean {
    return this.#nameLength === 0;
  }

  /** True when the record belongs to the field that is being read. */
  continues(bytes: Uint8Array, { start, end, goesOn }: LineRecord): boolean {
    if (this.#nameLength === 0) return false;
    const fold = !this.#goesOn;
    if (fold && (start === end || !isWhiteSpace(bytes[start]))) return false;
    if (this.#text.length < this.#sizeLimit) this.#text += (fold ? '\n' : '') + textOf(bytes, start, end);
    this.#goesOn = goesOn;
    return true;
  }

  /** True when the record begins a field. */
  begins(bytes: Uint8Array, { start, end, goesOn }: LineRecord): boolean {
    let nameEnd = start;
    while (nameEnd < end && isNameOctet(bytes[nameEnd] as number)) nameEnd++;
    let colon = nameEnd;
    while (colon < end && isWhiteSpace(bytes[colon])) colon++;
    if (nameEnd === start || colon === end || bytes[colon] !== COLON) return false;
    this.#nameLength = nameEnd - start;
    this.#text = textOf(bytes, start, nameEnd) + textOf(bytes, colon, end);
    this.#goesOn = goesOn;
    return true;
  }

  /** The field that has been read. */
  take(): FieldText {
    const field = { name: this.#text.slice(0, this.#nameLength), text: this.#text };
    this.#nameLength = 0;
    this.#text = '';
    this.#goesOn = false;
    return field;
  }
}

/** The text of a field of which the octets are known, a line end at their end included. */
export function fieldText(bytes: Uint8Array, sizeLimit: number, lineLimit: number): FieldText | undefined {
  const reader = new FieldReader(sizeLimit);
  const records = new Records(bytes, lineLimit, true);
  for (let one = records.at(0); one !== undefined; one = records.at(one.next)) {
    if (!reader.continues(bytes, one) && !reader.begins(bytes, one)) break;
  }
  return reader.isEmpty ? undefined : reader.take();
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  const text = decodeLatin1(bytes.subarray(start, end));
  const nul = text.indexOf('\0');
  return nul === -1 ? text : text.slice(0, nul);
}
