/**
 * Text as RFC 2047 "B" encoded words in UTF-8. Writing only: decoding is for those who show mail, and a policy that
 * compared decoded text would judge something other than what was sent.
 */
import { encodeUtf8 } from './bytes.js';
import { indexOfNonAscii, utf8Length } from './characters.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** A word of 52 characters: below the 75 of RFC 2047 section 2, so that a name and a word fit into a line of 76. */
const OCTETS_PER_WORD = 30;

/** RFC 4648 section 4, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [group >> 18, (group >> 12) & 63, (group >> 6) & 63, group & 63].map((n) => ALPHABET[n]);
    text += digits.slice(0, Math.min(4, bytes.length - i + 1)).join('');
  }
  return text.padEnd(Math.ceil(bytes.length / 3) * 4, '=');
}

/** One or more encoded words, with single spaces between, which a reader ignores. No character is split between two. */
export function encodeWords(text: string): string {
  const words: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of text) {
    const size = utf8Length(character);
    if (octets + size > OCTETS_PER_WORD) {
      words.push(part);
      part = '';
      octets = 0;
    }
    part += character;
    octets += size;
  }
  return [...words, part].map((word) => `=?utf-8?B?${encodeBase64(encodeUtf8(word))}?=`).join(' ');
}

/**
 * `text` with each run of words that hold non-ASCII characters encoded, the white space inside a run included; other
 * words stay readable (RFC 2047 section 5, rule 1).
 */
export function encodeNonAscii(text: string): string {
  const parts = text.split(/([ \t]+)/);
  const out: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    if (isAscii(parts[i])) {
      out.push(parts[i] as string, parts[i + 1] ?? '');
      continue;
    }
    const first = i;
    while (i + 2 < parts.length && !isAscii(parts[i + 2])) i += 2;
    out.push(encodeWords(parts.slice(first, i + 1).join('')), parts[i + 1] ?? '');
  }
  return out.join('');
}

function isAscii(text: string | undefined): boolean {
  return indexOfNonAscii(text ?? '') === -1;
}
