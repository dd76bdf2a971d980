/**
 * Security identifiers, by which Active Directory knows users and groups: MS-DTYP section 2.4.2, the binary form
 * (attribute objectSid) and the text form (`S-1-5-21-1004336348-1177238915-682003330-512`). The last part is the
 * relative identifier (RID).
 */
import { malformed, type Parsed, parsed } from '../values/parsed.js';

/** Revision 1 is the only one there is; at most 15 sub-authorities. */
const REVISION = 1;
const MOST_PARTS = 15;
const HEAD = 8;

/** The text form of a binary one. */
export function parseSid(bytes: Uint8Array): Parsed<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || bytes[0] !== REVISION) return malformed('a security identifier of revision 1 is expected');
  const count = bytes[1] ?? 0;
  if (count > MOST_PARTS) return malformed(`a security identifier has at most ${MOST_PARTS} sub-authorities`, 1);
  if (bytes.length !== HEAD + 4 * count) return malformed(`${HEAD + 4 * count} octets are expected`, bytes.length);
  // The authority is big-endian, what follows little-endian.
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4);
  let text = `S-${REVISION}-${authority < 2 ** 32 ? authority : `0x${authority.toString(16).toUpperCase().padStart(12, '0')}`}`;
  for (let i = 0; i < count; i++) text += `-${view.getUint32(HEAD + 4 * i, true)}`;
  return parsed(text);
}

/** The binary form, for which filters ask; the inverse of `parseSid`. */
export function sidBytes(text: string): Parsed<Uint8Array> {
  const numbers = numbersOf(text);
  if (numbers === undefined) return malformed('a security identifier is expected: S-1-5-21-...');
  const [authority = 0, ...parts] = numbers;
  const bytes = new Uint8Array(HEAD + 4 * parts.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, REVISION);
  view.setUint8(1, parts.length);
  view.setUint16(2, Math.floor(authority / 2 ** 32));
  view.setUint32(4, authority % 2 ** 32);
  parts.forEach((part, i) => {
    view.setUint32(HEAD + 4 * i, part, true);
  });
  return parsed(bytes);
}

/**
 * The last part: unique within the domain, and never used again. Undefined: it is no security identifier, or has no
 * such part.
 */
export function ridOf(text: string): number | undefined {
  const numbers = numbersOf(text);
  return numbers === undefined || numbers.length < 2 ? undefined : numbers.at(-1);
}

/** All but the last part: `S-1-5-21-1004336348-1177238915-682003330`, and so of every account of one domain. */
export function domainOfSid(text: string): string | undefined {
  return ridOf(text) === undefined ? undefined : text.slice(0, text.lastIndexOf('-'));
}

/** The authority and the sub-authorities. */
function numbersOf(text: string): readonly number[] | undefined {
  const matched = text.length > LONGEST ? null : SID.exec(text);
  if (matched === null) return undefined;
  const [, authority = '', rest = ''] = matched;
  const parts = rest.split('-').slice(1).map(Number);
  const good = Number(authority) < 2 ** 48 && parts.length <= MOST_PARTS && parts.every((part) => part < 2 ** 32);
  return good ? [Number(authority), ...parts] : undefined;
}

const SID = /^[Ss]-1-(0x[0-9A-Fa-f]{12}|\d{1,15})((?:-\d{1,10})*)$/;
const LONGEST = 200;
