import { describe, expect, test } from 'vitest';
import { parseCache } from '../../../src/tables/regex/parse-cache.js';
import { parsePcre } from '../../../src/tables/regex/parse-pcre.js';

const plain = {
  ignoreCase: false,
  multiline: false,
  dotAll: false,
  extended: false,
  anchored: false,
  dollarEndOnly: false,
  ungreedy: false,
  perl: true,
};
const letter = '(?:[aA\\xe0-\\xe6@]|\\xc3[\\xa0-\\xa6]|/-\\\\)';

describe('groups that were read before', () => {
  test('are the same nodes, and the tree is that of a parser without memory', () => {
    const cache = parseCache();
    for (const pattern of [`${letter}+x${letter}`, `y${letter}{2,}(${letter})`, `^(?:${letter}|b)${letter}?$`]) {
      expect(parsePcre(pattern, plain, true, cache)).toEqual(parsePcre(pattern, plain, true));
    }
    expect(cache.octets).toBeGreaterThan(0);
    const first = parsePcre(letter, plain, true, cache).node;
    expect(parsePcre(letter, plain, true, cache).node).toBe(first);
  });

  test('are read anew under other flags', () => {
    const cache = parseCache();
    const pattern = '(?:alpha.beta|gamma$|^delta epsilon)';
    for (const flag of [
      'ignoreCase',
      'multiline',
      'dotAll',
      'extended',
      'ungreedy',
      'dollarEndOnly',
      'perl',
    ] as const) {
      const flags = { ...plain, [flag]: !plain[flag] };
      parsePcre(pattern, plain, true, cache);
      expect(parsePcre(pattern, flags, true, cache)).toEqual(parsePcre(pattern, flags, true));
    }
  });

  test('numbers of groups and references depend on what stands before', () => {
    const cache = parseCache();
    for (const pattern of [
      '(a)(?:the same words \\1 again)',
      '(?:the same words \\11 again)',
      '(?:the same words \\01 again)x(?:the same words \\01 again)',
      '(?:with (a) group in it) \\1',
      '(b)(?:with (a) group in it) \\2',
    ]) {
      const fresh = (): unknown => parsePcre(pattern, plain, true);
      let expected: unknown;
      try {
        expected = fresh();
      } catch (error) {
        expect(() => parsePcre(pattern, plain, true, cache)).toThrow(String((error as Error).message));
        continue;
      }
      expect(parsePcre(pattern, plain, true, cache)).toEqual(expected);
    }
  });

  test('are forgotten when there are many', () => {
    const cache = parseCache();
    for (let i = 0; i < 20_000; i++) parsePcre(`(?:number ${i} of many different ones)`, plain, true, cache);
    expect(cache.octets).toBeLessThan(300_000);
    expect(cache.groups.size).toBeLessThan(20_000);
  });
});
