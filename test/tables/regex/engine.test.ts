import { describe, expect, test } from 'vitest';
import type { RegexFlags } from '../../../src/tables/regex/flags.js';
import { compilePattern } from '../../../src/tables/regex/pattern.js';
import { re2jsEngine } from '../../../src/tables/regex/re2js-engine.js';
import { bre, engines, ere, matcher, pcre, subject } from './support.js';

type Row = readonly [
  pattern: string,
  text: string,
  captures: readonly (string | undefined)[] | undefined,
  flags?: Partial<RegexFlags>,
];

const pcreRows: readonly Row[] = [
  ['abc', 'xABCx', ['ABC']],
  ['abc', 'ABC', undefined, { ignoreCase: false }],
  // C locale: only ASCII letters have two cases.
  ['\xe9', '\xc9', undefined],
  ['[\xe9]', '\xc9', undefined],
  ['^Subject:.*viagra', 'Subject: \xe9 VIAGRA', ['Subject: \xe9 VIAGRA']],
  ['[^a]', '\xff', ['\xff']],
  // `$` and a final LF.
  ['a$', 'a\n', ['a']],
  ['(a$)', 'x\na\n', ['a', 'a']],
  ['(a$)\\n', 'a\n', ['a\n', 'a']],
  ['a$', 'a\n\n', undefined],
  ['a$', 'a\nb', undefined],
  ['a\\nb$', 'a\nb\n', ['a\nb']],
  ['a.b$', 'a\nb\n', ['a\nb']],
  ['a[^x]b$', 'a\nb\n', ['a\nb']],
  ['a$', 'a\n', undefined, { dollarEndOnly: true }],
  ['a\\Z', 'a\n', ['a']],
  ['a\\z', 'a\n', undefined],
  ['a$', 'a\nb', ['a'], { multiline: true }],
  ['^b', 'a\nb', ['b'], { multiline: true }],
  ['^b', 'a\nb', undefined],
  // Flags.
  ['a.b', 'a\nb', ['a\nb']],
  ['a.b', 'a\nb', undefined, { dotAll: false }],
  ['a b # c', 'ab', ['ab'], { extended: true }],
  ['a\\ b[ ]', 'a b ', ['a b '], { extended: true }],
  ['a +', 'aaa', ['aaa'], { extended: true }],
  ['b', 'ab', undefined, { anchored: true }],
  ['b|a', 'ab', ['a'], { anchored: true }],
  ['a+', 'aaa', ['a'], { ungreedy: true }],
  ['a+?', 'aaa', ['aaa'], { ungreedy: true }],
  ['(?i)a(?-i)b', 'Ab', ['Ab'], { ignoreCase: false }],
  ['(?i)a(?-i)b', 'AB', undefined],
  ['(?-i:a)B', 'ab', ['ab']],
  ['(a(?i)b|c)d', 'aBd', ['aBd', 'aB'], { ignoreCase: false }],
  ['(a(?i)b|c)d', 'Cd', ['Cd', 'C'], { ignoreCase: false }],
  ['(?x) a b', 'ab', ['ab']],
  // Escapes.
  ['\\x41\\x{42}\\103\\x', 'abc\0', undefined, { ignoreCase: false }],
  ['\\x41\\x{42}\\103\\x', 'ABC\0', ['ABC\0'], { ignoreCase: false }],
  ['\\x41\\x{42}\\o{103}\\x', 'ABC\0', ['ABC\0'], { ignoreCase: false }],
  ['\\e\\a\\cA\\0', '\x1b\x07\x01\0', ['\x1b\x07\x01\0']],
  ['\\h\\v\\N', '\xa0\x0b.', ['\xa0\x0b.']],
  ['^\\s$', '\x0b', ['\x0b']],
  ['\\bfoo\\b', 'x foo!', ['foo']],
  ['\\Qa.b\\E+', 'a.bbb', ['a.bbb']],
  ['\\Qa.b', 'a.b', ['a.b']],
  ['a\\/b', 'a/b', ['a/b']],
  ['\\w\\W\\d\\D', 'a 1x', ['a 1x']],
  ['[\\w.-]+@[\\b]', 'a.b-c@\b', ['a.b-c@\b']],
  ['[]a]+', ']a', [']a']],
  ['[^]a]', 'b', ['b']],
  ['[a-c-]+', 'b-', ['b-']],
  ['[[:alpha:][:^ascii:]]+', '1a\xff', ['a\xff']],
  ['[[:upper:]]', 'a', ['a']],
  ['[\\x00-\\x1f]', '\x05', ['\x05']],
  // Quantifiers and groups.
  ['a{,3}', 'a{,3}', ['a{,3}']],
  ['a{2}', 'aaa', ['aa']],
  ['x{1', 'x{1', ['x{1']],
  ['(a)|(b)', 'b', ['b', undefined, 'b']],
  ['(?:a|b)(?<n>c)(?P<m>d)(?#note)?', 'acd', ['acd', 'c', 'd']],
  ['(|a)b', 'ab', ['ab', 'a']],
  ['a||b', '', ['']],
  ['', 'x', ['']],
  ['()*', '', ['', '']],
  ['[^\\x00-\\xff]', 'a', undefined],
  // What needs no backtracking where it stands.
  ['^(?!re: )(\\w+)', 'Re: a', undefined],
  ['^(?!re: )(\\w+)', 'Ra: a', ['Ra', 'Ra']],
  ['^(?!(a)|b(c))(?=.*z)([a-z])', 'xyz', ['x', undefined, undefined, 'x']],
  ['^(?!(a)|b(c))(?=.*z)([a-z])', 'xy', undefined],
  ['^(?!(a)|b(c))(?=.*z)([a-z])', 'bcz', undefined],
  ['(?!b)(a)', 'a', ['a', 'a'], { anchored: true }],
  ['(fo+)(?!bar)', 'foobar', ['foo', 'fo']],
  ['(fo)(?!bar)', 'fobar foba', ['foba', 'fo']],
  ['(fo)(?!bar)', 'fobar', undefined],
  ['(fo)(?=bar)', 'fo fobar', ['fobar', 'fo']],
  ['(?<!a)(b)', 'ab', undefined],
  ['(?<!a)(b)', 'abcb', ['cb', 'b']],
  ['(?<![a-z]{3})(b)', 'aab', ['aab', 'b']],
  ['(?<![a-z]{3})b', 'aaab', undefined],
  ['(?<=a)b', 'bab', ['ab']],
  ['^[^:]*+:(a++)', 'x:aa', ['x:aa', 'aa']],
  ['(?>foo|bar)x', 'barx', ['barx']],
  ['(?>ab|a)c', 'abc', ['abc']],
  ['a*+', 'aa', ['aa']],
  ['a\\Rb', 'a\r\nb', ['a\r\nb']],
  ['a\\Rb', 'a\x85b', ['a\x85b']],
  ['(?|a|b)\\Kc', 'bc', ['bc']],
  ['\\Gb', 'ab', undefined],
];

