import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/values/bytes.js';
import { parseLdapFilter } from '../../src/values/ldap-filter.js';
import { escapeDnValue, escapeFilterValue, isDn, unescapeFilterValue } from '../../src/values/ldap-names.js';

describe('escapeFilterValue (RFC 4515 section 3)', () => {
  it.each([
    ['smiller', 'smiller'],
    ['*)(uid=*', '\\2a\\29\\28uid=\\2a'],
    ['a\0b', 'a\\00b'],
    ['C:\\temp', 'C:\\5ctemp'],
    ['Müller, J.', 'Müller, J.'],
    ['two\r\nlines', 'two\\0d\\0alines'],
    ['', ''],
    [new Uint8Array([1, 5, 0, 0x61, 0xff, 0x2a]), '\\01\\05\\00a\\ff\\2a'],
  ])('%j becomes %s', (value, escaped) => {
    expect(escapeFilterValue(value)).toBe(escaped);
  });

  it('stands for itself in a filter, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(...'*()\\\0&|!=<>~: aü') })),
        (value) => {
          expect(parseLdapFilter(`(&(a=b)(uid=${escapeFilterValue(value)}))`)).toEqual({
            kind: 'parsed',
            value: {
              kind: 'and',
              filters: [
                { kind: 'equal', attribute: 'a', value: encodeUtf8('b') },
                { kind: 'equal', attribute: 'uid', value: encodeUtf8(value) },
              ],
            },
          });
        },
      ),
    );
  });

  it('gives any octets back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(unescapeFilterValue(escapeFilterValue(octets))).toEqual(new Uint8Array(octets));
      }),
    );
  });
});

it.each(['\\', '\\2', 'a\\zz', '\\ü0', 'a\0'])('%j is no value of a filter', (text) => {
  expect(unescapeFilterValue(text)).toBeUndefined();
});

describe('escapeDnValue (RFC 4514 section 2.4)', () => {
  it.each([
    ['James "Jim" Smith, III', 'James \\"Jim\\" Smith\\, III'],
    ['Before\rAfter', 'Before\\0dAfter'],
    ['#1', '\\#1'],
    [' a ', '\\ a\\ '],
    [' ', '\\ '],
    ['  ', '\\ \\ '],
    ['a+b;c<d>e=f', 'a\\+b\\;c\\<d\\>e=f'],
    ['\\ ', '\\\\\\ '],
    ['a\0', 'a\\00'],
    ['Lučić', 'Lučić'],
  ])('%j becomes %s', (value, escaped) => {
    expect(escapeDnValue(value)).toBe(escaped);
  });

  it('is a value of a name, whatever it is, and gives it back', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(...' #"+,;<>\\\0=a') })),
        (value) => {
          const escaped = escapeDnValue(value);
          expect(isDn(`CN=${escaped},DC=x`)).toBe(true);
          const plain = escaped.replace(/\\([0-9a-f]{2}|[^0-9a-f])/g, (_, pair: string) =>
            pair.length === 2 && /^[0-9a-f]{2}$/.test(pair) ? String.fromCharCode(Number.parseInt(pair, 16)) : pair,
          );
          expect(plain).toBe(value);
        },
      ),
    );
  });
});

describe('isDn (RFC 4514 section 3)', () => {
  it.each([
    ['', true],
    ['DC=school,DC=example', true],
    ['CN=J\\C3\\BCrgen M\\C3\\BCller\\, Jr., OU=People', true],
    ['OU=Sales+CN=J.  Smith,DC=example', true],
    ['1.3.6.1.4.1.1466.0=#04024869', true],
    ['CN=', true],
    ['s.miller', false],
    ['SCHOOL\\s.miller', false],
    ['s.miller@school.example', false],
    ['CN=a,', false],
    ['CN=a\\', false],
    ['CN=a\\g0', false],
    ['CN=a"b', false],
    ['CN=#zz', false],
    ['=a', false],
    ['CN=a\0', false],
  ])('%j: %s', (text, is) => {
    expect(isDn(text)).toBe(is);
  });

  it('takes linear time', () => {
    const begin = performance.now();
    for (const text of [
      ' '.repeat(65_536),
      'CN=a,'.repeat(13_000),
      `CN=${'a '.repeat(32_000)}"`,
      `CN=#${'00'.repeat(32_000)}x`,
    ]) {
      expect(isDn(text)).toBe(false);
    }
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

it('text goes through octets', () => {
  expect(decodeUtf8(unescapeFilterValue('\\c3\\bc') as Uint8Array)).toBe('ü');
});
