import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainOfSid, parseSid, ridOf, sidBytes } from '../../src/directory/sid.js';

const octets = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('security identifiers', () => {
  test.each([
    ['010500000000000515000000dcf4dc3b833d2b46828ba62800020000', 'S-1-5-21-1004336348-1177238915-682003330-512'],
    ['01020000000000052000000021020000', 'S-1-5-32-545'],
    ['010100000000000100000000', 'S-1-1-0'],
    ['0100000000000005', 'S-1-5'],
    ['0101800000000000ffffffff', 'S-1-0x800000000000-4294967295'],
  ])('%s is %s', (hex, text) => {
    expect(parseSid(octets(hex))).toEqual({ kind: 'parsed', value: text });
    expect(sidBytes(text)).toEqual({ kind: 'parsed', value: octets(hex) });
  });

  test.each([
    '',
    '01',
    '020100000000000100000000',
    '0101000000000001000000',
    '01020000000000010000000000',
    `0110${'00'.repeat(70)}`,
  ])('octets %j are none', (hex) => expect(parseSid(octets(hex)).kind).toBe('malformed'));

  test.each([
    '',
    'S-1',
    'S-2-5-21',
    'S-1-5-',
    'S-1-5-4294967296',
    'S-1-5-x',
    ' S-1-5',
    `S-1-5${'-1'.repeat(16)}`,
    `S-1-5${'-1'.repeat(9999)}`,
  ])('text %j is none', (text) => {
    expect(sidBytes(text).kind).toBe('malformed');
    expect(ridOf(text)).toBeUndefined();
  });

  test('the last part and the others', () => {
    expect(ridOf('S-1-5-21-1-2-3-1104')).toBe(1104);
    expect(domainOfSid('S-1-5-21-1-2-3-1104')).toBe('S-1-5-21-1-2-3');
    expect(ridOf('S-1-5')).toBeUndefined();
    expect(domainOfSid('S-1-5')).toBeUndefined();
  });

  test('any identifier goes there and back; any octets are answered', () => {
    const parts = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 15 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), parts, (authority, numbers) => {
        const text = ['S-1', authority, ...numbers].join('-');
        const bytes = sidBytes(text);
        expect(bytes.kind === 'parsed' && parseSid(bytes.value)).toEqual({ kind: 'parsed', value: text });
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => parseSid(bytes).kind !== undefined));
  });
});