const posixRows: readonly Row[] = [
  ['^(a|ab)(c|bcd)', 'abcd', ['abcd', 'a', 'bcd'], ere],
  ['a|ab', 'ab', ['ab'], ere],
  ['a.b', 'a\nb', ['a\nb'], ere],
  ['a.b', 'a\nb', undefined, { ...ere, multiline: true }],
  ['a[^x]b', 'a\nb', undefined, { ...ere, multiline: true }],
  ['a$', 'a\n', undefined, ere],
  ['^b$', 'a\nb\nc', ['b'], { ...ere, multiline: true }],
  ['a{2,3}{2}', 'aaaaa', ['aaaaa'], ere],
  ['a**', 'aa', ['aa'], ere],
  ['a)', 'a)', ['a)'], ere],
  ['[\\n]', '\\', ['\\'], ere],
  ['[[.a.]b]', 'a', ['a'], ere],
  ['\\d', 'd', ['d'], ere],
  ['\\w+\\.', 'x_1.', ['x_1.'], ere],
  ['\\(a\\)\\{2\\}', 'aa', ['aa', 'a'], bre],
  ['(a){2}', '(a){2}', ['(a){2}'], bre],
  ['*a^b$c', '*a^b$c', ['*a^b$c'], bre],
  ['^a$', 'a', ['a'], bre],
  ['a\\|b', 'b', ['b'], bre],
  ['^*a', '*a', ['*a'], bre],
  ['a\\+\\?', 'aa', ['aa'], bre],
];

describe.each(engines)('matches: $name', (engine) => {
  test.for<Row>([...pcreRows, ...posixRows])('%j on %j', ([pattern, text, captures, flags]) => {
    const made = matcher(pattern, flags, engine);
    expect(made.test(subject(text))).toBe(captures !== undefined);
    expect(made.exec(subject(text))).toEqual(captures);
  });
});

