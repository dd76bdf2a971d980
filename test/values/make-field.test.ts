import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from '../../src/values/bytes.js';
import { encodeBase64, encodeNonAscii } from '../../src/values/encoded-word.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { type FieldOptions, makeField, sanitiseFieldText } from '../../src/values/make-field.js';
import { bytes, message, text } from './mail.js';

const written = (name: string, value: string, options?: FieldOptions) =>
  decodeUtf8(makeField(name, value, options).bytes);

function problemOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (isConfigurationError(error)) return `${error.code}: ${error.problems.map((p) => p.code).join(' ')}`;
    throw error;
  }
  return 'made';
}

/** Encoded words decoded with Node's own base64: white space between two of them does not count (RFC 2047 section 6.2). */
function decoded(value: string): string {
  return value
    .replace(/(=\?utf-8\?B\?[^?]*\?=)\s+(?==\?utf-8\?B\?)/g, '$1')
    .replace(/=\?utf-8\?B\?([^?]*)\?=/g, (_, word: string) => Buffer.from(word, 'base64').toString('utf8'));
}

describe('makeField', () => {
  it.each([
    ['plain', 'X-A', 'b c', 'X-A: b c\r\n'],
    ['white space at both ends goes, inside it stays', 'X-A', ' \tb \t c ', 'X-A: b \t c\r\n'],
    ['empty', 'X-A', '', 'X-A:\r\n'],
    ['white space alone', 'X-A', ' \t ', 'X-A:\r\n'],
  ])('%s', (_, name, value, expected) => expect(written(name, value)).toBe(expected));

  it('makes an added field that knows its value', () => {
    expect(makeField('X-Ab', 'c')).toMatchObject({
      kind: 'field',
      name: 'X-Ab',
      lowerName: 'x-ab',
      value: 'c',
      origin: 'added',
    });
  });

  it('folds at white space, within 76 octets where it can, and unfolds to the same', () => {
    const value = `one\t\ttwo  ${'word '.repeat(40)}end`;
    const field = makeField('Subject', value);
    const lines = text(field.bytes).split('\r\n');
    expect(lines.length).toBeGreaterThan(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76);
    expect(field.value).toBe(value);
    expect(written('Subject', value, { fold: false })).toBe(`Subject: ${value}\r\n`);
  });

  it('never makes a line over 998 octets', () => {
    expect(written('X', 'a'.repeat(995))).toBe(`X: ${'a'.repeat(995)}\r\n`);
    expect(written('X', 'a'.repeat(996))).toBe(`X:\r\n ${'a'.repeat(996)}\r\n`);
    expect(written('X', 'a'.repeat(997))).toBe(`X:\r\n ${'a'.repeat(997)}\r\n`);
    expect(problemOf(() => makeField('X', 'a'.repeat(998)))).toBe('field: line-too-long');
    expect(problemOf(() => makeField('X', `a ${'b'.repeat(998)}`))).toBe('field: line-too-long');
    expect(problemOf(() => makeField('X', `a${' '.repeat(998)}b`))).toBe('field: line-too-long');
    expect(problemOf(() => makeField('X', 'a '.repeat(600), { fold: false }))).toBe('field: line-too-long');
    expect(problemOf(() => makeField('X', 'é'.repeat(499), { utf8: true }))).toBe('field: line-too-long');
  });

  it.each([
    ['CR LF', 'a\r\nBcc: victim@example.com'],
    ['LF', 'a\nBcc: victim@example.com'],
    ['CR', 'a\rBcc: victim@example.com'],
    ['a fold of the caller', 'a\r\n b'],
    ['NUL', 'a\0b'],
    ['a line end at the very end', 'a\r\n'],
    ['an empty line', '\r\n\r\nbody'],
    ['DEL', 'a\x7f'],
    ['NEL, a C1 control', 'a\x85Bcc: x'],
    ['ESC', '\x1b[2J'],
  ])('refuses %s in a value', (_, value) => {
    expect(problemOf(() => makeField('Subject', value))).toBe('field: bad-value');
    expect(written('Subject', sanitiseFieldText(value))?.split('\r\n')).toHaveLength(2);
  });

  it.each([[''], ['a b'], ['a:'], ['a\r\nb'], ['a\0'], ['é'], ['a\x7f'], [' a'], ['a'.repeat(76)]])(
    'refuses the name %j',
    (name) => expect(problemOf(() => makeField(name, 'x'))).toBe('field: bad-name'),
  );

  it('tells both problems at once', () => {
    expect(problemOf(() => makeField('a b', 'c\n'))).toBe('field: bad-name bad-value');
  });

  it.each([
    ['ASCII words stay readable', 'Grüße aus Bonn', '=?utf-8?B?R3LDvMOfZQ==?= aus Bonn'],
    ['neighbours are one run', 'a é ü b', 'a =?utf-8?B?w6kgw7w=?= b'],
    ['white space around stays', 'a  é\tb', 'a  =?utf-8?B?w6k=?=\tb'],
    ['beyond the basic plane', '😀', '=?utf-8?B?8J+YgA==?='],
  ])('encodes non-ASCII text: %s', (_, value, expected) => expect(makeField('Subject', value).value).toBe(expected));

  it('writes UTF-8 under SMTPUTF8', () =>
    expect(written('Subject', 'Grüße', { utf8: true })).toBe('Subject: Grüße\r\n'));

  it('either refuses or makes exactly one field of legal lines with the same text, whatever it is given', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(fc.constantFrom('a', 'word', ' ', '\t', 'é', '日本語', '😀', 'x'.repeat(90)), { maxLength: 60 })
        .map((w) => w.join('')),
    );
    const options = fc.record({ fold: fc.boolean(), utf8: fc.boolean() });
    fc.assert(
      fc.property(value, options, (given, how) => {
        fc.pre(!/\p{Surrogate}/u.test(given));
        if (problemOf(() => makeField('X-A', given, how)) !== 'made') return;
        const field = makeField('X-A', given, how);
        const again = message(field.bytes);
        expect(again.header.map((f) => [f.name, f.value])).toEqual([['X-A', field.value]]);
        expect([again.separator.length, again.body.size]).toEqual([0, 0]);
        const lines = text(field.bytes).split('\r\n');
        expect(lines.pop()).toBe('');
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(998);
        for (const line of lines) expect(line).toMatch(/[^ \t]/);
        if (how.utf8) expect(field.value).toBe(given.replace(/^[ \t]+|[ \t]+$/g, ''));
        else expect(decoded(field.value)).toBe(given.replace(/^[ \t]+|[ \t]+$/g, ''));
        if (!how.utf8) expect(text(field.bytes)).toMatch(/^[\t\r\n -~]*$/);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('sanitiseFieldText', () => {
  it.each([
    ['a\r\nBcc: b', 'a??Bcc: b'],
    ['a\0\x1b\x7f\x85', 'a????'],
    [' tab\tstays ', 'tab\tstays'],
    ['é stays', 'é stays'],
    ['\ud800', '\ufffd'],
  ])('%j becomes %j', (from, to) => expect(sanitiseFieldText(from)).toBe(to));

  it('cuts at whole characters', () => {
    expect(sanitiseFieldText('aé😀b', { maxOctets: 6 })).toBe('aé');
    expect(sanitiseFieldText('aé😀b', { maxOctets: 7 })).toBe('aé😀');
  });

  it('gives what makeField takes, from any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.boolean(), (hostile, utf8) => {
        expect(problemOf(() => makeField('X-Reason', sanitiseFieldText(hostile), { utf8 }))).toBe('made');
      }),
    );
    const long = 'x'.repeat(100_000);
    expect(problemOf(() => makeField('X'.repeat(75), sanitiseFieldText(long), { fold: false }))).toBe('made');
  });
});

describe('encoded words', () => {
  it('have the base64 of RFC 4648', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (b) => {
        expect(encodeBase64(b)).toBe(Buffer.from(b).toString('base64'));
      }),
    );
    expect(encodeBase64(bytes(''))).toBe('');
  });

  it('are at most 75 characters long, each whole in itself', () => {
    const words = encodeNonAscii('日本語のとても長い件名'.repeat(20)).split(' ');
    expect(words.length).toBeGreaterThan(5);
    for (const word of words) {
      expect(word.length).toBeLessThanOrEqual(75);
      expect(decoded(word)).not.toContain('\ufffd');
    }
  });
});
