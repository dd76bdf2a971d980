/**
 * Text from strangers as words of a structured header field (RFC 5322 section 3.2): quoted strings, comments, and what may
 * stand without quotes. Control characters become `?`. Without UTF-8 (RFC 6532) other characters are written `\x{FC}`, the
 * form of RFC 6533 section 3 for addresses: an encoded word has no meaning inside quotes (RFC 2047 section 5).
 */
import { isAtext, isControl, isLoneSurrogate } from './characters.js';

export interface WordOptions {
  /** Non-ASCII text as it is, for mail under SMTPUTF8. Default false. */
  readonly utf8?: boolean;
}

const PLAIN = /^[\x20-\x7e]*$/;

/** One line of text that a header field may hold, of any text. */
export function fieldSafe(text: string, { utf8 = false }: WordOptions = {}): string {
  if (PLAIN.test(text)) return text;
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80 && !isControl(code)) out += character;
    else if (isControl(code)) out += code === 0x09 ? ' ' : '?';
    else if (isLoneSurrogate(character, 0)) out += '?';
    else out += utf8 ? character : `\\x{${code.toString(16).toUpperCase()}}`;
  }
  return out;
}

/** `text` of `fieldSafe` within double quotes. */
export function quotedWord(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** `text` of `fieldSafe` within parentheses. */
export function commentWord(text: string): string {
  return `(${text.replace(/[()\\]/g, '\\$&')})`;
}

/** The first part of a text, at most `length` code units; no character is cut in two. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, isLoneSurrogate(text.slice(0, length), length - 1) ? length - 1 : length);
}

const TSPECIALS = '()<>@,;:\\"/[]?=';
const ASCII_TOKEN: readonly boolean[] = Array.from({ length: 128 }, (_, code) => {
  return code > 0x20 && code < 0x7f && !TSPECIALS.includes(String.fromCharCode(code));
});

/** A character of a token (RFC 2045 section 5.1), non-ASCII ones but C1 controls included. Takes a UTF-16 code unit. */
export function isTokenCode(code: number): boolean {
  return code < 128 ? ASCII_TOKEN[code] === true : code >= 0xa0;
}

/** True for a token of US-ASCII. */
export function isAsciiToken(text: string): boolean {
  return text !== '' && every(text, (code) => ASCII_TOKEN[code] === true);
}

/** True for a dot-atom of US-ASCII (RFC 5322 section 3.2.3). */
export function isAsciiDotAtom(text: string): boolean {
  return every(text, (code) => code < 128 && (code === 0x2e || isAtext(code))) && !/^\.|\.\.|\.$|^$/.test(text);
}

function every(text: string, test: (code: number) => boolean): boolean {
  for (let i = 0; i < text.length; i++) if (!test(text.charCodeAt(i))) return false;
  return true;
}
