/**
 * Character classes that more than one parser of this folder asks for: atext of RFC 5322 section 3.2.3 with the
 * extension of RFC 6531 section 3.3, control characters, octets of UTF-8. Not for bytes: see bytes.ts.
 */

const ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

const ASCII_ATEXT: readonly boolean[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[0-9A-Za-z]/.test(character) || ATEXT_SPECIALS.includes(character);
});

/** C0, DEL and C1. Takes a UTF-16 code unit. */
export function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** atext of RFC 5322, or any non-ASCII character but C1 controls (RFC 6531 section 3.3). Takes a UTF-16 code unit. */
export function isAtext(code: number): boolean {
  return code < 128 ? ASCII_ATEXT[code] === true : code >= 0xa0;
}

/** Index of the first character that is not ASCII; -1 when all are. */
export function indexOfNonAscii(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 128) return i;
  return -1;
}

/** True for a code unit of a surrogate pair that has lost its other half: such text has no UTF-8 form. */
export function isLoneSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdfff) return false;
  const other = text.charCodeAt(code < 0xdc00 ? at + 1 : at - 1);
  return code < 0xdc00 ? !(other >= 0xdc00 && other <= 0xdfff) : !(other >= 0xd800 && other < 0xdc00);
}

/** Octets of `text` in UTF-8, counted without encoding it. */
export function utf8Length(text: string): number {
  let octets = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // Each half of a surrogate pair counts two of the pair's four octets; a lone half becomes U+FFFD, three octets.
    octets += code < 0x800 || (code >= 0xd800 && code < 0xe000 && !isLoneSurrogate(text, i)) ? 1 : 2;
  }
  return octets;
}

/** The input as a `why` may repeat it: quoted, at most 60 characters, without what a log cannot show. */
export function excerpt(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  let shown = '';
  for (let i = 0; i < short.length; i++) {
    shown += isControl(short.charCodeAt(i)) || isLoneSurrogate(short, i) ? '?' : short.charAt(i);
  }
  return `"${shown}"`;
}

/** `A` to `Z` alone in lower case: in octets as Latin-1, and in names, other letters may be part of a character. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}
