import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AuthenticationResults,
  authenticationResultsField,
  type MethodResult,
  renderAuthenticationResults,
} from '../../src/values/authentication-results.js';
import { parseAuthenticationResults, sameAuthservId } from '../../src/values/authentication-results-reader.js';
import { decodeText } from '../../src/values/bytes.js';
import { anyText, expectLinear, expectSound, FUZZ_RUNS, problemsOf, value } from './support.js';

type Short = readonly [method: string, result: string, properties?: string, rest?: Partial<MethodResult>];

const results = (authservId: string, ...entries: readonly Short[]): AuthenticationResults => ({
  kind: 'authentication-results',
  authservId,
  results: entries.map(([method, result, properties = '', rest = {}]) => ({
    method,
    version: 1,
    result,
    comment: undefined,
    reason: undefined,
    properties: (properties === '' ? [] : properties.split(' ')).map((one) => {
      const [, type = '', name = '', of = ''] = /^([^.]*)\.([^=]*)=(.*)$/.exec(one) ?? [];
      return { type, name, value: of };
    }),
    ...rest,
  })),
});

describe('reading', () => {
  // The first ones are the examples of RFC 8601 appendix B.
  test.each<readonly [string, AuthenticationResults]>([
    ['example.org 1; none', results('example.org')],
    [
      'example.com;\r\n spf=pass smtp.mailfrom=example.net',
      results('example.com', ['spf', 'pass', 'smtp.mailfrom=example.net']),
    ],
    [
      'example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net',
      results(
        'example.com',
        ['auth', 'pass', 'smtp.auth=sender@example.net', { comment: 'cram-md5' }],
        ['spf', 'pass', 'smtp.mailfrom=example.net'],
      ),
    ],
    [
      'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net; dkim=fail reason="bad signature" header.i=@newyork.example.com',
      results(
        'example.com',
        ['dkim', 'pass', 'header.i=@mail-router.example.net', { reason: 'good signature' }],
        ['dkim', 'fail', 'header.i=@newyork.example.com', { reason: 'bad signature' }],
      ),
    ],
    [
      "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
      results('foo.example.net', ['dkim', 'fail', 'policy.expired=1362471462']),
    ],
    ['x', results('x')],
    ['x; none;', results('x')],
    ['"x y" 1;a/2=B', results('x y', ['a', 'b', '', { version: 2 }])],
    [
      '"x\\"" ; SPF = Pass(c)SMTP.MailFrom="a b"@Example.COM',
      results('x"', [
        'spf',
        'pass',
        '',
        { comment: 'c', properties: [{ type: 'smtp', name: 'mailfrom', value: '"a b"@Example.COM' }] },
      ]),
    ],
    [
      'mx.例え.test; spf=pass smtp.mailfrom=用户@例え.test',
      results('mx.例え.test', ['spf', 'pass', 'smtp.mailfrom=用户@例え.test']),
    ],
    [
      'x; dkim=pass header.b=ab/+d== reason=late',
      results('x', ['dkim', 'pass', 'header.b=ab/+d==', { reason: 'late' }]),
    ],
    [
      'x; iprev=pass policy.iprev=2001:db8::1 (mx.example)',
      results('x', ['iprev', 'pass', 'policy.iprev=2001:db8::1']),
    ],
    ['x; a=b p.q=""', results('x', ['a', 'b', 'p.q='])],
  ])('%s', (text, expected) => {
    expect(value(parseAuthenticationResults(text))).toEqual(expected);
  });

  test.each([
    '',
    '; spf=pass',
    'x 2; spf=pass',
    'x 1 1; none',
    'x y; none',
    'x/1; none',
    '=?utf-8?q?x?=; none',
    'x; spf',
    'x; spf=',
    'x; =pass',
    'x; spf/=pass',
    'x; spf/a=pass',
    'x; spf=pass smtp',
    'x; spf=pass smtp.',
    'x; spf=pass smtp.mailfrom',
    'x; spf=pass other=1',
    'x; spf=pass a.b="c',
    'x; spf=pass (c',
    '(x; none',
    '"x; none',
    'x; none none',
  ])('malformed: %j', (text) => {
    expect(parseAuthenticationResults(text).kind).toBe('malformed');
  });
});

test.each([
  ['mx.school.example', 'MX.School.Example.', true],
  ['mx.bücher.example', 'mx.xn--bcher-kva.example', true],
  ['mx.school.example', 'ｍｘ.school.example', true],
  ['mx.school.example', 'mx.school\u200b.example', true],
  ['mx.school.example', 'mx2.school.example', false],
  ['mx.school.example', 'school.example', false],
  ['a b', 'A B', true],
  ['a b', 'a  b', false],
])('%s and %s: the same host: %s', (a, b, same) => {
  expect(sameAuthservId(a, b)).toBe(same);
});

