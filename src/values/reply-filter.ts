/**
 * What stands behind `=` in `zen.example=127.0.0.[2..11;20]`: Postfix's pattern of an IPv4 address (ip_match), four fields, each
 * a number or a list of numbers and ranges in brackets. Brackets may stand around the whole.
 */
import { excerpt } from './characters.js';
import type { IpAddress } from './ip.js';
import { malformed, type Parsed, parsed } from './parsed.js';

/** From and to, both included. */
type Range = readonly [number, number];

export interface ReplyFilter {
  readonly text: string;
  /** Four. */
  readonly fields: readonly (readonly Range[])[];
}

/** Four fields of all 256 numbers are shorter. */
const LONGEST = 4096;

/** `at` counts from the begin of `text`. */
export function parseReplyFilter(text: string): Parsed<ReplyFilter> {
  if (text.length > LONGEST) return malformed('longer than any pattern', LONGEST);
  const whole = text.startsWith('[') && closing(text) === text.length - 1 && text.includes('.', 1);
  const inner = whole && isAddressLike(text) ? 1 : 0;
  const end = text.length - inner;
  if (inner >= end) return malformed('an address pattern is expected: 127.0.0.2, 127.0.0.[2..11;20]');
  const fields: (readonly Range[])[] = [];
  let at = inner;
  for (;;) {
    const field = text.charAt(at) === '[' ? readList(text, at + 1, end) : readNumber(text, at, end);
    if (field.kind === 'malformed') return field;
    fields.push(field.value.ranges);
    at = field.value.end;
    if (fields.length === 4) break;
    if (at >= end || text.charAt(at) !== '.')
      return malformed('an address pattern has four fields with "." between', at);
    at++;
  }
  if (at !== end) return malformed(`text behind the pattern: ${excerpt(text.slice(at))}`, at);
  return parsed({ text, fields });
}

export function matchesFilter(filter: ReplyFilter, ip: IpAddress): boolean {
  const [word = 0] = ip.words;
  if (ip.version !== 4) return false;
  return filter.fields.every((ranges, i) => {
    const octet = (word >>> (24 - 8 * i)) & 255;
    return ranges.some(([from, to]) => octet >= from && octet <= to);
  });
}

interface Field {
  readonly ranges: readonly Range[];
  readonly end: number;
}

/** Index of the bracket that closes the one at 0; the length when there is none. */
function closing(text: string): number {
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.charAt(at) === '[') level++;
    if (text.charAt(at) === ']' && --level === 0) return at;
  }
  return text.length;
}

/** `[127.0.0.2]` and not `[2;3]`, whose dots are of ranges alone: a field's list has no single dot. */
function isAddressLike(text: string): boolean {
  return text.replaceAll('..', '').includes('.');
}

function readList(text: string, start: number, end: number): Parsed<Field> {
  const ranges: Range[] = [];
  for (let at = start; ; at++) {
    const from = octet(text, at, end);
    if (from.kind === 'malformed') return from;
    at = from.value.end;
    let high = from.value;
    if (text.startsWith('..', at)) {
      const to = octet(text, at + 2, end);
      if (to.kind === 'malformed') return to;
      high = to.value;
      if (high.number < from.value.number)
        return malformed('a range goes from the smaller to the larger number', at + 2);
      at = high.end;
    }
    ranges.push([from.value.number, high.number]);
    if (at < end && text.charAt(at) === ']') return parsed({ ranges, end: at + 1 });
    if (at >= end || text.charAt(at) !== ';') return malformed('";" or "]" is expected', at);
  }
}

function readNumber(text: string, at: number, end: number): Parsed<Field> {
  const one = octet(text, at, end);
  if (one.kind === 'malformed') return malformed('a number from 0 to 255 or "[" is expected', at);
  return parsed({ ranges: [[one.value.number, one.value.number]], end: one.value.end });
}

/** Leading zeros are taken, as Postfix does. */
function octet(text: string, start: number, end: number): Parsed<{ readonly number: number; readonly end: number }> {
  let at = start;
  let number = 0;
  for (; at < end && /[0-9]/.test(text.charAt(at)); at++) number = Math.min(256, number * 10 + Number(text.charAt(at)));
  if (at === start || number > 255) return malformed('a number from 0 to 255 is expected', start);
  return parsed({ number, end: at });
}
