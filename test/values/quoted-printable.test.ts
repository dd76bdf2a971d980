import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLatin1, encodeLatin1 } from '../../src/values/bytes.js';
import { decodeQuotedPrintable } from '../../src/values/quoted-printable.js';

function decoded(text: string, lf = false): string {
  return decodeLatin1(decodeQuotedPrintable(encodeLatin1(text), { lf }));
}

describe('decodeQuotedPrintable', () => {
  it.each([
    ['plain', 'plain'],
    ['caf=C3=A9', 'caf\xc3\xa9'],
    ['caf=c3=a9', 'caf\xc3\xa9'],
    ['soft=\nbreak', 'softbreak'],
    ['soft=\r\nbreak', 'softbreak'],
    ['soft = \t\nbreak', 'soft break'],
    ['space \t \nnext', 'space\nnext'],
    ['space \r\nnext', 'space\r\nnext'],
    ['at the end  ', 'at the end  '],
    ['=20\n', ' \n'],
    ['kept =\n\n', 'kept \n'],
    ['a=\n \nb', 'a\nb'],
    ['=ZZ=4=', '=ZZ=4='],
    ['==41', '=A'],
    ['=0D=0A', '\r\n'],
    ['', ''],
  ])('%j is %j', (text, expected) => {
    expect(decoded(text)).toBe(expected);
  });

  it.each([
    ['=0D=0A', '\n'],
    ['a\r\nb', 'a\nb'],
    ['a=0D\nb', 'a\nb'],
    ['a\r\r\nb', 'a\r\nb'],
    ['a\r \nb', 'a\nb'],
    ['a\rb', 'a\rb'],
  ])('with LF as line end %j is %j', (text, expected) => {
    expect(decoded(text, true)).toBe(expected);
  });

  it('is never longer than what it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('=', ' ', '\n', '\r', '4', '1', 'A', 'x', '\xff')), (pieces) => {
        const text = pieces.join('');
        expect(decoded(text).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        const encoded = [...octets].map((octet) => `=${octet.toString(16).padStart(2, '0')}`).join('=\n');
        expect([...decodeQuotedPrintable(encodeLatin1(encoded))]).toEqual([...octets]);
      }),
    );
  });
});
