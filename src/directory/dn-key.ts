/**
 * Distinguished names as keys: equal for spellings that differ in letter case, in blanks around the parts, or in how a character is
 * escaped (RFC 4514 section 2.4). It knows no matching rules of attributes: names of one entry may have different keys, so whoever
 * misses a name asks for the entry.
 */
import { decodeText } from '../values/bytes.js';
import { unescapeFilterValue } from '../values/ldap-names.js';

export function dnKey(dn: string): string {
  const plain = dn.replace(ESCAPED, (_, octets: string | undefined, character: string | undefined) =>
    quoted(octets === undefined ? (character ?? '') : textOf(octets)),
  );
  const parts = plain.split(',').map((part) => part.trim());
  return parts.join(',').toLowerCase();
}

const ESCAPED = /((?:\\[0-9A-Fa-f]{2})+)|\\(.)/gsu;

function textOf(octets: string): string {
  return decodeText(unescapeFilterValue(octets) ?? new Uint8Array());
}

/** What would separate parts stays apart from what does. Blanks at the ends of a value say nothing (RFC 4518 section 2.6.1). */
function quoted(text: string): string {
  return text.replace(/[\\,+]/g, (special) => `\\${special.charCodeAt(0).toString(16)}`);
}
