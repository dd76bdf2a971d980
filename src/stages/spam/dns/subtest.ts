/**
 * What an answer of a list must be for a rule: an address, bits, a range, or a pattern (Mail::SpamAssassin::Conf(3), "check_rbl_sub";
 * Mail::SpamAssassin::Plugin::URIDNSBL(3), "uridnssub"). Answers by which a list reports an error (RFC 5782 section 2.3 has listings in
 * 127.0.0.0/8, the best known lists report in 127.255.255.0/24) count for rules alone that name them.
 */
import { encodeLatin1 } from '../../../values/bytes.js';
import { compileRulePattern, type PatternRefusal } from '../patterns/index.js';

export interface Subtest {
  readonly kind: 'subtest';
  /** It names answers in 127.255.255.0/24: what is asked is whether the list refuses to answer. */
  readonly aboutErrors: boolean;
  fits(value: string): boolean;
}

/** Any listing. */
export const anyListing: Subtest = Object.freeze({
  kind: 'subtest',
  aboutErrors: false,
  // RFC 5782 section 5: no list has it. Wildcards of zones that are gone, and lists that refuse a question, answer so.
  fits: (value: string) => value !== '127.0.0.1',
});

const ERRORS = /127\\?\.255\\?\.255/;
/** Characters of a text that patterns see. */
const TEXT_LIMIT = 1000;

/** Of `check_rbl`, `check_rbl_sub`: an address is equal, a number is bits, else it is a pattern. */
export function listSubtest(text: string): Subtest | PatternRefusal {
  const aboutErrors = ERRORS.test(text);
  if (/^\d{1,10}$/.test(text)) return { kind: 'subtest', aboutErrors, fits: hasBits(Number(text)) };
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return { kind: 'subtest', aboutErrors, fits: (value) => value === text };
  const pattern = compileRulePattern({ text, flags: '' });
  if (pattern.kind === 'refused') return pattern;
  if (pattern.limited === true) {
    const why = 'back-references are not held against answers';
    return { kind: 'refused', construct: text, why, malformed: false };
  }
  const fits = (value: string): boolean => {
    const octets = encodeLatin1(value.slice(0, TEXT_LIMIT));
    return pattern.count({ octets, ends: [octets.length] }, 0, 1) > 0;
  };
  return { kind: 'subtest', aboutErrors, fits };
}

/** Of `uridnssub`, `urirhssub`: `m`, `n1-n2`, `n/m`. Undefined for what is none of them. */
export function uriSubtest(text: string): Subtest | undefined {
  const parts = /^([^/-]+)(?:([/-])(.+))?$/.exec(text);
  if (parts === null) return undefined;
  const [, first = '', sign, second] = parts;
  const [one, other] = [numberOf(first), second === undefined ? undefined : numberOf(second)];
  if (one === undefined || (second !== undefined && other === undefined)) return undefined;
  const aboutErrors = ERRORS.test(text);
  return { kind: 'subtest', aboutErrors, fits: numberTest(one, sign, other, first.includes('.')) };
}

function numberTest(
  one: number,
  sign: string | undefined,
  other: number | undefined,
  isAddress: boolean,
): (value: string) => boolean {
  if (other === undefined) return isAddress ? inRange(one, one) : hasBits(one);
  if (sign === '-') return inRange(one, other);
  return (value) => {
    const number = addressNumber(value);
    return number !== undefined && (number & other) >>> 0 === (one & other) >>> 0;
  };
}

function inRange(least: number, most: number): (value: string) => boolean {
  return (value) => {
    const number = addressNumber(value);
    return number !== undefined && number >= least && number <= most;
  };
}

function hasBits(mask: number): (value: string) => boolean {
  return (value) => {
    const number = addressNumber(value);
    return number !== undefined && number >>> 24 === 127 && (number & mask) !== 0;
  };
}

function numberOf(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text) > 0xffffffff ? undefined : Number(text);
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text, 16);
  return addressNumber(text);
}

function addressNumber(text: string): number | undefined {
  const octets = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : undefined;
  if (octets === undefined || octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}
