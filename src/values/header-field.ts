/**
 * The one implementation of HeaderField. The name is decoded at once, the value on first use: a message may have
 * thousands of fields nobody reads. Unfolding is RFC 5322 section 2.2.3: line ends go, the white space stays.
 * Not here: what a field's value means (addresses, dates, encoded words).
 */
import { CR, decodeLatin1, decodeText, LF } from './bytes.js';
import type { HeaderField } from './header.js';

const SPACE = 32;
const TAB = 9;

class Field implements HeaderField {
  readonly kind = 'field';
  readonly name: string;
  readonly lowerName: string;
  readonly bytes: Uint8Array;
  readonly origin: 'received' | 'added';
  readonly #valueStart: number;
  #value: string | undefined;

  constructor(name: string, bytes: Uint8Array, valueStart: number, origin: 'received' | 'added') {
    this.name = name;
    this.lowerName = name.toLowerCase();
    this.bytes = bytes;
    this.origin = origin;
    this.#valueStart = valueStart;
  }

  get value(): string {
    this.#value ??= decodeText(trimWhiteSpace(unfold(this.bytes.subarray(this.#valueStart))));
    return this.#value;
  }
}

/**
 * A field over `bytes` (kept, not copied), which the caller knows to be one: the name is their first `nameLength`
 * octets, the value begins at `valueStart`. For text of unknown form use `parseHeaderBlock` or `makeField`.
 */
export function fieldOver(
  bytes: Uint8Array,
  nameLength: number,
  valueStart: number,
  origin: 'received' | 'added',
): HeaderField {
  return new Field(decodeLatin1(bytes.subarray(0, nameLength)), bytes, valueStart, origin);
}

/** `bytes` begin with `name` and a colon. */
export function addedField(name: string, bytes: Uint8Array): HeaderField {
  return new Field(name, bytes, name.length + 1, 'added');
}

/** The name given to an mbox `From ` line that came before the header, after Postfix's smtpd(8). */
export const MAILBOX_LINE: string = 'X-Mailbox-Line';

/** A leading mbox `From ` line as a field: its bytes are the line, its value is the whole line. */
export function mailboxLineOver(bytes: Uint8Array): HeaderField {
  return new Field(MAILBOX_LINE, bytes, 0, 'received');
}

/** True for what `mailboxLineOver` makes, false for a real field of that name. */
export function isMailboxLineField(field: HeaderField): boolean {
  return field.name === MAILBOX_LINE && field.bytes[0] !== 0x58;
}

/** The octets without LF and without a CR right before one. A CR elsewhere stays: it is content, if bad content. */
export function unfold(bytes: Uint8Array): Uint8Array {
  const first = bytes.indexOf(LF);
  if (first === -1) return bytes;
  if (first === bytes.length - 1) return bytes.subarray(0, bytes[first - 1] === CR ? first - 1 : first);
  const out = new Uint8Array(bytes.length);
  let size = 0;
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] as number;
    if (octet === LF || (octet === CR && bytes[i + 1] === LF)) continue;
    out[size++] = octet;
  }
  return out.subarray(0, size);
}

function trimWhiteSpace(bytes: Uint8Array): Uint8Array {
  let start = 0;
  let end = bytes.length;
  while (start < end && isWhiteSpace(bytes[start])) start++;
  while (end > start && isWhiteSpace(bytes[end - 1])) end--;
  return bytes.subarray(start, end);
}

/** WSP of RFC 5234: space and tab, nothing else. */
export function isWhiteSpace(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}

export const COLON = 58;

/** ftext of RFC 5322 section 3.6.8: printable US-ASCII but colon. */
export function isNameOctet(octet: number): boolean {
  return octet > 32 && octet < 127 && octet !== COLON;
}
