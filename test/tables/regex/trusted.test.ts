/**
 * Tables that are trusted: what a backtracking engine is asked, and that the answers are Postfix's. In trusted-answers.jsonl is
 * what `postmap -q` of Postfix 3.7.11 said of random tables of one rule, in the form of postfix-answers.jsonl.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { regexWorker } from '../../../src/adapters/regex-worker/index.js';
import type { BacktrackingRegex } from '../../../src/ports/backtracking-regex.js';
import { openTable } from '../../../src/tables/index.js';
import { Answers, pcreTable, type RuleTable, readSource } from '../../../src/tables/regex/index.js';
import { cannotTell } from '../../../src/values/answer.js';
import { encodeLatin1, encodeUtf8 } from '../../../src/values/bytes.js';
import { problemsOf } from '../../values/support.js';
import { pieces, tableText } from './arbitraries.js';
import { directRegex, harder } from './trusted-support.js';

type Recorded = readonly [type: 'pcre' | 'regexp', rule: string, answers: Readonly<Record<string, string | null>>];

const recorded = readFileSync(new URL('trusted-answers.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

/** All texts in one question, octets in Latin-1. */
async function values(table: RuleTable, texts: readonly string[]): Promise<readonly (string | null)[]> {
  const answers = new Answers();
  for (const text of texts) table.match(text, answers);
  const failed = await answers.settle((engine, question) => engine.search(question));
  if (failed !== undefined) throw new Error(failed.why);
  return texts.map((text) => table.match(text, answers)?.value ?? null);
}

describe('the answers of Postfix', () => {
  const trusted = regexWorker({ timeout: 10_000 });
  afterAll(() => trusted.close());

  test.for(recorded)('%s %s', async ([type, rule, answers]) => {
    const source = { [type]: encodeLatin1(rule) };
    expect(readSource(source).problems.map(({ code }) => code)).toEqual(['unsupported-pattern']);
    const { table, problems } = readSource({ ...source, trusted });
    expect(problems).toEqual([]);
    const texts = Object.keys(answers);
    const ours = (await values(table, texts)).map((value, at) => [texts[at], value]);
    expect(Object.fromEntries(ours)).toEqual(answers);
  });
});

describe('what is taken', () => {
  const take = (rule: string, type: 'pcre' | 'regexp' = 'pcre') =>
    problemsOf(() => {
      const { problems } = readSource({ [type]: rule, file: 'map', trusted: directRegex() });
      if (problems.length > 0) throw Object.assign(new Error(), { kind: 'configuration-error', problems });
    });
  const codes = (rule: string, type: 'pcre' | 'regexp' = 'pcre') => {
    const { problems } = readSource({ [type]: rule, file: 'map', trusted: directRegex() });
    return problems.map(({ code, construct, source }) => `${code} ${construct} ${source?.file}:${source?.line}`);
  };

  test.each([
    ['/(a)\\1/ R'],
    ['/(?<n>a)\\k<n>\\k{n}\\g{n}(?P=n)\\g{-1}/ R $1'],
    ['/a(?=b)c(?!d)(?<=e)(?<!fg|h)i/ R'],
    ['/a(?>b|bc)d*+e/ R'],
    ['/(a\\R)x\\1/ R'],
    ['/(.)\\1{9,}/ R $1'],
    ['/(\\w+)(?:\\s+\\1)+/ R $1'],
  ])('%s', (rule) => {
    expect(take(rule)).toEqual([]);
  });

  test.each([
    ['/(?R)/ R', 'unsupported-pattern (?R map:1'],
    ['/(a)(?1)/ R', 'unsupported-pattern (?1) map:1'],
    ['/(?(?=a)b|c)/ R', 'unsupported-pattern (?( map:1'],
    ['/a(?C1)b/ R', 'unsupported-pattern (?C map:1'],
    ['/(*COMMIT)a/ R', 'unsupported-pattern (* map:1'],
    ['/\\pL/ R', 'unsupported-pattern \\p map:1'],
    ['/(a)\\g<1>/ R', 'unsupported-pattern \\g map:1'],
    // A reference to what took no part matches in JavaScript alone.
    ['/(a)?\\1/ R', 'unsupported-pattern \\1 map:1'],
    ['/(?:(a)|b)\\1/ R', 'unsupported-pattern \\1 map:1'],
    ['/\\1(a)/ R', 'unsupported-pattern \\1 map:1'],
    ['/(a\\1)/ R', 'unsupported-pattern \\1 map:1'],
    // What a repetition leaves in its groups.
    ['/(?:(a)|b)+x(?=y)z/ R $1', 'unsupported-pattern (?:(a)|b)+x(?=y)z map:1'],
    ['/(a*)*b(?=c)d/ R $1', 'unsupported-pattern (a*)*b(?=c)d map:1'],
    ['/(?-i:A)(b)\\1/ R', 'unsupported-pattern (?-i:A)(b)\\1 map:1'],
    ['/(?<=a+)b/ R', 'malformed-pattern (?<= map:1'],
    ['/(?<=(?:a|bc))d/ R', 'malformed-pattern (?<= map:1'],
    ['/(a)(?=b/ R', 'malformed-pattern ( map:1'],
    ['/(a)\\1 $2/ R $2', 'bad-substitution R $2 map:1'],
  ])('%s is not', (rule, problem) => {
    expect(codes(rule)).toEqual([problem]);
  });

  test('regexp: back-references, and no groups in the result', () => {
    expect(codes('/(a|b)x\\1/ R', 'regexp')).toEqual([]);
    expect(codes('/(a|b)x\\1/ R $1', 'regexp')).toEqual(['unsupported-pattern (a|b)x\\1 map:1']);
  });

  test('without trust nothing of it, and no word of it for tables that need none', () => {
    expect(problemsOf(() => pcreTable('/(a)\\1/ R', { file: 'map' }))).toEqual([
      {
        code: 'unsupported-pattern',
        message: 'in /(a)\\1/: a back-reference needs a backtracking engine',
        construct: '\\1',
        source: { file: 'map', line: 1 },
      },
    ]);
    expect(pcreTable('/a/ R', { trusted: directRegex() }).trusted).toBeUndefined();
    // Look-around inside of a look-ahead that could be taken.
    expect(problemsOf(() => pcreTable('/^(?=a(?!b)c)d/ R')).map(({ construct }) => construct)).toEqual(['(?!']);
  });
});

