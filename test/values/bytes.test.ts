import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  decodeLatin1,
  decodeText,
  decodeUtf8,
  encodeLatin1,
  encodeUtf8,
  equalBytes,
  equalIgnoringAsciiCase,
  indexOfCrlf,
  indexOfLf,
  isAscii,
} from '../../src/values/bytes.js';

const bytes = (...octets: number[]) => Uint8Array.from(octets);

describe('Latin-1', () => {
  it('is the true one: every octet is the code unit of the same number', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect([...decodeLatin1(all)].map((c) => c.charCodeAt(0))).toEqual([...all]);
  });

  it('comes back from its own encoding, at any length', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (b) => equalBytes(encodeLatin1(decodeLatin1(b)), b)));
    const long = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7) % 256);
    expect(equalBytes(encodeLatin1(decodeLatin1(long)), long)).toBe(true);
  });

  it('writes ? for what it does not have', () => expect(encodeLatin1('a€')).toEqual(bytes(97, 63)));
});

describe('UTF-8', () => {
  it.each([
    ['valid', bytes(0xc3, 0xa9), 'é'],
    ['a byte order mark is kept', bytes(0xef, 0xbb, 0xbf, 97), '\ufeffa'],
    ['a lone continuation octet', bytes(0xa9), undefined],
    ['an overlong form', bytes(0xc0, 0xaf), undefined],
    ['a surrogate', bytes(0xed, 0xa0, 0x80), undefined],
    ['cut short', bytes(0xe2, 0x82), undefined],
  ])('%s', (_, input, text) => expect(decodeUtf8(input)).toBe(text));

  it('falls back to Latin-1 in decodeText', () => {
    expect(decodeText(encodeUtf8('é'))).toBe('é');
    expect(decodeText(bytes(0xe9))).toBe('é');
  });
});

describe('searching and comparing', () => {
  it.each([
    ['\r\n', 0, 0],
    ['a\nb\r\nc', 0, 3],
    ['\n\r', 0, -1],
    ['\r\n\r\n', 1, 2],
    ['\r\r\n', 0, 1],
    ['', 0, -1],
  ])('CRLF in %j from %i is at %i', (text, from, at) => expect(indexOfCrlf(encodeLatin1(text), from)).toBe(at));

  it('finds CRLF where a string search does', () => {
    const text = fc.string({ unit: fc.constantFrom('\r', '\n', 'a'), maxLength: 20 });
    fc.assert(
      fc.property(text, fc.nat(20), (t, from) => {
        expect(indexOfCrlf(encodeLatin1(t), from)).toBe(t.indexOf('\r\n', from));
        expect(indexOfLf(encodeLatin1(t), from)).toBe(t.indexOf('\n', from));
      }),
    );
  });

  it('ignores the case of ASCII letters alone', () => {
    expect(equalIgnoringAsciiCase(encodeLatin1('Ab@Z'), encodeLatin1('aB@z'))).toBe(true);
    expect(equalIgnoringAsciiCase(encodeLatin1('@['), encodeLatin1('`{'))).toBe(false);
    expect(equalIgnoringAsciiCase(bytes(0xc9), bytes(0xe9))).toBe(false);
    expect(equalIgnoringAsciiCase(bytes(65), bytes(65, 65))).toBe(false);
  });

  it('concatenates and tells ASCII', () => {
    expect(concatBytes([bytes(1), bytes(), bytes(2, 3)])).toEqual(bytes(1, 2, 3));
    expect(isAscii(bytes(127))).toBe(true);
    expect(isAscii(bytes(1, 128))).toBe(false);
  });
});
