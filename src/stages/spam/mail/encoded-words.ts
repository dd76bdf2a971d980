/**
 * Header text as SpamAssassin decodes it: unfolded, encoded words (RFC 2047) as UTF-8, also those that break a character in two or stand
 * where they must not. Texts are octets as Latin-1.
 */

import { decodeLatin1, encodeLatin1 } from '../../../values/bytes.js';
import { decodeQuotedPrintable } from '../../../values/quoted-printable.js';
import { decodeLenientBase64 } from './base64.js';
import { fieldToUtf8, wordToUtf8 } from './charset.js';

/** Fields in which encoded words are not decoded. */
const NEVER_ENCODED: ReadonlySet<string> = new Set([
  ...['date', 'in-reply-to', 'message-id', 'mime-version', 'received', 'references'],
  ...['resent-date', 'resent-message-id'],
]);
/** RFC 2047 section 2; `*` and a language of RFC 2231 section 5. */
const WORD = '=\\?[\\w*-]+\\?[bq]\\?[^?]*\\?=';
const BETWEEN_WORDS = new RegExp(`(${WORD})[\\t-\\r ]+(?=${WORD})`, 'gi');
const WORD_OR_TEXT = /=\?(?<charset>[\w*-]+)\?(?<encoding>[bq])\?(?<data>[^?]*)\?=|[^=]+|=/gi;

/** `raw`: what stands behind the colon, folds included. */
export function decodeFieldBody(raw: string, name: string): string {
  const trimmed = raw.replace(/\n[ \t]+/g, ' ').replace(/^[\t-\r ]+/, '');
  return decodeHeaderText(trimmed.slice(0, endWithoutSpace(trimmed)), name);
}

export function decodeHeaderText(text: string, name: string): string {
  const unfolded = text.includes('\n') ? text.replace(/\n[ \t]/g, '\n ').replace(/\r?\n/g, '') : text;
  const utf8 = fieldToUtf8(unfolded);
  return utf8.includes('=?') && !isNeverEncoded(name) ? decodeWords(utf8) : utf8;
}

function isNeverEncoded(name: string): boolean {
  const lower = name.toLowerCase();
  return NEVER_ENCODED.has(lower) || lower.startsWith('list-');
}

function endWithoutSpace(text: string): number {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return end;
}

/** White space of Perl's `\s` among octets. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function decodeWords(text: string): string {
  let decoded = '';
  let label = '';
  let section = '';
  // Words of one character set are put together before it is decoded: a character may be in two of them.
  for (const [whole, charset, encoding, data] of text.replace(BETWEEN_WORDS, '$1').matchAll(WORD_OR_TEXT)) {
    const next = charset === undefined ? '' : charset.toLowerCase();
    if (next !== label) {
      decoded += sectionText(section, label);
      label = next;
      section = '';
    }
    section += charset === undefined ? whole : wordOctets(encoding as string, data as string);
  }
  return decoded + sectionText(section, label);
}

function wordOctets(encoding: string, data: string): string {
  if (encoding === 'b' || encoding === 'B') return decodeLatin1(decodeLenientBase64(encodeLatin1(data)));
  return decodeLatin1(decodeQuotedPrintable(encodeLatin1(data.replaceAll('_', '=20'))));
}

/** RFC 2231 section 5: a language may stand behind the character set. */
function sectionText(octets: string, label: string): string {
  const charset = label.replace(/\*.*$/, '');
  return charset === '' ? octets : wordToUtf8(octets, charset);
}
