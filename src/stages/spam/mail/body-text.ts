/**
 * The text that `body` and `rawbody` rules see, in pieces as SpamAssassin makes them (Mail::SpamAssassin::Conf(3), "body", "rawbody"):
 * paragraphs with white space collapsed, at most 2,049 octets each; chunks of the decoded text of 2 to 4 KiB.
 */
import { concatBytes, decodeUtf8, encodeLatin1 } from '../../../values/bytes.js';
import type { MailLimits } from './limits.js';
import type { Part, Rendered } from './part.js';
import { noPieces, type Pieces } from './pieces.js';

const MAX_PIECE = 2048;
/** How far behind a limit a better place to cut is looked for. */
const CUT_SEARCH = 1024;

export type WhichText = 'text' | 'visible' | 'invisible';

/** `subject`: with its line end; it comes first. */
export function bodyPieces(parts: readonly Part[], which: WhichText, subject: string, limits: MailLimits): Pieces {
  const leaves = parts.filter(({ leaf, type }) => leaf && type !== '');
  if (leaves.length === 0) return noPieces;
  const texts = leaves.map(({ rendered }) => rendered);
  // Rules see UTF-8 as soon as one part has characters beyond Latin-1, and Latin-1 otherwise.
  const wide = texts.some((each) => each?.wide === true);
  let joined = '';
  for (const each of texts) {
    if (joined !== '') joined += '\n';
    if (each !== undefined) joined += cutText(textOf(each, which, wide), wide, limits.renderedPart);
  }
  return toPieces(subject + collapse(joined, wide));
}

function textOf(part: Rendered, which: WhichText, wide: boolean): string {
  return wide ? part[which] : narrow(part[which]);
}

/** UTF-8 of characters up to U+00FF as Latin-1. */
function narrow(utf8: string): string {
  return /[\x80-\xff]/.test(utf8) ? (decodeUtf8(encodeLatin1(utf8)) ?? utf8) : utf8;
}

/** Blank lines become one line end, all other white space one space. */
function collapse(text: string, wide: boolean): string {
  const marked = wide
    ? text.replace(WIDE_PARAGRAPH, '\0').replace(WIDE_SPACE, ' ')
    : text.replace(/\n[\t-\r ]*\n/g, '\0').replace(/[\t-\r][\t-\r ]*| [\t-\r ]+/g, ' ');
  return marked.includes('\0') ? marked.replaceAll('\0', '\n') : marked;
}

// White space of Unicode, as UTF-8 octets.
const WIDE =
  '(?:[\\t-\\r ]|\\xc2[\\x85\\xa0]|\\xe1\\x9a\\x80|\\xe2\\x80[\\x80-\\x8a\\xa8\\xa9\\xaf]|\\xe2\\x81\\x9f|\\xe3\\x80\\x80)';
const WIDE_PARAGRAPH = new RegExp(`\\n${WIDE}*\\n`, 'g');
const WIDE_SPACE = new RegExp(`(?! (?![\\t-\\r \\xc2\\xe1\\xe2\\xe3]))${WIDE}+`, 'g');

/** Cut near `limit` characters, at a line end or a space where one is close; 0: no limit. */
function cutText(text: string, wide: boolean, limit: number): string {
  if (limit === 0 || text.length <= limit) return text;
  const at = wide ? offsetOf(text, limit) : limit;
  if (at >= text.length) return text;
  return cutAt(text, at, ['\n', ' ']);
}

function cutAt(text: string, at: number, marks: readonly string[]): string {
  const window = text.slice(at, at + CUT_SEARCH + 1);
  for (const mark of marks) {
    const found = window.indexOf(mark);
    if (found !== -1) return text.slice(0, at + found + 1);
  }
  return text.slice(0, at);
}

/** Where the character `count` begins in UTF-8 octets. */
function offsetOf(text: string, count: number): number {
  let left = count;
  let at = 0;
  while (at < text.length && left > 0) {
    at++;
    while (at < text.length && (text.charCodeAt(at) & 0xc0) === 0x80) at++;
    left--;
  }
  return at;
}

/** Lines; those over the limit are broken at their last space before it. */
function toPieces(text: string): Pieces {
  const ends: number[] = [];
  for (let at = 0; at < text.length; ) {
    const lf = text.indexOf('\n', at);
    const next = lf === -1 ? text.length : lf + 1;
    while (next - at > MAX_PIECE) {
      const space = text.lastIndexOf(' ', at + MAX_PIECE);
      at = space >= at ? space + 1 : at + MAX_PIECE;
      ends.push(at);
    }
    ends.push(next);
    at = next;
  }
  return { octets: encodeLatin1(text), ends };
}

export interface RawText {
  readonly pieces: Pieces;
  /** A part was longer than the limit. */
  readonly cut: boolean;
}

export function rawPieces(parts: readonly Part[], limits: MailLimits): RawText {
  const texts: Uint8Array[] = [];
  const ends: number[] = [];
  let base = 0;
  let cut = false;
  for (const part of parts) {
    if (!part.isRawText) continue;
    const { decoded } = part;
    const text = cutRaw(decoded, limits.rawPart);
    if (text.length < decoded.length) cut = true;
    rawEnds(text, base, ends);
    texts.push(text);
    base += text.length;
  }
  const octets = texts.length === 1 ? (texts[0] as Uint8Array) : concatBytes(texts);
  return { pieces: { octets, ends }, cut };
}

function cutRaw(text: Uint8Array, limit: number): Uint8Array {
  if (limit === 0 || text.length <= limit) return text;
  const window = text.subarray(limit, limit + CUT_SEARCH + 1);
  for (const mark of BREAKS) {
    const found = window.indexOf(mark);
    if (found !== -1) return text.subarray(0, limit + found + 1);
  }
  return text.subarray(0, limit);
}

/** Line end, `>`, space. */
const BREAKS: readonly number[] = [10, 62, 32];

function rawEnds(text: Uint8Array, base: number, ends: number[]): void {
  let at = 0;
  if (text.length > MAX_PIECE) {
    while (text.length - at > 2 * MAX_PIECE) {
      at = breakAfter(text, at) + 1;
      ends.push(base + at);
    }
    if (at >= text.length) return;
  }
  ends.push(base + text.length);
}

/** The last octet of the piece that begins at `from`. */
function breakAfter(text: Uint8Array, from: number): number {
  const window = text.subarray(from + MAX_PIECE, from + 2 * MAX_PIECE);
  for (const mark of BREAKS) {
    const found = window.indexOf(mark);
    if (found !== -1) return from + MAX_PIECE + found;
  }
  return from + MAX_PIECE;
}
