import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { automatonOf } from '../../../src/tables/regex/automaton/automaton.js';
import { beginningOf } from '../../../src/tables/regex/beginning.js';
import { loosened } from '../../../src/tables/regex/loosen.js';
import { parsePcre } from '../../../src/tables/regex/parse-pcre.js';
import { type PerlPattern, perlPattern } from '../../../src/tables/regex/perl-pattern.js';
import { mayMatch } from '../../../src/tables/regex/required-literals.js';
import { stepwiseOf } from '../../../src/tables/regex/stepwise/stepwise.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { pattern as plainPattern, text } from './arbitraries.js';
import { pcre } from './support.js';

const perl = { ...pcre, ignoreCase: false, dotAll: false, perl: true };

function compiled(source: string, flags = ''): PerlPattern {
  const pattern = perlPattern(source, flags);
  if (pattern.kind === 'refused') throw new Error(`${source}: ${pattern.why}`);
  return pattern;
}

function spanOf(subject: string): { octets: Uint8Array; from: number; to: number } {
  return { octets: encodeLatin1(subject), from: 0, to: subject.length };
}

/** With look-around, without assertions that JavaScript has not. */
const pattern = fc
  .tuple(plainPattern, plainPattern, plainPattern, fc.constantFrom('', '(?=', '(?!', '(?<=', '(?<!'))
  .map(([a, b, c, look]) => (look === '' ? a : `(?:${a})${look}${b})(?:${c})`))
  .filter((source) => (source.match(/[*+?}]/g) ?? []).length <= 5 && !/\\[AZz]|\$/.test(source));

test('the same answers as a backtracking engine, look-around too', () => {
  fc.assert(
    fc.property(pattern, text, fc.constantFrom('', 'i', 's', 'm'), (source, subject, flags) => {
      // JavaScript repeats no assertion, has letter case beyond Latin-1, and `^` behind a last LF.
      const oracle = source.replaceAll(/\[\^a\]|\\b|\^/g, (part) => (part.length > 2 ? part : `(?:${part})`));
      if (flags === 'm' && (source.includes('^') || subject.endsWith('\n'))) return;
      expect(compiled(source, flags).test(spanOf(subject))).toBe(new RegExp(oracle, flags).test(subject));
    }),
    { numRuns: 400 },
  );
});

test('automata and the stepwise engine find the same matches', () => {
  fc.assert(
    fc.property(pattern, text, fc.boolean(), (source, subject, ignoreCase) => {
      // A look-behind of no fixed length is nothing for the one.
      if (source.includes('(?<') && /[*+?|}]/.test(source)) return;
      const { node } = parsePcre(source, { ...perl, ignoreCase }, true);
      const rough = (): typeof node => loosened(node);
      const span = spanOf(subject);
      const automaton = automatonOf(node, rough);
      const stepwise = stepwiseOf(node, rough);
      expect(automaton.test(span)).toBe(stepwise.test(span));
      // Where a repetition matches nothing, the two may end elsewhere.
      if (!/[*?}]|\(\||\|\)|\|\|/.test(source)) expect(automaton.count(span, 20)).toBe(stepwise.count(span, 20));
    }),
    { numRuns: 400 },
  );
});

test('what comes before a pattern is run passes nothing by that matches', () => {
  fc.assert(
    fc.property(pattern, text, fc.integer({ min: 1, max: 6 }), (source, subject, octets) => {
      const exact = compiled(source);
      if (!exact.test(spanOf(subject))) return;
      const { node } = parsePcre(source, perl, true);
      const beginning = beginningOf(loosened(node), octets);
      expect(automatonOf(beginning, () => beginning).test(spanOf(subject))).toBe(true);
      expect(mayMatch(exact.required, subject.toLowerCase())).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('any text as a pattern: compiled or refused, never a throw', () => {
  const soup = fc.string({
    unit: fc.constantFrom(...'abAB01 \\()[]{}|*+?.^$-,:=!<>#PQEdwsxnzZkg\n\xe9'),
    maxLength: 30,
  });
  fc.assert(
    fc.property(soup, fc.constantFrom('', 'i', 'x', 'ms'), text, (source, flags, subject) => {
      const made = perlPattern(source, flags);
      if (made.kind === 'refused') expect(made.why).not.toBe('');
      else expect(made.count(spanOf(subject), 3) > 0).toBe(made.test(spanOf(subject)));
    }),
    { numRuns: 400 },
  );
});

describe('refused, with the part that cannot be had', () => {
  test.for([
    ['a(b', '', '('],
    ['(?{1})', '', '(?{1'],
    ['(a)(?(1)b|c)', '', '(?('],
    ['(?R)', '', '(?R'],
    ['\\p{Greek}', '', '\\p'],
    ['\\X', '', '\\X'],
    ['(?:[a-z]{1,300}x){1,300}', '', '{n,m}'],
    ['a', 'q', 'q'],
  ])('/%s/%s', ([source, flags, construct]) => {
    const made = perlPattern(source as string, flags as string);
    expect(made.kind === 'refused' ? made.construct : 'compiled').toBe(construct);
  });
});

describe('time is linear in the text', () => {
  const size = 200_000;
  const texts = { 'one letter': 'a'.repeat(size), words: 'ab cab '.repeat(size / 7), lines: 'a\n'.repeat(size / 2) };
  const patterns = [
    '(?:a+a+)+b',
    '(?:a|aa)+$b',
    '(?=(?:.*x)?.*y)a',
    '(?<!b.{3})a(?!.*z)c',
    '\\b\\w+.{0,200}q',
    '(\\w+) \\1 \\1z',
    '(a*)*\\1z',
    '(?>a+)+z',
  ];
  test.for(patterns)('/%s/', (source) => {
    const made = compiled(source, 's');
    for (const [name, subject] of Object.entries(texts)) {
      const started = performance.now();
      expect([name, made.test(spanOf(subject))]).toEqual([name, false]);
      // Far above what it takes, far below what anything that is not linear takes.
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });
});

test('much look-around is followed step by step', () => {
  const many = compiled(`${Array.from({ length: 13 }, (_, i) => `(?!${'x'.repeat(i + 1)}z)`).join('')}x+z`);
  expect(many.limited).toBe(true);
  expect([many.test(spanOf('xxz')), many.count(spanOf(`${'x'.repeat(14)}z xz`), 9)]).toEqual([false, 1]);
});

test('a header of many lines is within the steps that are allowed', () => {
  const lines = Array.from({ length: 300 }, (_, i) => `X-Line-${i}: ${'word '.repeat(14)}\n`).join('');
  const header = (to: string): string => `From: Some One <someone@example.org>\n${lines}To: ${to}\nSubject: x\n`;
  const same = compiled('^From: [^\\n]*<([^\\n>]+)>\\n(?:[^\\n]+\\n)*To: \\1\\n', 'm');
  expect(same.limited).toBe(true);
  expect(same.test(spanOf(header('someone@example.org')))).toBe(true);
  expect(same.test(spanOf(header('someone@example.com')))).toBe(false);
});
