/**
 * Received-SPF (RFC 7208 section 9.1): the field that carries an SPF result to the scorers behind. The writer quotes whatever
 * a stranger may have chosen; the reader takes the short form (`Received-SPF: pass`) too, values that should have
 * been quoted, and pairs without semicolons between them. A field that came with the mail proves nothing: see
 * `removeForgedFields`.
 */
import { ConfigurationError } from './errors.js';
import { FieldScanner, isSpace } from './field-scanner.js';
import { commentWord, cutText, fieldSafe, isAsciiDotAtom, quotedWord, type WordOptions } from './field-words.js';
import type { HeaderField } from './header.js';
import { makeField } from './make-field.js';
import { malformed, type Parsed, parsed } from './parsed.js';

/** RFC 7208 section 2.6. `error`, without saying which, is the word of older programs for both kinds. */
export type ReceivedSpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'temperror' | 'permerror' | 'error';

export interface ReceivedSpfPair {
  /** `client-ip`, `envelope-from`, `helo`, `problem`, `receiver`, `identity`, `mechanism`, or another name: lower case. */
  readonly key: string;
  /** Without quotes and escapes. */
  readonly value: string;
}

export interface ReceivedSpf {
  readonly kind: 'received-spf';
  readonly result: ReceivedSpfResult;
  /** What stands in parentheses behind the result, for people. */
  readonly comment: string | undefined;
  /** In order. */
  readonly pairs: readonly ReceivedSpfPair[];
}

const results: readonly ReceivedSpfResult[] = [
  'pass',
  'fail',
  'softfail',
  'neutral',
  'none',
  'temperror',
  'permerror',
  'error',
];

/** Pairs that are read; those beyond are passed over. */
const PAIRS_LIMIT = 100;
/** Characters of a comment or a value as it is written: with its escapes it fits into a line of 998 octets. */
const WRITTEN_LIMIT = 400;

/** The value of a Received-SPF field, unfolded. Linear; never throws. */
export function parseReceivedSpf(text: string): Parsed<ReceivedSpf> {
  const scanner = new FieldScanner(text);
  if (scanner.skipCfws() === undefined) return malformed('a comment is not closed', scanner.at);
  const at = scanner.at;
  const word = scanner.run(isNameCode).toLowerCase();
  const result = results.find((one) => one === word);
  if (result === undefined) return malformed(`expected a result: ${results.join(', ')}`, at);
  const comment = scanner.skipCfws();
  if (comment === undefined) return malformed('a comment is not closed', scanner.at);
  const pairs = readPairs(scanner);
  if (typeof pairs === 'string') return malformed(pairs, scanner.at);
  return parsed({ kind: 'received-spf', result, comment: comment === '' ? undefined : comment, pairs });
}

/** The value of the first pair with that key. */
export function receivedSpfValue(field: ReceivedSpf, key: string): string | undefined {
  return field.pairs.find((pair) => pair.key === key)?.value;
}

/**
 * An `added` field. A comment is cut at 400 characters; a pair whose value is longer is left out, for a part of an
 * address is another address. Throws ConfigurationError `field` for a key that is no name.
 */
export function receivedSpfField(field: ReceivedSpf, options: WordOptions = {}): HeaderField {
  return makeField('Received-SPF', renderReceivedSpf(field, options), { utf8: options.utf8 === true });
}

/** The value that `receivedSpfField` writes, without folds: `pass (comment) client-ip=192.0.2.1; helo=mx.example`. */
export function renderReceivedSpf(field: ReceivedSpf, options: WordOptions = {}): string {
  const comment = cutText(fieldSafe(field.comment ?? '', options).trim(), WRITTEN_LIMIT);
  const pairs = field.pairs.map((pair) => writePair(pair, options)).filter((pair) => pair !== '');
  return [field.result, comment === '' ? '' : commentWord(comment), pairs.join('; ')]
    .filter((part) => part !== '')
    .join(' ');
}

function writePair({ key, value }: ReceivedSpfPair, options: WordOptions): string {
  if (!NAME.test(key)) {
    const message = 'a key of Received-SPF is a letter and then letters, digits, "-", "_" and "."';
    throw new ConfigurationError('field', [{ code: 'bad-name', message, construct: fieldSafe(key) }]);
  }
  const safe = fieldSafe(value, options);
  if (safe.length > WRITTEN_LIMIT) return '';
  return `${key}=${isAsciiDotAtom(safe) ? safe : quotedWord(safe)}`;
}

/** `name` of RFC 7208 section 12. */
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,60}$/;

function readPairs(scanner: FieldScanner): readonly ReceivedSpfPair[] | string {
  const pairs: ReceivedSpfPair[] = [];
  while (!scanner.isAtEnd) {
    if (scanner.take(';')) {
      if (scanner.skipCfws() === undefined) return 'a comment is not closed';
      continue;
    }
    const key = scanner.run(isNameCode).toLowerCase();
    if (key === '') return 'expected a key: letters, digits, "-", "_" and "."';
    if (scanner.skipCfws() === undefined) return 'a comment is not closed';
    if (!scanner.take('=')) return 'expected "=" behind a key';
    const value = readValue(scanner);
    if (value === undefined) return 'a comment or a quoted string is not closed';
    if (pairs.length < PAIRS_LIMIT) pairs.push({ key, value });
    if (scanner.skipCfws() === undefined) return 'a comment is not closed';
  }
  return pairs;
}

/** A quoted string, or anything up to white space or a semicolon: addresses are often written as they are. */
function readValue(scanner: FieldScanner): string | undefined {
  scanner.skipSpace();
  if (scanner.next === '"') return scanner.quotedString();
  return scanner.run((code) => code !== 0x3b && code !== 0x22 && !isSpace(code));
}

function isNameCode(code: number): boolean {
  const lower = code | 0x20;
  const isLetter = code < 128 && lower >= 0x61 && lower <= 0x7a;
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e || code === 0x5f;
}
