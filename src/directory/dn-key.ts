/**
 * Distinguished names as keys: equal for spellings that differ in letter case, in how a character is escaped (RFC 4514
 * section 2.4), in blanks around and within values (RFC 4518 section 2.6.1), or in the order of the parts of an RDN. It
 * knows no matching rules of attributes and is exact else: names of one entry may have different keys, so whoever
 * misses a name asks for the entry.
 */
import { decodeText } from '../values/bytes.js';
import { unescapeFilterValue } from '../values/ldap-names.js';

export function dnKey(dn: string): string {
  const rdns = quotedParts(dn).map((parts) => {
    const keys = parts.map(({ type, value }) => `${type}=${folded(value)}`);
    return keys.length === 1 ? keys[0] : keys.sort().join('+');
  });
  return rdns.join(',');
}

interface Part {
  readonly type: string;
  /** With `,`, `+`, `#` and backslashes that are meant as themselves in hexadecimal digits. */
  readonly value: string;
}

function quotedParts(dn: string): readonly (readonly Part[])[] {
  const plain = dn.replace(ESCAPED, (_, octets: string | undefined, character: string | undefined) =>
    quoted(octets === undefined ? (character ?? '') : textOf(octets)),
  );
  return plain.split(',').map((rdn) => rdn.split('+').map(partOf));
}

function partOf(text: string): Part {
  const equals = text.indexOf('=');
  const value = withoutBlanks(text.slice(equals + 1));
  return {
    type: withoutBlanks(text.slice(0, Math.max(equals, 0))).toLowerCase(),
    // In front it says that octets follow (RFC 4514 section 2.4).
    value: value.slice(0, 1) + value.slice(1).replaceAll('#', '\\23'),
  };
}

const ESCAPED = /((?:\\[0-9A-Fa-f]{2})+)|\\(.)/gsu;

function textOf(octets: string): string {
  return decodeText(unescapeFilterValue(octets) ?? new Uint8Array());
}

/** What would separate parts stays apart from what does. */
function quoted(text: string): string {
  return text.replace(/[\\,+#]/g, (special) => `\\${special.charCodeAt(0).toString(16)}`);
}

/** U+0020 alone: other blanks are characters of the name. */
function withoutBlanks(text: string): string {
  const single = text.replace(/ {2,}/g, ' ');
  return single.slice(single.startsWith(' ') ? 1 : 0, single.endsWith(' ') ? -1 : single.length);
}

/** Letters that have one small form which has them as its capital: not the sign for Kelvin, whose small form is that of
 * K. */
function folded(value: string): string {
  if (/^[\0-\x7f]*$/.test(value)) return value.toLowerCase();
  return value.replace(/\p{Lu}/gu, (capital) => {
    const small = capital.toLowerCase();
    return small.toUpperCase() === capital ? small : capital;
  });
}