describe('writing', () => {
  test('folded, and only what must be is quoted', () => {
    const field = authenticationResultsField(
      results(
        'mx.school.example',
        ['spf', 'pass', 'smtp.mailfrom=a.b+c@example.com'],
        ['dkim', 'pass', 'header.d=example.com header.i=@example.com header.b=ab/+d=='],
        ['iprev', 'fail', 'policy.iprev=2001:db8::1', { comment: 'host.example' }],
        ['dmarc', 'fail', 'header.from=example.com', { reason: 'no alignment', version: 2 }],
      ),
    );
    expect(decodeText(field.bytes).split('\r\n')).toEqual([
      'Authentication-Results: mx.school.example; spf=pass',
      ' smtp.mailfrom=a.b+c@example.com; dkim=pass header.d=example.com',
      ' header.i=@example.com header.b="ab/+d=="; iprev=fail (host.example)',
      ' policy.iprev="2001:db8::1"; dmarc/2=fail reason="no alignment"',
      ' header.from=example.com',
      '',
    ]);
  });

  test('no result', () => {
    expect(renderAuthenticationResults(results('x'))).toBe('x; none');
  });

  test('hostile text stays inside its quotes', () => {
    const evil = 'a"; dkim=pass header.d=bank.example\r\nX-Evil: 1; (';
    const properties = [{ type: 'smtp', name: 'mailfrom', value: evil }];
    const field = authenticationResultsField(
      results('x', ['spf', 'fail', '', { properties, reason: evil, comment: evil }]),
    );
    const read = value(parseAuthenticationResults(field.value));
    const safe = evil.replace('\r\n', '??');
    expect(read.results).toEqual([
      {
        method: 'spf',
        version: 1,
        result: 'fail',
        comment: safe,
        reason: safe,
        properties: [{ type: 'smtp', name: 'mailfrom', value: safe }],
      },
    ]);
  });

  test('what is too long is left out, a reason is cut', () => {
    const long = results('x', [
      'spf',
      'fail',
      `smtp.helo=${'a'.repeat(401)} smtp.mailfrom=b`,
      { reason: 'r'.repeat(300) },
    ]);
    expect(renderAuthenticationResults(long)).toBe(`x; spf=fail reason="${'r'.repeat(200)}" smtp.mailfrom=b`);
  });

  test('names that are no keywords throw, all of them', () => {
    const bad = results('', ['s f', 'pa ss', 'smtp.mail;from=a']);
    expect(problemsOf(() => renderAuthenticationResults(bad)).map((one) => one.construct)).toEqual([
      '',
      's f',
      'pa ss',
      'mail;from',
    ]);
  });

  const keyword = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ab.@"\\()=; \t,é漢😀/:[]<>'), maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.emailAddress(),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const safe = (of: string): string => of.replaceAll('\t', ' ').replace(/[\x00-\x1f\x7f-\x9f]/gu, '?');
  const anyResult: fc.Arbitrary<MethodResult> = fc.record({
    method: keyword.filter((one) => one !== 'none'),
    version: fc.integer({ min: 1, max: 99 }),
    result: keyword,
    comment: fc.option(text, { nil: undefined }),
    reason: fc.option(text, { nil: undefined }),
    properties: fc.array(fc.record({ type: keyword.filter((one) => one !== 'reason'), name: keyword, value: text }), {
      maxLength: 4,
    }),
  });
  const anyField = fc.record({
    kind: fc.constant('authentication-results' as const),
    authservId: fc.oneof(
      text.filter((one) => one.trim() !== ''),
      fc.domain(),
    ),
    results: fc.array(anyResult, { maxLength: 5 }),
  });

  test('what is written is read back, whatever the text; folding and letter case of names change nothing', () => {
    fc.assert(
      fc.property(anyField, fc.boolean(), (field, fold) => {
        const written = fold
          ? authenticationResultsField(field, { utf8: true }).value
          : renderAuthenticationResults(field, { utf8: true });
        expect(value(parseAuthenticationResults(written))).toEqual({
          ...field,
          authservId: safe(field.authservId),
          results: field.results.map((one) => ({
            ...one,
            comment: safe(one.comment ?? '').trim() || undefined,
            reason: one.reason === undefined ? undefined : safe(one.reason),
            properties: one.properties.map((property) => ({ ...property, value: safe(property.value) })),
          })),
        });
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  test('without SMTPUTF8 the field is ASCII and read back with escapes', () => {
    fc.assert(
      fc.property(anyField, (field) => {
        const written = authenticationResultsField(field);
        expect(written.bytes.every((octet) => octet < 128)).toBe(true);
        expect(value(parseAuthenticationResults(written.value)).results).toHaveLength(field.results.length);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

test('any text: an answer, never an exception, and what is read can be written again', () => {
  fc.assert(
    fc.property(
      anyText('xspf=a.;"\\()@/1 \r\n'),
      fc.constantFrom('', 'x; ', 'x; spf=pass ', 'x; spf=pass a.b='),
      (text, prefix) => {
        const input = prefix + text;
        const read = parseAuthenticationResults(input);
        expectSound(read, input);
        if (read.kind === 'malformed') return;
        const { authservId, results: entries } = read.value;
        const again = { ...read.value, results: entries.map((one) => ({ ...one, properties: [] })) };
        if (problemsOf(() => renderAuthenticationResults(again)).length > 0) return;
        const field = authenticationResultsField(again, { utf8: true });
        const second = value(parseAuthenticationResults(field.value));
        expect(second.results.map((one) => [one.method, one.result])).toEqual(
          entries.map((one) => [one.method, one.result]),
        );
        expect(sameAuthservId(second.authservId, authservId) || /[\p{Cc}\p{Cs}]/u.test(authservId)).toBe(true);
      },
    ),
    { numRuns: FUZZ_RUNS },
  );
});

test.each([
  ['(', 20_000],
  ['()', 20_000],
  [';', 20_000],
  ['a=b;', 20_000],
  [' a.b=c', 20_000],
  [' a.b="c', 20_000],
  ['\\"', 20_000],
  [' ', 40_000],
] as const)('linear: many %j', (part, size) => {
  expectLinear(size, (n) => `x; spf=pass${part.repeat(n)}`, parseAuthenticationResults);
  expectLinear(size, (n) => part.repeat(n), parseAuthenticationResults);
});
