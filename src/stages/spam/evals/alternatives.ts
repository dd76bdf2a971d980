/**
 * How far the HTML of a multipart/alternative says something else than its plain text, in words (RFC 2046 section 5.1.4: it should say the
 * same). Linear.
 */
import { decodeUtf8, encodeLatin1 } from '../../../values/bytes.js';
import type { PartView } from '../mail/mail-view.js';

export interface Difference {
  /** Different words of the HTML that are not as often in the text, of all its different words; the highest of all multiparts. */
  readonly percent: number;
  /** Different words, of the last multipart that has HTML. */
  readonly htmlWords: number;
  readonly textWords: number;
}

const none: Difference = { percent: 0, htmlWords: 0, textWords: 0 };

export function differenceOfAlternatives(parts: readonly PartView[]): Difference {
  const alternatives = parts.flatMap(({ type }, i) => (/^multipart\/alternative\b/.test(type) ? [i] : []));
  if (alternatives.length === 0 || isInvitation(parts)) return none;
  let result = none;
  for (const index of alternatives) result = further(result, textsIn(parts, index));
  return result;
}

/** A meeting request has no plain text. */
function isInvitation(parts: readonly PartView[]): boolean {
  const [first, second, third] = parts;
  return (
    parts.length === 3 &&
    first?.type === 'multipart/alternative' &&
    second?.type === 'text/html' &&
    third?.type === 'text/calendar' &&
    third.parent === 0
  );
}

/** How often each is there. */
type Words = Map<string, { times: number }>;

function further(before: Difference, texts: readonly PartView[]): Difference {
  const html: Words = new Map();
  const text: Words = new Map();
  for (const { rendered } of texts) {
    if (rendered === undefined) continue;
    const isHtml = rendered.type === 'text/html';
    countWords(rendered.text, isHtml ? html : text);
    // An image says something too.
    if (isHtml && html.size === 0 && rendered.html?.inside.has('img')) html.set('\n', { times: 1 });
  }
  if (html.size === 0) return before;
  let left = 0;
  for (const [word, { times }] of html) if ((text.get(word)?.times ?? 0) < times) left++;
  const percent = Math.max(before.percent, (left / html.size) * 100);
  return { percent, htmlWords: html.size, textWords: text.size };
}

/** All text parts somewhere in the part at `index`; it lies before them. */
function textsIn(parts: readonly PartView[], index: number): readonly PartView[] {
  const inside = new Set([index]);
  return parts.filter(({ parent, type }, i) => {
    if (parent === undefined || !inside.has(parent)) return false;
    inside.add(i);
    return /^text\b/.test(type);
  });
}

/** Between white space, with a letter or a digit in them. */
function countWords(octets: string, counts: Words): void {
  if (/[^\0-\x7f]/.test(octets)) countWideWords(decodeUtf8(encodeLatin1(octets)) ?? octets, counts);
  else countAsciiWords(octets, counts);
}

function countWideWords(text: string, counts: Words): void {
  for (const word of text.split(/[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/)) {
    if (/[\p{L}\p{M}\p{N}\p{Pc}]/u.test(word)) count(word, counts);
  }
}

function countAsciiWords(text: string, counts: Words): void {
  let start = 0;
  let letters = false;
  for (let at = 0; at <= text.length; at++) {
    const unit = at < text.length ? text.charCodeAt(at) : 32;
    if (unit === 32 || (unit >= 9 && unit <= 13)) {
      if (letters) count(text.slice(start, at), counts);
      letters = false;
      start = at + 1;
    } else if (!letters) {
      const letter = unit | 32;
      letters = (letter >= 97 && letter <= 122) || (unit >= 48 && unit <= 57) || unit === 0x5f;
    }
  }
}

function count(word: string, counts: Words): void {
  const known = counts.get(word);
  if (known === undefined) counts.set(word, { times: 1 });
  else known.times++;
}
