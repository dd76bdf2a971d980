import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colonList, parseTagList, withoutFws } from '../../../src/values/dkim/tag-list.js';
import { anyText, expectLinear } from '../support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
const read = (text: string) => Object.fromEntries(parseTagList(text).tags);

test.each([
  ['v=1; a=rsa-sha256', { v: '1', a: 'rsa-sha256' }],
  ['v=1;a=b;', { v: '1', a: 'b' }],
  [' v = 1 ;\r\n\ta=\r\n b c\t; ', { v: '1', a: 'b c' }],
  ['p=', { p: '' }],
  ['b=ab==; bh=x=y', { b: 'ab==', bh: 'x=y' }],
  ['A=1; a=2; a_1=3', { A: '1', a: '2', a_1: '3' }],
])('%j', (text, tags) => {
  expect(parseTagList(text).problems).toEqual([]);
  expect(read(text)).toEqual(tags);
});

test.each([
  ['', 'an empty tag: a semicolon too many'],
  ['a=1;;b=2', 'an empty tag: a semicolon too many'],
  ['a=1; ; ', 'an empty tag: a semicolon too many'],
  ['a', 'a tag without "=": "a"'],
  ['=1', 'not a tag name: ""'],
  ['1a=1', 'not a tag name: "1a"'],
  ['a b=1', 'not a tag name: "a b"'],
  ['a=1; a=2', 'the tag a= stands twice'],
  ['a=\x00', 'a control character in a='],
])('%j: %s', (text, problem) => expect(parseTagList(text).problems).toEqual([problem]));

test('all errors, twenty at most', () => {
  expect(parseTagList('a; =; b=1; b=1').problems).toHaveLength(3);
  expect(parseTagList('x;'.repeat(1000)).problems).toHaveLength(20);
});

test('lists with colons', () => {
  expect(colonList('a : b:\tc:')).toEqual(['a', 'b', 'c', '']);
  expect(withoutFws(' a\r\n b\tc')).toBe('abc');
});

describe('any text', () => {
  test('has an answer, and white space around tags changes nothing', () => {
    fc.assert(
      fc.property(anyText('ab=;:_ \t\r\n1'), (text) => {
        const { tags, problems } = parseTagList(text);
        expect(problems.length).toBeLessThanOrEqual(20);
        const spaced = parseTagList(
          text
            .split(';')
            .map((part) => `\r\n ${part}\t`)
            .join(';'),
        );
        expect([...spaced.tags]).toEqual([...tags]);
        expect(spaced.problems.length).toBe(problems.length);
      }),
      { numRuns: runs },
    );
  });

  test('in linear time', () => {
    for (const piece of ['a=1;', ';', '=', ' ', 'a', 'a=1 ']) {
      expectLinear(200_000, (size) => piece.repeat(size / piece.length), parseTagList);
    }
  });
});
