/**
 * What `postmap -q` of Postfix 3.7.11 answered for tables of one rule, recorded: a line each in postfix-answers.jsonl,
 * `[type, rule, { text: answer or null }]`, octets as Latin-1. The patterns are random ones that both take.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSource } from '../../../src/tables/regex/rule-table.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { engines } from './support.js';

type Recorded = readonly [type: 'pcre' | 'regexp', rule: string, answers: Readonly<Record<string, string | null>>];

const recorded = readFileSync(new URL('postfix-answers.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

describe.each(engines)('the answers of Postfix: $name', (engine) => {
  test.for(recorded)('%s %s', ([type, rule, answers]) => {
    const { table, problems } = readSource({ [type]: encodeLatin1(rule), engine });
    expect(problems).toEqual([]);
    const ours = Object.keys(answers).map((text) => [text, table.match(text)?.value ?? null]);
    expect(Object.fromEntries(ours)).toEqual(answers);
  });
});