describe('a table with some of both', () => {
  test('has the answers that it would have if all could run here', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(tableText, fc.func(fc.boolean()), pieces, async (text, which, texts) => {
        const octets = encodeLatin1(text);
        const plain = readSource({ pcre: octets });
        const hard = readSource({ pcre: encodeLatin1(harder(text, which)), trusted: directRegex() });
        fc.pre(plain.problems.length === 0 && hard.problems.length === 0);
        compared += texts.length;
        const expected = texts.map((one) => plain.table.match(one)?.value ?? null);
        expect(await values(hard.table, texts)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test('an engine is asked for what matters alone, in one question, and named by rule', async () => {
    const trusted = directRegex();
    const table = pcreTable(
      ['/^never (x)\\1/ R1', 'if /sale/', '/(\\w+) \\1 free/ R2 $1', 'endif', '/cheap/ R3', '/(y)\\1/ R4'].join('\n'),
      { file: 'map', trusted },
    );
    expect(await values(table, ['cheap', 'never xx', 'sale now now free', 'yy cheap', 'no'])).toEqual([
      'R3',
      'R1',
      'R2 now',
      'R3',
      null,
    ]);
    expect(trusted.asked.map(({ patterns, texts }) => [patterns.map(({ rule }) => rule), texts.items])).toEqual([
      [
        ['pcre:map:1', 'pcre:map:3'],
        [
          { text: 'never xx', patterns: [0] },
          { text: 'sale now now free', patterns: [1] },
        ],
      ],
    ]);
    expect(table.rules.map((rule) => rule.trusted)).toEqual([true, true, undefined, true]);
  });

  test('questions are bounded', async () => {
    const trusted = directRegex();
    const table = pcreTable('/(.)\\1\\1/ R', { trusted });
    const many = Array.from({ length: 25_000 }, (_, at) => `${at}`);
    await values(table, [...many, 'x'.repeat(900_000), 'y'.repeat(900_000)]);
    expect(trusted.asked.map(({ texts }) => texts.items.length)).toEqual([...Array(25).fill(1000), 1, 1]);
    expect(Math.max(...trusted.asked.slice(0, 25).map(({ texts }) => texts.size))).toBeLessThan(5001);
  });
});

describe('a look-up', () => {
  test('asks by itself, and says so', async () => {
    const table = pcreTable('/^(\\w+)@\\1\\.example$/ REJECT $1 \xe9', { file: 'map', trusted: directRegex() });
    expect(await table.lookup('Spam@spam.example')).toEqual({
      kind: 'found',
      value: { value: 'REJECT Spam \xe9', source: { file: 'map', line: 1 }, trusted: true },
    });
    expect(await table.lookup('spam@ham.example')).toEqual({ kind: 'not-found' });
    expect(() => table.match('spam@spam.example')).toThrow('answers');
  });

  test('never says "not found" for "could not tell"', async () => {
    const down: BacktrackingRegex = { search: () => Promise.resolve(cannotTell('down')) };
    const table = pcreTable('/(a)\\1/ R\n/b/ S', { trusted: down });
    expect(await table.lookup('aab')).toEqual(cannotTell('down'));
  });

  test('by name: those tables that are listed', async () => {
    const files = { read: (file: string) => ({ kind: 'read', file, bytes: encodeUtf8('/(a)\\1/ R') }) as const };
    const trusted = { tables: ['pcre:/maps/a'], engine: directRegex() };
    const table = openTable('unionmap:{pcre:/maps/a, static:x}', { files, trusted });
    expect(await table.lookup('aa')).toMatchObject({ kind: 'found', value: { value: 'R,x' } });
    expect(problemsOf(() => openTable('pcre:/maps/b', { files, trusted })).map(({ code }) => code)).toEqual([
      'unsupported-pattern',
    ]);
  });
});
