/** Random patterns, rule tables and texts over few letters, so that they often match. */
import fc from 'fast-check';
import type { RegexFlags } from '../../../src/tables/regex/flags.js';

/** Patterns that are well formed, over few letters, so that texts over the same letters often match. */
const grammar = fc.letrec<{ pattern: string; atom: string; item: string; branch: string }>((tie) => ({
  pattern: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
  branch: fc.array(tie('item'), { maxLength: 5 }).map((items) => items.join('')),
  item: fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '*?')).map(([a, q]) => a + q),
  atom: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'C', 'ab', 'bC', '\\n', '.', '[ab]', '[^a]', '[aA]', '\xe9', '\\xc9', '\\w'),
    fc.constantFrom('^', '$', '\\b', '\\A', '\\Z', '\\z'),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
  ),
}));
export const pattern: fc.Arbitrary<string> = grammar.pattern;
export const flags: fc.Arbitrary<RegexFlags> = fc.record({
  syntax: fc.constant('pcre' as const),
  ignoreCase: fc.boolean(),
  multiline: fc.boolean(),
  dotAll: fc.boolean(),
  extended: fc.boolean(),
  anchored: fc.boolean(),
  dollarEndOnly: fc.boolean(),
  ungreedy: fc.boolean(),
});
export const text: fc.Arbitrary<string> = fc.string({ unit: fc.constantFrom(...'aabbcABC\n\xe9\xc9 '), maxLength: 12 });

const words = fc.constantFrom(
  'viagra',
  'Free',
  'http://',
  '(cheap|buy) now',
  'ab+cab',
  'x\xe9y',
  '[0-9]{3}',
  'q',
  'cab',
  'ab.*cab',
  'a[bc]a',
);
const wordy = fc.oneof(
  pattern,
  words,
  fc.tuple(words, pattern).map(([word, rest]) => `${word}(?:${rest})`),
);
const rule = fc
  .tuple(
    fc.constantFrom('', '', '!'),
    wordy,
    fc.constantFrom('', '', 'i', 'm', 's', 'A', 'E'),
    fc.constantFrom('R', 'S $$'),
  )
  .map(([not, p, letters, result]) => `${not}~${p}~${letters} ${result}`);
const block = fc
  .tuple(fc.constantFrom('', '!'), wordy, fc.array(rule, { maxLength: 3 }), fc.constantFrom('', '!'), wordy, rule)
  .map(([not, p, rules, inner, q, nested]) =>
    [`if ${not}~${p}~`, ...rules, `if ${inner}~${q}~`, nested, 'endif', 'endif'].join('\n'),
  );
/** Of `pcre:`. Some of its patterns may be refused. */
export const tableText: fc.Arbitrary<string> = fc
  .array(fc.oneof(rule, block), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join('\n'));

/** Pieces of a text: letters of the patterns, their words whole and in parts, 8-bit octets, and nothing. */
export const pieces: fc.Arbitrary<readonly string[]> = fc.array(
  fc
    .array(
      fc.oneof(
        text,
        fc.constantFrom('viagra', 'VIA', 'gra', 'FREE', 'htt', 'p://', 'buy ', 'now', 'cab', 'x\xe9y', '123', 'q'),
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join('')),
  { maxLength: 8 },
);
