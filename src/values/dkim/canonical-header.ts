/**
 * Header fields as they are signed: the canonical forms "simple" and "relaxed" (RFC 6376 section 3.4.1, 3.4.2), the fields that
 * `h=` names (section 5.4.2), and a signature field with the value of its `b=` taken out (section 3.7). Octets in, octets out;
 * LF without CR counts as CRLF, since stored messages have it.
 */
import { CR, LF } from '../bytes.js';
import type { HeaderField } from '../header.js';
import { COLON, isWhiteSpace } from '../header-field.js';
import { convertLineEnds } from '../line-ends.js';

export type Canonicalization = 'simple' | 'relaxed';

const SPACE = 32;
const SEMICOLON = 59;
const EQUALS = 61;
const LOWER_B = 98;

/** The field's octets in canonical form, CRLF at the end included. */
export function canonicalField(bytes: Uint8Array, form: Canonicalization): Uint8Array {
  return form === 'relaxed' ? relaxed(bytes) : simple(bytes);
}

/** RFC 6376 section 3.4.1: not a single octet is changed; a last field may lack its line end. */
function simple(bytes: Uint8Array): Uint8Array {
  const octets = convertLineEnds(bytes, 'crlf');
  if (octets[octets.length - 1] === LF) return octets;
  const whole = new Uint8Array(octets.length + 2);
  whole.set(octets);
  whole.set([CR, LF], octets.length);
  return whole;
}

/** RFC 6376 section 3.4.2: name in lower case, one line, one space for white space, none around the colon and at the end. */
function relaxed(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 3);
  let size = 0;
  let valueStart = -1;
  let space = false;
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] as number;
    if (octet === LF || (octet === CR && bytes[i + 1] === LF)) continue;
    if (isWhiteSpace(octet)) {
      space = true;
    } else if (octet === COLON && valueStart === -1) {
      out[size++] = COLON;
      valueStart = size;
      space = false;
    } else {
      if (space && size !== valueStart && size > 0) out[size++] = SPACE;
      space = false;
      out[size++] = valueStart === -1 && octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet;
    }
  }
  out[size++] = CR;
  out[size++] = LF;
  return out.subarray(0, size);
}

/**
 * The fields that a signature covers, in order of `names` (lower case): of each name the lowest that was not taken yet; a name
 * without one stands for nothing (RFC 6376 section 5.4.2). `own`, the signature's field, is never among them (section 3.5).
 */
export function coveredFields(
  header: readonly HeaderField[],
  names: readonly string[],
  own?: HeaderField,
): readonly HeaderField[] {
  const wanted = new Map<string, HeaderField[]>(names.map((name) => [name, []]));
  for (const field of header) if (field !== own) wanted.get(field.lowerName)?.push(field);
  return names.flatMap((name) => wanted.get(name)?.pop() ?? []);
}

/** The field's octets without the value of the tag `b`, white space around it included (RFC 6376 section 3.7). */
export function withoutSignature(bytes: Uint8Array): Uint8Array {
  let start = bytes.indexOf(COLON) + 1;
  while (start > 0 && start < bytes.length) {
    const end = endOfTag(bytes, start);
    // Within the tag alone: a search to the end of the field for each of its semicolons would be quadratic.
    const equals = start + bytes.subarray(start, end).indexOf(EQUALS);
    if (equals >= start && isNamedB(bytes, start, equals)) {
      const out = new Uint8Array(bytes.length - (end - equals - 1));
      out.set(bytes.subarray(0, equals + 1));
      out.set(bytes.subarray(end), equals + 1);
      return out;
    }
    start = end + 1;
  }
  return bytes;
}

function endOfTag(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(SEMICOLON, start);
  return end === -1 ? bytes.length : end;
}

function isNamedB(bytes: Uint8Array, start: number, equals: number): boolean {
  let found = false;
  for (let i = start; i < equals; i++) {
    const octet = bytes[i] as number;
    if (isWhiteSpace(octet) || octet === CR || octet === LF) continue;
    if (octet !== LOWER_B || found) return false;
    found = true;
  }
  return found;
}

/** The octets that a signature in `own` is over: the covered fields, then the field itself without its value and last CRLF. */
export function signedOctets(
  covered: readonly HeaderField[],
  own: Uint8Array,
  form: Canonicalization,
): readonly Uint8Array[] {
  const last = canonicalField(withoutSignature(own), form);
  return [...covered.map((field) => canonicalField(field.bytes, form)), last.subarray(0, last.length - 2)];
}
