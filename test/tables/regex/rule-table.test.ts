import { describe, expect, test } from 'vitest';
import { pcreTable, regexpTable } from '../../../src/tables/regex/index.js';
import { problemsOf } from '../../values/support.js';

const results = (text: string, keys: readonly string[], make = pcreTable): readonly (string | undefined)[] => {
  const table = make(text);
  return keys.map((key) => table.match(key)?.value);
};

describe('rules', () => {
  test('the first that matches counts; comments, continuation and other delimiters', () => {
    const text = '# comment\n/one/ 1\n\n=two=i\n  # inside\n   2\n|t.ree|i three words  \n/e/ last\n';
    expect(results(text, ['ONE', 'two', 'TWO', 'THREE', 'THREe', 'x'])).toEqual([
      '1',
      '2',
      undefined,
      'last',
      'last',
      undefined,
    ]);
    expect(results('/a\\/b/ 2\n@c\\@d@ 3\n~e~ 4', ['a/b', 'c@d', 'e'])).toEqual(['2', '3', '4']);
  });

  test('flags toggle', () => {
    expect(results('/a/i A\n/B.$/s B', ['a', 'A', 'b\n', 'bx'])).toEqual(['A', undefined, undefined, 'B']);
    expect(results('/a/ii A', ['A'])).toEqual(['A']);
    expect(results('/a{2}\\(x\\)/x A', ['a{2}x', 'aax'], regexpTable)).toEqual(['A', undefined]);
  });

  test('negation', () => {
    expect(results('!/a/ no-a\n! ! /a/ a', ['b', 'a'])).toEqual(['no-a', 'a']);
  });

  test('if and endif, nested and negated', () => {
    const text = 'if /a/\n/1/ a1\nIF !/b/\n/2/ a2, no b\nendif\n/3/ a3\nENDIF\n/./ other\n';
    expect(results(text, ['a1', 'a2', 'ab2', 'ab3', 'c1', ''])).toEqual([
      'a1',
      'a2, no b',
      'other',
      'a3',
      'other',
      undefined,
    ]);
  });

  test('substitution', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the table
    const text = '/^(a)(b)?(.*)$/ $1-${2}-$(3) $$1';
    expect(results(text, ['abc', 'aXY'])).toEqual(['a-b-c $1', 'a--XY $1']);
    expect(results('/(a)!/ $1$1', ['a!'])).toEqual(['aa']);
  });

  test('regexp: match but not', () => {
    expect(results('/(a)/!/b/ $1!', ['ac', 'ab'], regexpTable)).toEqual(['a!', undefined]);
  });

  test.each([pcreTable, regexpTable])('a NUL octet is refused, but for comments', (make) => {
    const text = '# \0\n/a/ x\n/a\0b/ y\n/c/ z\n  \0\n';
    const found = problemsOf(() => make(text, { file: 'f' }));
    expect(found.map(({ code, source }) => `${code} ${source?.file}:${source?.line}`)).toEqual(['nul f:3', 'nul f:4']);
    expect(make('# \0\n/a/ x\n').match('a')?.value).toBe('x');
  });

  test('text is octets: UTF-8 in the table and in keys', async () => {
    const table = pcreTable('/^\u00e0$/ voil\u00e0\n/^caf.$/ one octet\n/^caf..$/ ($$) \u00e0', { file: 'f' });
    expect(await table.lookup('\u00e0')).toMatchObject({
      kind: 'found',
      value: { value: 'voil\u00e0', source: { file: 'f', line: 1 } },
    });
    expect(await table.lookup('caf\u00e9')).toMatchObject({ value: { value: '($) \u00e0' } });
    expect(await table.lookup('x')).toEqual({ kind: 'not-found' });
    expect(table.match('caf\xe9')?.value).toBe('one octet');
    expect(pcreTable(Uint8Array.of(0x2f, 0xe9, 0x2f, 0x20, 0xa0)).match('\xe9')?.value).toBe('\xa0');
    expect(table.name).toBe('pcre:f');
  });

  test('where a rule is written', () => {
    const { rules } = pcreTable('\n/a/\n  b\nif /x/\n/c/ d $$\nendif', { file: 'rules' });
    expect(rules).toEqual([
      { source: { file: 'rules', line: 2 }, text: '/a/  b', result: 'b', constant: 'b' },
      { source: { file: 'rules', line: 5 }, text: '/c/ d $$', result: 'd $$', constant: 'd $' },
    ]);
  });
});

test('all problems of a table at once, with file, line and construct', () => {
  const text = [
    '/ok/ fine',
    '/a(?=b)c/ x',
    '/(/ x',
    '/a/q x',
    '/a x',
    'what is this',
    'if /a/ x',
    'endif',
    'endif',
    '/a/ $x',
    '/a/ $1',
    '/(a)/ ${2',
    '!/(a)/ $1',
    '!',
    '/(a)/ $0',
    'if /\\1/',
  ].join('\n');
  const problems = problemsOf(() => pcreTable(text, { file: 'bad' }));
  expect(problems.every(({ source }) => source?.file === 'bad')).toBe(true);
  expect(problems.map(({ code, source, construct }) => [source?.line, code, construct])).toEqual([
    [2, 'unsupported-pattern', '(?='],
    [3, 'malformed-pattern', '('],
    [4, 'unknown-flag', '/a/q'],
    [5, 'no-closing-delimiter', '/a x'],
    [6, 'unknown-statement', 'what is this'],
    [7, 'extra-text', 'x'],
    [9, 'no-if', undefined],
    [10, 'bad-substitution', '$x'],
    [11, 'bad-substitution', '$1'],
    [12, 'bad-substitution', '${2'],
    [13, 'bad-substitution', '$1'],
    [14, 'no-pattern', '!'],
    [15, 'bad-substitution', '$0'],
    [16, 'unsupported-pattern', '\\1'],
    [16, 'no-endif', undefined],
  ]);
});

test('a table of 1,000 rules loads fast', () => {
  const text = Array.from({ length: 1000 }, (_, i) => `/^Subject:.*word${i}[0-9]+(x|y)*/ REJECT $1`).join('\n');
  const started = performance.now();
  const table = pcreTable(text);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(table.match('Subject: a word7771x')?.index).toBe(7);
  expect(table.match('Subject: a word9991x')?.value).toBe('REJECT x');
});
