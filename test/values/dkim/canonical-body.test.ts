import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vectorNeedsChange } from '../../../src/adapters/node-crypto/scan.js';
import { concatBytes, decodeLatin1, encodeLatin1 } from '../../../src/values/bytes.js';
import { bodyCanonicalizer, type NeedsChange } from '../../../src/values/dkim/canonical-body.js';
import type { Canonicalization } from '../../../src/values/dkim/canonical-header.js';
import { expectLinear } from '../support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);

function canonical(chunks: readonly string[], form: Canonicalization, needsChange?: NeedsChange): string {
  const parts: Uint8Array[] = [];
  const canonicalizer = bodyCanonicalizer(form, (octets) => void parts.push(octets.slice()), needsChange);
  for (const chunk of chunks) canonicalizer.push(encodeLatin1(chunk));
  canonicalizer.end();
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

  const piece = fc.constantFrom('a', ' ', '\t', '\r\n', '\r', '\n', 'text of some length', '  ', '\r\n\r\n', '\xff');
  const body = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
  const long = body.chain((text) => fc.nat(3).map((n) => `${text}${'line of text\r\n'.repeat(n * 1000)}${text}`));
  const forms = fc.constantFrom('simple' as const, 'relaxed' as const);
  const looks = fc.constantFrom(undefined, vectorNeedsChange(), () => true);

  test('is that of the whole text, for any division and by every look', () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 20, arbitrary: body }, long),
        forms,
        looks,
        fc.array(fc.nat(100)),
        (text, form, look, cuts) => {
          const chunks: string[] = [];
          let at = 0;
          for (const cut of cuts) {
            chunks.push(text.slice(at, at + cut));
            at += cut;
          }
          expect(canonical([...chunks, text.slice(at)], form, look)).toBe(reference(text, form));
        },
      ),
      { numRuns: runs },
    );
  });

  test('the vector look says what a look at each octet says', () => {
    const vector = vectorNeedsChange();
    expect(vector).toBeDefined();
    fc.assert(
      fc.property(body, fc.nat(40), forms, (text, shift, form) => {
        const block = encodeLatin1(`${'x'.repeat(shift)}${text}`);
        const bare = /(?<!\r)\n/.test(decodeLatin1(block));
        const uneven = form === 'relaxed' && /\t| [ \r]/.test(decodeLatin1(block));
        expect(vector?.(block, form)).toBe(bare || uneven);
      }),
      { numRuns: runs },
    );
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
