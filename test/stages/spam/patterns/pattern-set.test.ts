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
