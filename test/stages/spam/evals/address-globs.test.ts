import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressGlobs, glob } from '../../../../src/stages/spam/evals/address-globs.js';

describe('globs', () => {
  it.each([
    ['a@example.com', 'a@example.com', true],
    ['a@example.com', 'a@example.comx', false],
    ['*@example.com', 'a@example.com', true],
    ['*@example.com', '@example.com', true],
    ['*@*.example', 'a@b.c.example', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*', '', true],
    ['?@example.com', 'a@example.com', true],
    ['?@example.com', 'ab@example.com', false],
    ['a*b?c*d', 'axbxbycd', true],
    ['a*b?c*d', 'axbcd', false],
    ['**x**', 'yxz', true],
  ])('%s, %s', (pattern, text, expected) => {
    expect(glob(pattern)(text)).toBe(expected);
  });

  it('fit as the regular expression would', () => {
    const letters = (of: string) => fc.string({ unit: fc.constantFrom(...of), maxLength: 8 });
    fc.assert(
      fc.property(letters('ab*?'), letters('ab'), (pattern, text) => {
        const expected = new RegExp(`^${pattern.replace(/\?/g, '.').replace(/\*+/g, '.*')}$`).test(text);
        expect(glob(pattern)(text)).toBe(expected);
      }),
    );
  });

  it('take letter case for nothing in lists', () => {
    const list = addressGlobs(['*@Example.com', 'Joe@example.org']);
    expect(['A@EXAMPLE.COM', 'joe@EXAMPLE.org', 'ann@example.org'].map((address) => list.has(address))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
