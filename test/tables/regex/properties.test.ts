import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pcreTable, regexpTable } from '../../../src/tables/regex/index.js';
import { compilePattern } from '../../../src/tables/regex/pattern.js';
import { re2jsEngine } from '../../../src/tables/regex/re2js-engine.js';
import { mayMatch } from '../../../src/tables/regex/required-literals.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { flags, pattern, text } from './arbitraries.js';
import { bre, ere, pcre, subject as subjectOf } from './support.js';

const soup = fc.string({
  unit: fc.constantFrom(...'abAB01 \\()[]{}|*+?.^$-,:=!<>#PQEdwsxnzZibmsU\n\xe9'),
  maxLength: 30,
});

test('any text as a pattern: compiled or refused, never a throw, and what compiles runs', () => {
  fc.assert(
    fc.property(soup, fc.constantFrom(pcre, ere, bre), text, (source, syntax, subject) => {
      const compiled = compilePattern(source, syntax, re2jsEngine);
      if (compiled.kind !== 'compiled') expect(compiled.why).not.toBe('');
      else expect(compiled.test(subjectOf(subject))).toBe(compiled.exec(subjectOf(subject)) !== undefined);
    }),
    { numRuns: 700 },
  );
});

test('a text that matches has the literals that are required', () => {
  fc.assert(
    fc.property(pattern, flags, text, (source, set, subject) => {
      const compiled = compilePattern(source, set, re2jsEngine);
      if (compiled.kind !== 'compiled') return;
      if (compiled.test(subjectOf(subject))) expect(mayMatch(compiled.required, subject.toLowerCase())).toBe(true);
    }),
    { numRuns: 700 },
  );
});

/** Assertions in parentheses, where they may be repeated. */
const inJavaScript: ReadonlyMap<string, string> = new Map([
  ['^', '(?:^)'],
  ['\\b', '(?:\\b)'],
  ['\\A', '(?:^)'],
  ['\\z', '(?:(?![^]))'],
  ['\\Z', '(?:(?=\\n?(?![^])))'],
  ['$', '(?:(?=\\n?(?![^])))'],
]);

test('the same answers as a backtracking engine, where both have the same meaning', () => {
  fc.assert(
    fc.property(pattern, text, fc.boolean(), fc.boolean(), (source, subject, ignoreCase, dotAll) => {
      // The oracle backtracks: few quantifiers, short texts. C locale: no case for e acute.
      if ((source.match(/[*+?}]/g) ?? []).length > 3) return;
      const oracle = source.replaceAll(/\[\^a\]|\\[AZzb]|[$^]/g, (part) => inJavaScript.get(part) ?? part);
      if (ignoreCase && /[\xe9\xc9]|\\xc9/.test(source + subject)) return;
      const compiled = compilePattern(source, { ...pcre, ignoreCase, dotAll }, re2jsEngine);
      if (compiled.kind !== 'compiled') return;
      const expected = new RegExp(oracle, `${ignoreCase ? 'i' : ''}${dotAll ? 's' : ''}`).test(subject);
      // Where the match ends may differ: JavaScript takes no empty repetition, PCRE and RE2 stop at one.
      expect(compiled.test(subjectOf(subject))).toBe(expected);
    }),
    { numRuns: 700 },
  );
});

test('any text as a table: a table, or a ConfigurationError that says where', () => {
  const lines = fc.array(
    fc.oneof(
      soup,
      soup.map((s) => `/${s}/ x`),
      soup.map((s) => `if /${s}/`),
      fc.constant('endif'),
      soup.map((s) => `/(a)/ ${s}`),
    ),
  );
  fc.assert(
    fc.property(lines, fc.constantFrom(pcreTable, regexpTable), (parts, make) => {
      try {
        make(parts.join('\n')).match('abc');
      } catch (error) {
        if (!isConfigurationError(error)) throw error;
        for (const { source } of error.problems) expect(source?.line).toBeGreaterThan(0);
      }
    }),
    { numRuns: 700 },
  );
});
