/** Which names may be asked for, and how they are written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dnsNameFault, shownDnsName, shownLabel, unshownDnsName } from '../../src/values/dns-name.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
const long = `${'x'.repeat(63)}.`.repeat(3);

describe('dnsNameFault', () => {
  it.each([
    ...['example.com', '_dmarc.example.com', '0/25.2.0.192.in-addr.arpa', 'x'.repeat(63), '*.a', long + 'x'.repeat(61)],
    ...['a b.example.com', ' ', 'a\\b', '"a@b"', 'a\tb\n', '\x7f'],
  ])('finds nothing in %j', (name) => {
    expect(dnsNameFault(name)).toBeUndefined();
  });

  it.each([
    ...['', '.', 'a.', '.a', 'a..b', 'x'.repeat(64), `a.${'x'.repeat(64)}`, long + 'x'.repeat(62)],
    ...['a\0', 'j\u00fcrgen', '\u212a'],
  ])('finds a fault in %j', (name) => {
    expect(dnsNameFault(name)).toBeTypeOf('string');
  });
});

describe('shownDnsName', () => {
  it.each([
    ['example.com', 'example.com'],
    ['a b.c', 'a\\032b.c'],
    ['a\\\r\n.c', 'a\\\\\\013\\010.c'],
    ['"a@b"', '"a@b"'],
  ])('writes %j as %j', (name, shown) => {
    expect(shownDnsName(name)).toBe(shown);
  });

  it('writes a dot inside of a label and octets beyond ASCII too', () => {
    expect(shownLabel('a.b\xe4\0')).toBe('a\\.b\\228\\000');
  });

  it('is read back to the same name, and prints', () => {
    const name = fc.string({ unit: fc.integer({ min: 1, max: 127 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(name, (text) => {
        const shown = shownDnsName(text);
        expect(shown).toMatch(/^[!-~]*$/);
        expect(unshownDnsName(shown)).toBe(text);
      }),
      { numRuns: runs },
    );
  });
});

describe('unshownDnsName', () => {
  it.each<[string, string | undefined]>([
    ['example.com', 'example.com'],
    ['a\\@b\\\\c\\032.d', 'a@b\\c .d'],
    ['', ''],
    ['a\\.b', undefined],
    ['a\\046b', undefined],
    ['a\\000', undefined],
    ['a\\228', undefined],
    ['a\\999', undefined],
    ['a\\', undefined],
  ])('reads %j as %j', (text, name) => {
    expect(unshownDnsName(text)).toBe(name);
  });
});
