import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../src/values/bytes.js';
import {
  parseReceivedSpf,
  type ReceivedSpf,
  receivedSpfField,
  receivedSpfValue,
  renderReceivedSpf,
} from '../../src/values/received-spf.js';
import { anyText, expectLinear, expectSound, FUZZ_RUNS, problemsOf, value } from './support.js';

const spf = (over: Partial<ReceivedSpf>): ReceivedSpf => ({
  kind: 'received-spf',
  result: 'pass',
  comment: undefined,
  pairs: [],
  ...over,
});

describe('reading', () => {
  test('the example of RFC 7208 section 9.1', () => {
    const read = value(
      parseReceivedSpf(
        'pass (mybox.example.org: domain of  myname@example.com designates 192.0.2.1 as permitted sender) ' +
          'receiver=mybox.example.org; client-ip=192.0.2.1; envelope-from="myname@example.com"; helo=foo.example.com;',
      ),
    );
    expect(read.result).toBe('pass');
    expect(read.comment).toContain('designates 192.0.2.1');
    expect(read.pairs).toEqual([
      { key: 'receiver', value: 'mybox.example.org' },
      { key: 'client-ip', value: '192.0.2.1' },
      { key: 'envelope-from', value: 'myname@example.com' },
      { key: 'helo', value: 'foo.example.com' },
    ]);
    expect(receivedSpfValue(read, 'helo')).toBe('foo.example.com');
    expect(receivedSpfValue(read, 'mechanism')).toBeUndefined();
  });

  test.each([
    ['softfail', 'softfail', undefined, []],
    ['error', 'error', undefined, []],
    ['PASS', 'pass', undefined, []],
    ['  (a (b) c) Fail (d \\) e)', 'fail', 'd ) e', []],
    ['none client-ip=2001:db8::1', 'none', undefined, [['client-ip', '2001:db8::1']]],
    [
      'pass envelope-from=<a@b.example>; Helo = "x"',
      'pass',
      undefined,
      [
        ['envelope-from', '<a@b.example>'],
        ['helo', 'x'],
      ],
    ],
    [
      'pass (one) (two) a=1 b=2 (three); c=3;;',
      'pass',
      'one two',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    [
      'pass a="x\\"y\\\\z";b=',
      'pass',
      undefined,
      [
        ['a', 'x"y\\z'],
        ['b', ''],
      ],
    ],
  ] as const)('%s', (text, result, comment, pairs) => {
    expect(value(parseReceivedSpf(text))).toEqual(
      spf({ result, comment, pairs: pairs.map(([key, of]) => ({ key, value: of })) }),
    );
  });

  test.each([['', 'pas', 'pass; =x', 'pass (', 'pass a="b', 'pass a', '(x', 'unknown', 'pass a=b (']].flat())(
    'malformed: %j',
    (text) => {
      expect(parseReceivedSpf(text).kind).toBe('malformed');
    },
  );
});

describe('writing', () => {
  test('hostile text is quoted and cannot become a pair, a comment or a field', () => {
    const written = spf({
      comment: 'x) client-ip=127.0.0.1; (\r\nX-Evil: 1',
      pairs: [
        { key: 'helo', value: 'a"; client-ip=127.0.0.1; x="\r\nX-Evil: 1' },
        { key: 'envelope-from', value: 'ü@example.com' },
      ],
    });
    const field = receivedSpfField(written);
    const lines = decodeText(field.bytes).split('\r\n');
    expect(lines.slice(1, -1).every((line) => line.startsWith(' '))).toBe(true);
    const read = value(parseReceivedSpf(field.value));
    expect(read.pairs).toEqual([
      { key: 'helo', value: 'a"; client-ip=127.0.0.1; x="??X-Evil: 1' },
      { key: 'envelope-from', value: '\\x{FC}@example.com' },
    ]);
    expect(read.comment).toBe('x) client-ip=127.0.0.1; (??X-Evil: 1');
  });

  test('what is too long is cut in a comment and left out of the pairs', () => {
    const pairs = [{ key: 'helo', value: 'x'.repeat(401) }];
    expect(renderReceivedSpf(spf({ comment: '('.repeat(1000), pairs }))).toBe(`pass (${'\\('.repeat(400)})`);
  });

  test('a key that is no name throws', () => {
    const bad = (): string => renderReceivedSpf(spf({ pairs: [{ key: 'a b', value: '' }] }));
    expect(problemsOf(bad).map((one) => one.code)).toEqual(['bad-name']);
  });

  const results = fc.constantFrom('pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror', 'error');
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ab.@"\\()=; \t,é漢😀'), maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  const anyField = fc.record({
    kind: fc.constant('received-spf' as const),
    result: results,
    comment: fc.option(text, { nil: undefined }),
    pairs: fc.array(fc.record({ key: fc.stringMatching(/^[a-z][a-z0-9_.-]{0,10}$/), value: text }), { maxLength: 8 }),
  }) as fc.Arbitrary<ReceivedSpf>;

  test('what is written is read back, whatever the text', () => {
    fc.assert(
      fc.property(anyField, fc.boolean(), (field, utf8) => {
        const safe = utf8 ? safeUtf8 : safeAscii;
        const written = receivedSpfField(field, { utf8 });
        const comment = safe(field.comment ?? '').trim();
        expect(value(parseReceivedSpf(written.value))).toEqual({
          ...field,
          comment: comment === '' ? undefined : comment,
          pairs: field.pairs.map(({ key, value: of }) => ({ key, value: safe(of) })),
        });
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const CONTROLS = /[\x00-\x1f\x7f-\x9f]/gu;
  const safeUtf8 = (of: string): string => of.replaceAll('\t', ' ').replace(CONTROLS, '?');
  const safeAscii = (of: string): string =>
    safeUtf8(of).replace(/[^\x20-\x7e]/gu, (c) => `\\x{${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
});

test('any text: an answer, never an exception', () => {
  fc.assert(
    fc.property(anyText('pass=;"\\() a-.\r\n'), fc.boolean(), (text, prefixed) => {
      const input = prefixed ? `pass ${text}` : text;
      const read = parseReceivedSpf(input);
      expectSound(read, input);
      if (read.kind === 'malformed') return;
      const pairs = read.value.pairs.filter(({ key }) => /^[a-z].{0,60}$/.test(key));
      const again = value(parseReceivedSpf(receivedSpfField({ ...read.value, pairs }).value));
      expect([again.result, ...again.pairs.map((one) => one.key)]).toEqual([
        read.value.result,
        ...pairs.map((one) => one.key),
      ]);
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test.each([
  ['(', 20_000],
  ['()', 20_000],
  ['a=b;', 20_000],
  ['"', 20_000],
  ['a="\\""', 20_000],
  [' \t', 20_000],
] as const)('linear: pass and many %s', (part, size) => {
  expectLinear(size, (n) => `pass ${part.repeat(n)}`, parseReceivedSpf);
});
