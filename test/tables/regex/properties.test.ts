import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RegexFlags } from '../../../src/ports/regex-engine.js';
import { pcreTable, regexpTable } from '../../../src/tables/regex/index.js';
import { re2jsEngine } from '../../../src/tables/regex/re2js-engine.js';
import { mayMatch } from '../../../src/tables/regex/required-literals.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { bre, ere, pcre } from './support.js';

const soup = fc.string({
  unit: fc.constantFrom(...'abAB01 \\()[]{}|*+?.^$-,:=!<>#PQEdwsxnzZibmsU\n\xe9'),
  maxLength: 30,
});

/** Patterns that are well formed, over few letters, so that texts over the same letters often match. */
const { pattern } = fc.letrec<{ pattern: string; atom: string; item: string; branch: string }>((tie) => ({
  pattern: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
  branch: fc.array(tie('item'), { maxLength: 5 }).map((items) => items.join('')),
  item: fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '*?')).map(([a, q]) => a + q),
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'C', 'ab', 'bC', '\\n', '.', '[ab]', '[^a]', '[aA]', '\xe9', '\\xc9', '\\w'),
    fc.constantFrom('^', '$', '\\b', '\\A', '\\Z', '\\z'),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
  ),
}));
const flags: fc.Arbitrary<RegexFlags> = fc.record({
  syntax: fc.constant('pcre' as const),
  ignoreCase: fc.boolean(),
  multiline: fc.boolean(),
  dotAll: fc.boolean(),
  extended: fc.boolean(),
  anchored: fc.boolean(),
  dollarEndOnly: fc.boolean(),
  ungreedy: fc.boolean(),
});
const text = fc.string({ unit: fc.constantFrom(...'aabbcABC\n\xe9\xc9 '), maxLength: 12 });

test('any text as a pattern: compiled or refused, never a throw, and what compiles runs', () => {
  fc.assert(
    fc.property(soup, fc.constantFrom(pcre, ere, bre), text, (source, syntax, subject) => {
      const compiled = re2jsEngine.compile(source, syntax);
      if (compiled.kind !== 'compiled') expect(compiled.why).not.toBe('');
      else expect(compiled.matcher.test(subject)).toBe(compiled.matcher.exec(subject) !== undefined);
    }),
    { numRuns: 700 },
  );
});

test('a text that matches has the literals that are required', () => {
  fc.assert(
    fc.property(pattern, flags, text, (source, set, subject) => {
      const compiled = re2jsEngine.compile(source, set);
      if (compiled.kind !== 'compiled') return;
      const { matcher } = compiled;
      if (matcher.test(subject)) expect(mayMatch(matcher.required, subject.toLowerCase())).toBe(true);
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
      const compiled = re2jsEngine.compile(source, { ...pcre, ignoreCase, dotAll });
      if (compiled.kind !== 'compiled') return;
      const expected = new RegExp(oracle, `${ignoreCase ? 'i' : ''}${dotAll ? 's' : ''}`).test(subject);
      // Where the match ends may differ: JavaScript takes no empty repetition, PCRE and RE2 stop at one.
      expect(compiled.matcher.test(subject)).toBe(expected);
    }),
    { numRuns: 700 },
  );
});

const rule = fc
  .tuple(fc.constantFrom('', '!'), pattern, fc.constantFrom('R', 'S $$'))
  .map(([not, p, r]) => `${not}~${p}~ ${r}`);
const block = fc
  .tuple(fc.constantFrom('', '!'), pattern, fc.array(rule, { maxLength: 3 }), rule)
  .map(([not, p, rules, nested]) => [`if ${not}~${p}~`, ...rules, 'if /a/', nested, 'endif', 'endif'].join('\n'));
const tableText = fc.array(fc.oneof(rule, block), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('\n'));

test('with the search over the whole text first, each of its lines has the same answer as without', () => {
  fc.assert(
    fc.property(tableText, fc.array(text, { maxLength: 4 }), (source, lines) => {
      const table = pcreTable(source);
      const whole = lines.join('\n');
      const narrowed = table.within(whole.toLowerCase());
      for (const line of lines) {
        const plain = table.rules.length === 0 ? undefined : table.match(line);
        expect(narrowed?.match(line)?.index).toBe(plain?.index);
      }
    }),
    { numRuns: 200 },
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
