import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiddenFields } from '../../src/values/hidden-fields.js';
import { parseMessage } from '../../src/values/message.js';
import { expectLinear } from './support.js';

const limits = { headerBytes: 50_000_000, fieldBytes: 50_000_000 };

function hiddenIn(field: string): readonly string[] {
  const parsed = parseMessage(new TextEncoder().encode(`${field}\r\n\r\n`), limits);
  if (parsed.kind !== 'parsed') throw new Error('the message of this test is over the limits');
  return parsed.value.header.flatMap((one) =>
    [...hiddenFields(one)].map(({ lowerName, value }) => `${lowerName}|${value}`),
  );
}

describe('hidden fields', () => {
  it.each<[string, readonly string[]]>([
    ['X: y', []],
    ['X: y: z', []],
    ['X: y\r\n From: a', []],
    ['X: y\rFrom: a', ['from| a']],
    ['X:\rFrom:a', ['from|a']],
    ['X: y\r FROM\t : a: b\rto:c', ['from| a: b', 'to|c']],
    ['X: y\r\r\nFrom: a', []],
    ['X: y\r\r\n From: a', ['from| a']],
    ['X: y\rno field\rFrom: a', ['from| a']],
    ['X: y\rno field', []],
    ['X: y\r: a', []],
    ['X: y\rno field: really', ['no field| really']],
    [`${'X: y\r\n z'.repeat(1)}${'\r\n z'.repeat(200)}\rFrom: a`, ['from| a']],
    [`X: y${'\r\n z'.repeat(200)}`, []],
  ])('%j', (field, expected) => {
    expect(hiddenIn(field)).toEqual(expected);
  });

  it('are the same as those of a text cut at each bare CR', () => {
    const piece = fc.constantFrom('\r', '\r\n ', ':', ' ', 'From', 'x', '\u00fc');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = `X: ${pieces.join('')}y`;
        const cut = text.replaceAll('\r\n', '').split('\r').slice(1);
        const expected = cut.flatMap((one) => {
          const colon = one.indexOf(':');
          const name = one.slice(0, Math.max(colon, 0)).trim().toLowerCase();
          return name === '' ? [] : [`${name}|${one.slice(colon + 1)}`];
        });
        expect(hiddenIn(text)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, (size: number) => string]>([
    ['bare CRs', (size) => '\r'.repeat(size)],
    ['names', (size) => '\rx:'.repeat(size)],
    ['no colon', (size) => '\rxx'.repeat(size)],
    ['folds', (size) => '\r\n x'.repeat(size)],
    ['blanks', (size) => `\r${' '.repeat(size)}`],
  ])('in linear time: %s', (_, make) => {
    expectLinear(20_000, (size) => `X: ${make(size)}`, hiddenIn);
  });
});
