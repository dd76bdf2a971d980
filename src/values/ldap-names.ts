/**
 * Values in the texts of LDAP: in search filters (RFC 4515 section 3) and in distinguished names (RFC 4514 section 2.4). Whatever a
 * stranger gives stands in them as itself. Linear; bounds on lengths are the caller's. Filters are read by the adapter.
 */
import { encodeUtf8 } from './bytes.js';

/** For the place of a value in a filter: `a*)(uid=*` becomes `a\2a\29\28uid=\2a`. Octets are for values that are no text, as `objectSid`. */
export function escapeFilterValue(value: string | Uint8Array): string {
  if (typeof value === 'string') return value.replace(FILTER_SPECIAL, hexOfAscii);
  let text = '';
  for (const octet of value) text += isAlphanumeric(octet) ? String.fromCharCode(octet) : hexOf(octet);
  return text;
}

// RFC 4515 section 3: these five must be escaped, any other may be. Controls are, so that a filter is one printable line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it is about
const FILTER_SPECIAL = /[\0-\x1f\x7f()*\\]/g;

/** For the place of a value in a distinguished name: `Müller, "J"` becomes `Müller\, \"J\"`. */
export function escapeDnValue(value: string): string {
  const escaped = value.replace(DN_SPECIAL, (special) => `\\${special}`).replace(CONTROL, hexOfAscii);
  // RFC 4514 section 2.4: a blank or `#` at the beginning, a blank at the end.
  const begun = /^[ #]/.test(escaped) ? `\\${escaped}` : escaped;
  return begun.endsWith(' ') && begun !== '\\ ' ? `${begun.slice(0, -1)}\\ ` : begun;
}

const DN_SPECIAL = /["+,;<>\\]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROL = /[\0-\x1f\x7f]/g;

/** Whether it is written as a distinguished name (RFC 4514 section 3); the empty one is. Not whether there is such an entry. */
export function isDn(text: string): boolean {
  return text === '' || DN.test(text);
}

// Every character can be taken in one way only, so that this is linear. Blanks around `,` and `=` are as RFC 2253 section 4 allows.
const TYPE = String.raw`(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)`;
const PAIR = String.raw`\\(?:[ "#+,;<=>\\]|[0-9A-Fa-f]{2})`;
const VALUE = String.raw`(?:#(?:[0-9A-Fa-f]{2})+ *|(?!#)(?:[^"+,;<>\\\0]|${PAIR})*)`;
const PART = ` *${TYPE} *=${VALUE}`;
const DN = new RegExp(`^${PART}(?:[+,]${PART})*$`, 'u');

function hexOfAscii(character: string): string {
  return hexOf(character.charCodeAt(0));
}

function hexOf(octet: number): string {
  return `\\${octet.toString(16).padStart(2, '0')}`;
}

function isAlphanumeric(octet: number): boolean {
  return (octet >= 0x30 && octet <= 0x39) || ((octet | 0x20) >= 0x61 && (octet | 0x20) <= 0x7a);
}

/** The octets of a value as a filter spells it: `\` and two hexadecimal digits are an octet, all else is UTF-8. Undefined: a `\` that is
 * followed by anything else, or a NUL. */
export function unescapeFilterValue(text: string): Uint8Array | undefined {
  const octets = encodeUtf8(text);
  const plain = new Uint8Array(octets.length);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    let octet = octets[at] as number;
    if (octet === 0) return undefined;
    if (octet === BACKSLASH) {
      const high = hexDigit(octets[at + 1]);
      const low = hexDigit(octets[at + 2]);
      if (high < 0 || low < 0) return undefined;
      octet = high * 16 + low;
      at += 2;
    }
    plain[length++] = octet;
  }
  return plain.subarray(0, length);
}

const BACKSLASH = 0x5c;

function hexDigit(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
