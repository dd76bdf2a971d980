/** Capitals in the body (check_for_uppercase of MIMEEval). */
import { decodeLatin1 } from '../../../values/bytes.js';
import type { Pieces } from '../mail/pieces.js';

const atLeast = 200;
const ESCAPE = 0x1b;
const NO_BREAK_SPACE = 0xa0;

interface Sum {
  length: number;
  lower: number;
  upper: number;
}

/** Capitals among letters and digits in percent; 0 for less than 200 octets of lines that have a space in them. Each piece is a line. */
export function capitals({ octets, ends }: Pieces): number {
  const sum: Sum = { length: 0, lower: 0, upper: 0 };
  const firstEscape = octets.indexOf(ESCAPE);
  let from = 0;
  for (const end of ends) {
    if (hasInnerSpace(octets, from, end) && !isBase64(octets, from, end)) {
      if (firstEscape < 0 || firstEscape >= end) addLetters(octets, from, end, sum);
      else addAround(octets.subarray(from, end), sum);
    }
    from = end;
  }
  const { length, lower, upper } = sum;
  return length < atLeast || upper + lower === 0 ? 0 : (upper / (upper + lower)) * 100;
}

function addLetters(octets: Uint8Array, from: number, end: number, sum: Sum): void {
  let [lower, upper] = [0, 0];
  for (let at = from; at < end; at++) {
    const octet = octets[at] as number;
    if (octet >= 65 && octet <= 90) upper++;
    else if ((octet >= 97 && octet <= 122) || (octet >= 48 && octet <= 57)) lower++;
  }
  sum.length += end - from;
  sum.lower += lower;
  sum.upper += upper;
}

function isSpace(octet: number): boolean {
  return octet === 32 || (octet >= 9 && octet <= 13);
}

/** Not at the ends, where a no-break space is passed over too. */
function hasInnerSpace(octets: Uint8Array, from: number, end: number): boolean {
  let [first, last] = [from, end - 1];
  const isOuter = (at: number): boolean => isSpace(octets[at] as number) || octets[at] === NO_BREAK_SPACE;
  while (first <= last && isOuter(first)) first++;
  while (last > first && isOuter(last)) last--;
  for (let at = first + 1; at < last; at++) if (isSpace(octets[at] as number)) return true;
  return false;
}

/** What an attachment left in forwarded text. */
function isBase64(octets: Uint8Array, from: number, end: number): boolean {
  if (end - from <= 120) return false;
  return /^(?:[\dA-Za-z=+/]{60,76} ){2}/.test(decodeLatin1(octets.subarray(from, Math.min(end, from + 154))));
}

/** ISO-2022-JP: its double-octet text is in ASCII, and does not count. */
function addAround(line: Uint8Array, sum: Sum): void {
  const text = decodeLatin1(line);
  const start = text.indexOf('\x1b$B');
  const end = start < 0 ? -1 : text.lastIndexOf('\x1b(B');
  if (end < start + 3) {
    addLetters(line, 0, line.length, sum);
    return;
  }
  addLetters(line, 0, start, sum);
  addLetters(line, end + 3, line.length, sum);
}
