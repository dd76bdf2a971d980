/** Distinguished names (RFC 4514) in their parts: what an entry is called by, what it stands below. Linear. */
import { decodeUtf8 } from '../values/bytes.js';
import { unescapeFilterValue } from '../values/ldap-names.js';

/** Values of the attribute in the first part: of `uid=max+cn=Max,dc=x` for `uid` `max`. `attribute` in lower case. */
export function namingValues(dn: string, attribute: string): readonly string[] {
  const [first = ''] = split(dn, ',', 1);
  return split(first, '+').flatMap((part) => {
    const at = part.indexOf('=');
    return part.slice(0, at).trim().toLowerCase() === attribute ? (plainValue(part.slice(at + 1)) ?? []) : [];
  });
}

/** Undefined for what has one part, or none. */
export function parentOf(dn: string): string | undefined {
  const [first = '', second] = split(dn, ',', 1);
  return second === undefined ? undefined : dn.slice(first.length + 1).trim();
}

/**
 * Whether an entry is not below the base, and is not the base, as far as names can tell: false where two spellings
 * might be one name. Types are not compared, as they have several names.
 */
export function isOutside(dn: string, base: string): boolean {
  const outer = base === '' ? [] : split(base, ',');
  const inner = split(dn, ',').slice(-Math.max(outer.length, 1));
  if (inner.length < outer.length) return true;
  return outer.some((part, i) => {
    const [a, b] = [comparable(part), comparable(inner[i] ?? '')];
    return a !== undefined && b !== undefined && a !== b;
  });
}

/** Undefined: of several values, or in octets. */
function comparable(part: string): string | undefined {
  if (split(part, '+', 1).length > 1) return undefined;
  const value = plainValue(part.slice(part.indexOf('=') + 1));
  return value?.normalize('NFKC').toLowerCase().replace(/ +/g, ' ').trim();
}

/** Without escapes. Undefined for the form in octets (`#04…`), and what is not UTF-8. */
function plainValue(given: string): string | undefined {
  const text = given.trim();
  if (text.startsWith('#')) return undefined;
  const octets = unescapeFilterValue(text.replace(/\\([^0-9A-Fa-f])/gsu, (_, one: string) => hexOf(one)));
  return octets === undefined ? undefined : decodeUtf8(octets)?.trim();
}

function hexOf(character: string): string {
  return character.charCodeAt(0) < 0x80 ? `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}` : character;
}

/** At separators that are not escaped; after `most` of them the rest is one piece. */
function split(text: string, separator: string, most: number = Number.POSITIVE_INFINITY): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length && pieces.length < most; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...pieces, text.slice(start)];
}
