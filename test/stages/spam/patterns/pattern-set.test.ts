import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pieces } from '../../../../src/stages/spam/mail/pieces.js';
import { compileRulePattern, makePatternSet, type RulePattern } from '../../../../src/stages/spam/patterns/index.js';
import { encodeLatin1 } from '../../../../src/values/bytes.js';
import { pattern, pieces } from '../../../tables/regex/arbitraries.js';

function piecesOf(texts: readonly string[]): Pieces {
  let end = 0;
  const ends = texts.map((text) => {
    end += text.length;
    return end;
  });
  return { octets: encodeLatin1(texts.join('')), ends };
}

function compiled(text: string, flags = ''): RulePattern {
  const made = compileRulePattern({ text, flags });
  if (made.kind === 'refused') throw new Error(`${text}: ${made.why}`);
  return made;
}

/** By the index of the member: how often it was found. */
function found(patterns: readonly (readonly [string, number])[], texts: readonly string[]): Record<number, number> {
  const set = makePatternSet(patterns.map(([text, most]) => ({ pattern: compiled(text), most })));
  set.warm();
  const hits: Record<number, number> = {};
  set.run(piecesOf(texts), (member, count) => {
    expect(hits[member]).toBeUndefined();
    hits[member] = count;
  });
  return hits;
}

describe('a set', () => {
  test('a match lies in one piece, and sees its ends', () => {
    const patterns = [
      ['cheap pills', 1],
      ['^pills', 1],
      ['cheap$', 1],
      ['pills\\b', 1],
      ['p.*s$', 1],
    ] as const;
    expect(found(patterns, ['cheap ', 'pills', 'now'])).toEqual({ 1: 1, 3: 1, 4: 1 });
    expect(found(patterns, ['cheap pills', 'xpills'])).toEqual({ 0: 1, 3: 1, 4: 1 });
  });

  test('counts over all pieces, up to the most', () => {
    const patterns = [
      ['viagra', 10],
      ['viagra', 2],
      ['[aeiou]', 100],
      ['\\w(?!\\w)', 3],
      ['(\\w)\\1', 9],
    ] as const;
    const texts = ['viagra', 'no', 'viagra viagra aa', ''];
    expect(found(patterns, texts)).toEqual({ 0: 3, 1: 2, 2: 12, 3: 3, 4: 1 });
  });

  test('no pieces, empty pieces, no patterns', () => {
    expect(found([['a', 1]], [])).toEqual({});
    expect(
      found(
        [
          ['^$', 5],
          ['a', 1],
        ],
        ['', '', ''],
      ),
    ).toEqual({ 0: 3 });
    expect(found([], ['a'])).toEqual({});
  });

  test('patterns that come from elsewhere are asked for every piece', () => {
    const asked: number[] = [];
    const pattern: RulePattern = { kind: 'pattern', count: (_, piece) => asked.push(piece) * 0 };
    makePatternSet([{ pattern, most: 1 }]).run(piecesOf(['a', 'b']), () => expect.unreachable());
    expect(asked).toEqual([0, 1]);
  });
});

test('a set finds what its patterns find one by one', () => {
  const wordy = fc.oneof(
    pattern,
    fc.constantFrom(
      'viagra',
      '(?i)free',
      'http://',
      'cab(?!b)',
      '[v\\/]iagra',
      '[0-9]{3}',
      '(?<!x)q',
      '(b|a)\\1',
      'buy now',
    ),
  );
  const members = fc.array(fc.tuple(wordy, fc.constantFrom(1, 1, 3)), { maxLength: 12 });
  fc.assert(
    fc.property(members, fc.array(pieces, { maxLength: 3 }), (patterns, texts) => {
      const made = patterns.map(([text, most]) => ({ pattern: compiled(text), most }));
      const set = makePatternSet(made);
      for (const parts of texts) {
        const text = piecesOf(parts);
        const expected = new Map<number, number>();
        for (const [index, { pattern, most }] of made.entries()) {
          const all = parts.reduce((sum, _, piece) => sum + pattern.count(text, piece, 50), 0);
          if (all > 0) expected.set(index, Math.min(all, most));
        }
        const hits = new Map<number, number>();
        set.run(text, (member, count) => hits.set(member, count));
        expect(new Map([...hits].sort(([a], [b]) => a - b))).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
});

test('refused with a reason', () => {
  expect(compileRulePattern({ text: 'a(?R)b', flags: '' })).toMatchObject({ kind: 'refused', construct: '(?R' });
});

describe('work that is not done', () => {
  const gaveUp = (text: string, most: number, piece: string): { readonly count: number; readonly told: boolean } => {
    const set = makePatternSet([{ pattern: compiled(text), most }]);
    let count = 0;
    let told = false;
    const hit = (_: number, found: number): void => {
      count = found;
    };
    set.run(piecesOf([piece]), hit, () => {
      told = true;
    });
    return { count, told };
  };

  test('a pattern with a back-reference tells that it gave up', () => {
    const text = '(x+)y\\1z';
    expect(gaveUp(text, 1, 'xxxxyxxz')).toEqual({ count: 1, told: false });
    expect(gaveUp(text, 1, `${'x'.repeat(5000)}y${'x'.repeat(20_000)}z`)).toEqual({ count: 0, told: true });
  });

  test('counting reads each octet a few times at most, and tells where it ended early', () => {
    expect(gaveUp('a[^b]*b|a', 1000, 'a'.repeat(400))).toEqual({ count: 400, told: false });
    const { count, told } = gaveUp('a[^b]*b|a', 100_000, 'a'.repeat(50_000));
    expect(told).toBe(true);
    expect(count).toBeGreaterThan(1);
    expect(gaveUp('a[^b]*b|a', 1, 'a'.repeat(50_000))).toEqual({ count: 1, told: false });
    expect(gaveUp('(?:a[^b]*b)?', 100_000, 'a'.repeat(50_000)).told).toBe(true);
  });
});

describe('one octet', () => {
  test.each([
    ['\\x00', '', 2],
    ['e', 'i', 4],
    ['(e)', '', 3],
    ['[\\x80-\\xff]', '', 1],
  ] as const)('%s %s', (text, flags, count) => {
    const texts = ['e E\0', ' \0ee\xe9', ''];
    const set = makePatternSet([
      { pattern: compiled(text, flags), most: 100 },
      { pattern: compiled(text, flags), most: 1 },
    ]);
    const counts: number[] = [];
    set.run(piecesOf(texts), (member, found) => {
      counts[member] = found;
    });
    expect(counts).toEqual([count, 1]);
  });
});
