import { expect, test } from 'vitest';
import { messageOf } from '../../../src/testing/builders.js';
import { decodeLatin1, encodeLatin1 } from '../../../src/values/bytes.js';
import { canonicalField, coveredFields, withoutSignature } from '../../../src/values/dkim/canonical-header.js';
import { expectLinear } from '../support.js';

const both = (text: string): readonly string[] =>
  (['simple', 'relaxed'] as const).map((form) => decodeLatin1(canonicalField(encodeLatin1(text), form)));

test.each([
  // RFC 6376 section 3.4.5.
  ['A: X\r\n', 'A: X\r\n', 'a:X\r\n'],
  ['B : Y\t\r\n\tZ  \r\n', 'B : Y\t\r\n\tZ  \r\n', 'b:Y Z\r\n'],
  ['Subject:a:b : c\r\n', 'Subject:a:b : c\r\n', 'subject:a:b : c\r\n'],
  ['X-Empty:\r\n', 'X-Empty:\r\n', 'x-empty:\r\n'],
  ['X:  \r\n \t\r\n', 'X:  \r\n \t\r\n', 'x:\r\n'],
  ['X: a\n b\n', 'X: a\r\n b\r\n', 'x:a b\r\n'],
  ['X: a', 'X: a\r\n', 'x:a\r\n'],
  ['X: a\rb \xff\r\n', 'X: a\rb \xff\r\n', 'x:a\rb \xff\r\n'],
])('%j', (text, simple, relaxed) => expect(both(text)).toEqual([simple, relaxed]));

test.each([
  ['DKIM-Signature: v=1; b=abc; bh=def\r\n', 'DKIM-Signature: v=1; b=; bh=def\r\n'],
  ['DKIM-Signature: bh=def; b = \r\n abc\r\n d==\r\n', 'DKIM-Signature: bh=def; b ='],
  ['DKIM-Signature: v=1; \r\n\tb\r\n =x ; h=b=c', 'DKIM-Signature: v=1; \r\n\tb\r\n =; h=b=c'],
  ['DKIM-Signature: bb=1; h=b', 'DKIM-Signature: bb=1; h=b'],
  ['DKIM-Signature: B=1', 'DKIM-Signature: B=1'],
  ['b=1', 'b=1'],
])('without the signature: %j', (text, without) =>
  expect(decodeLatin1(withoutSignature(encodeLatin1(text)))).toBe(without),
);

test('fields are covered from the lowest, each once, and never the own one', () => {
  const { header } = messageOf('X: 1\r\nx: 2\r\nY: 3\r\nX: 4\r\n\r\n');
  const values = (names: readonly string[], own?: number): readonly string[] =>
    coveredFields(header, names, own === undefined ? undefined : header[own]).map(({ value }) => value);
  expect(values(['x', 'y', 'x', 'z', 'x', 'x'])).toEqual(['4', '3', '2', '1']);
  expect(values(['x', 'x'], 3)).toEqual(['2', '1']);
});

test('linear', () => {
  for (const piece of [':', ' ', ' \r\n', '; ', 'b;', 'b=']) {
    const work = (text: string): unknown => [both(`X: ${text}`), withoutSignature(encodeLatin1(`X:${text}`))];
    expectLinear(100_000, (size) => piece.repeat(size / piece.length), work);
  }
});