describe('refused', () => {
  test.each([
    ['a(?=b)c', 'unsupported', '(?='],
    ['a(?!b)c', 'unsupported', '(?!'],
    ['a(?!b*)', 'unsupported', '(?!'],
    ['((?!b))', 'unsupported', '(?!'],
    ['(?!a)b', 'unsupported', '(?!'],
    ['^(?=(a))b', 'unsupported', '(?='],
    ['a(?<=a)b', 'unsupported', '(?<='],
    ['(?<!a+)b', 'unsupported', '(?<!'],
    ['(?<!a)(b)|c', 'unsupported', '(?<!'],
    ['(?:(?<!a)b)*', 'unsupported', '(?<!'],
    ['a*+a', 'unsupported', '*+'],
    ['.*+b', 'unsupported', '*+'],
    ['a*+\\bb', 'unsupported', '*+'],
    ['(?:a*+)*b', 'unsupported', '*+'],
    ['(?>a|ab)c', 'unsupported', '(?>'],
    ['(?>a*?)b', 'unsupported', '(?>'],
    ['\\R\\n', 'unsupported', '\\R'],
    ['\\R+a', 'unsupported', '\\R'],
    ['(?|(a)|(b))', 'unsupported', '(?|'],
    ['^*', 'malformed', '*'],
    ['\\b?', 'malformed', '?'],
    ['(?i)+', 'malformed', '+'],
    ['[[.a.]]', 'malformed', '[.a.]'],
    ['(a)\\1', 'unsupported', '\\1'],
    ['\\81', 'unsupported', '\\81'],
    ['(?<n>a)\\k<n>', 'unsupported', '\\k'],
    ['(a)\\g1', 'unsupported', '\\g'],
    ['(?R)', 'unsupported', '(?R'],
    ['(a)(?1)', 'unsupported', '(?1)'],
    ['(?(1)a)', 'unsupported', '(?('],
    ['(*ACCEPT)', 'unsupported', '(*'],
    ['\\pL', 'unsupported', '\\p'],
    ['(?n)a', 'unsupported', '(?n)'],
    ['a{1001}', 'unsupported', '{1001}'],
    ['(a{50}){50}', 'unsupported', '(a{50}){50}'],
    ['(', 'malformed', '('],
    ['a)', 'malformed', ')'],
    ['[a', 'malformed', '[a'],
    ['[b-a]', 'malformed', 'b-a'],
    ['[a-\\d]', 'malformed', 'a-\\d'],
    ['[[:foo:]]', 'malformed', '[:foo:]'],
    ['*a', 'malformed', '*'],
    ['a**', 'malformed', '*'],
    ['a{2,1}', 'malformed', '{2,1}'],
    ['\\y', 'malformed', '\\y'],
    ['\\x{100}', 'malformed', '\\x{100}'],
    ['a\\', 'malformed', '\\'],
    ['(?', 'malformed', '(?'],
    ['(?#', 'malformed', '(?#'],
    [`${'('.repeat(300)}${')'.repeat(300)}`, 'malformed', '('],
  ])('%s', (pattern, kind, construct) => {
    expect(compilePattern(pattern, pcre, re2jsEngine)).toMatchObject({ kind, construct });
  });

  test.each([
    ['(a)\\1', 'unsupported', '\\1'],
    ['\\<a', 'unsupported', '\\<'],
    ['*a', 'malformed', '*'],
    ['a{x}', 'malformed', '{x}'],
    ['(a', 'malformed', '('],
    ['^*', 'malformed', '*'],
    ['\\b{2}', 'malformed', '{'],
  ])('POSIX %s', (pattern, kind, construct) => {
    expect(compilePattern(pattern, ere, re2jsEngine)).toMatchObject({ kind, construct });
  });
});

test('nested as deeply as is allowed, and as long', () => {
  const deep = matcher(`${'('.repeat(249)}a${')*'.repeat(249)}`);
  expect(deep.exec(subject('a'))).toHaveLength(250);
  expect(matcher('[a-z]*'.repeat(1000)).test(subject('abc'))).toBe(true);
});

describe.each(engines)('linear time: $name', (engine) => {
  test.each([
    '(a+)+$',
    '(a|aa)+$',
    '^(a|a?)+$',
    '(.*a){20}$',
    '(a*)*b',
    '([a-z]+)*=',
    '(x+x+)+y',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
  ])('%s takes no longer than its text', (pattern) => {
    const made = matcher(pattern, { ignoreCase: false }, engine);
    const text = `${'a'.repeat(20_000)}${'x'.repeat(20_000)}!`;
    const started = performance.now();
    expect(made.test(subject(text))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
