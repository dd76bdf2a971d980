import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, decodeLatin1, encodeLatin1 } from '../../../src/values/bytes.js';
import { bodyCanonicalizer, type IsPlain } from '../../../src/values/dkim/canonical-body.js';
import type { Canonicalization } from '../../../src/values/dkim/canonical-header.js';
import { expectLinear } from '../support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);

/** The same with the quicker look, where the body allows one. */
function canonical(chunks: readonly string[], form: Canonicalization): string {
  const slow = canonicalBy(chunks, form, undefined);
  if (/(?<!\r)\n/.test(chunks.join(''))) return slow;
  const look: IsPlain = (block) => form === 'simple' || !(block.includes(32) || block.includes(9));
  expect(canonicalBy(chunks, form, look)).toBe(slow);
  return slow;
}

function canonicalBy(chunks: readonly string[], form: Canonicalization, look: IsPlain | undefined): string {
  const parts: Uint8Array[] = [];
  const canonicalizer = bodyCanonicalizer(form, look);
  for (const chunk of chunks) for (const piece of canonicalizer.push(encodeLatin1(chunk))) parts.push(piece.slice());
  for (const piece of canonicalizer.end()) parts.push(piece.slice());
  expect(Math.max(0, ...parts.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
  return decodeLatin1(concatBytes(parts));
}

/** RFC 6376 section 3.4.3 and 3.4.4 once more, on whole texts. */
function reference(text: string, form: Canonicalization): string {
  const lines = text.replace(/(?<!\r)\n/g, '\r\n').split('\r\n');
  const even = form === 'simple' ? lines : lines.map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (even.length > 0 && even[even.length - 1] === '') even.pop();
  if (even.length === 0) return form === 'simple' ? '\r\n' : '';
  return `${even.join('\r\n')}\r\n`;
}

const cases: readonly (readonly [body: string, simple: string, relaxed: string])[] = [
  // RFC 6376 section 3.4.5.
  [' C \r\nD \t E\r\n\r\n\r\n', ' C \r\nD \t E\r\n', ' C\r\nD E\r\n'],
  ['', '\r\n', ''],
  ['\r\n\r\n', '\r\n', ''],
  ['a', 'a\r\n', 'a\r\n'],
  ['a\nb\n', 'a\r\nb\r\n', 'a\r\nb\r\n'],
  ['a\r\n \t\r\n', 'a\r\n \t\r\n', 'a\r\n'],
  ['a\rb \rc', 'a\rb \rc\r\n', 'a\rb \rc\r\n'],
  ['a\r', 'a\r\r\n', 'a\r\r\n'],
  ['a \r', 'a \r\r\n', 'a \r\r\n'],
  ['a\r\r\nb', 'a\r\r\nb\r\n', 'a\r\r\nb\r\n'],
  ['\r\n\r\na', '\r\n\r\na\r\n', '\r\n\r\na\r\n'],
];

describe('the canonical body', () => {
  test.each(cases)('%j', (body, simple, relaxed) => {
    expect([canonical([body], 'simple'), canonical([body], 'relaxed')]).toEqual([simple, relaxed]);
    expect([reference(body, 'simple'), reference(body, 'relaxed')]).toEqual([simple, relaxed]);
  });

  const pieces = [
    'a',
    ' ',
    '\t',
    '\r\n',
    '\r',
    '\n',
    'text of some length',
    '  ',
    '\r\n\r\n',
    '\xff',
    '\0',
    '\x1f',
    '\x7f',
    '\xa0',
  ];
  const piece = fc.constantFrom(...pieces);
  const body = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
  const long = body.chain((text) => fc.nat(3).map((n) => `${text}${'line of text\r\n'.repeat(n * 1000)}${text}`));
  const forms = fc.constantFrom('simple' as const, 'relaxed' as const);

  test('is that of the whole text, for any division', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 20, arbitrary: body }, long), forms, fc.array(fc.nat(100)), (text, form, cuts) => {
        const chunks: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(text.slice(at, at + cut));
          at += cut;
        }
        expect(canonical([...chunks, text.slice(at)], form)).toBe(reference(text, form));
      }),
      { numRuns: runs },
    );
  });

  const blockEdge = fc
    .tuple(body, body, fc.integer({ min: -12, max: 12 }))
    .map(
      ([text, end, shift]) => `${text}${'line of text\r\n'.repeat(5000).slice(0, 65_536 - text.length + shift)}${end}`,
    );

  test('is that of the whole text where a block ends', () => {
    fc.assert(
      fc.property(blockEdge, forms, (text, form) => {
        expect(canonical([text], form)).toBe(reference(text, form));
      }),
      { numRuns: Math.ceil(runs / 20) },
    );
  });

  test.each(['simple', 'relaxed'] as const)('many line ends come in small pieces, %s', (form) => {
    for (const text of ['\r\n'.repeat(200_000), '\n'.repeat(200_000)]) {
      for (const end of ['x', '\r'])
        expect(canonical([`a${text}${end}`], form)).toBe(reference(`a${text}${end}`, form));
    }
  });

  test.each(['simple', 'relaxed'] as const)('linear, %s', (form) => {
    for (const piece of ['\r\n', ' ', ' \r\n', '\t\r\n', '\r', 'a \r\n', '\n', '  a']) {
      expectLinear(
        150_000,
        (size) => piece.repeat(size / piece.length),
        (text) => canonical([text], form),
      );
    }
  });
});
