/**
 * `ldap:` tables against Postfix's own, over one slapd: cases by hand, and tables from a seed (POSTERN_SEED repeats a run,
 * POSTERN_LDAP_TABLES says how many). Equal answers, errors included; what is meant to differ is in KNOWN.md, "LDAP tables".
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFrom, seedFor } from './generate/random.js';
import { cases } from './postmap-ldap/cases.js';
import { generateLdapTable } from './postmap-ldap/generate.js';
import { type Both, oracleMissing, startBoth } from './postmap-ldap/oracle.js';
import { seed } from './seed.js';
import { addTotal } from './totals.js';

const TABLES = Number(process.env.POSTERN_LDAP_TABLES ?? 70);
let both: Both;

beforeAll(async () => {
  const missing = oracleMissing();
  if (missing !== undefined) throw new Error(missing);
  both = await startBoth();
});
afterAll(async () => {
  await both?.stop();
});

describe('by hand', () => {
  test.concurrent.each(cases)('$name', async ({ lines, keys, ours: expected }) => {
    const [theirs, ours] = [await both.theirs(lines, keys), await both.ours(lines, keys)];
    addTotal('look-ups of LDAP tables', keys.length);
    const shown = (said: typeof theirs): readonly string[] =>
      said.map(({ answer, why }, at) => `${keys[at]?.slice(0, 80)}: ${answer} (${why})`);
    const answers = ours.map(({ answer }) => answer);
    const context = [...shown(theirs), ...shown(ours)].join('\n');
    if (expected === undefined) expect(answers, context).toEqual(theirs.map(({ answer }) => answer));
    else {
      expect(answers, context).toEqual(expected);
      // A difference that is none any more is no known one.
      expect(
        theirs.map(({ answer }) => answer),
        context,
      ).not.toEqual(expected);
      addTotal('times the known difference of LDAP tables', keys.length);
    }
  });
});

const inOrder = (answer: string): string =>
  answer
    .replace(/^found /, '')
    .split(',')
    .sort()
    .join();

describe('from a seed', () => {
  const random = randomFrom(seedFor(seed, 'ldap'));
  const tables = Array.from({ length: TABLES }, () => generateLdapTable(random));
  const counts = { asked: 0, found: 0, error: 0, carriedOver: 0 };

  test.concurrent.each(tables.map((table, at) => [at, table] as const))(
    'table %i',
    async (_at, { lines, keys, byEntry }) => {
      const [theirs, ours] = [await both.theirs(lines, keys), await both.ours(lines, keys)];
      for (const [index, key] of keys.entries()) {
        const [their, our] = [theirs[index], ours[index]];
        counts.asked++;
        if (our?.answer.startsWith('found') === true) counts.found++;
        if (our?.answer === 'error') counts.error++;
        if (our?.answer === their?.answer) continue;
        // A directory gives entries in any order.
        if (our?.several === true && inOrder(our.answer) === inOrder(their?.answer ?? '')) continue;
        if (byEntry && our?.several === true) counts.carriedOver++;
        else expect(our?.answer, `${lines}\nkey ${key}\n${their?.why}\n${our?.why}`).toBe(their?.answer);
      }
    },
  );

  afterAll(() => {
    addTotal('look-ups of LDAP tables', counts.asked);
    addTotal('times the known difference carried-over of LDAP tables', counts.carriedOver);
    expect(counts.asked).toBeGreaterThanOrEqual(TABLES * 7);
    expect(counts.found).toBeGreaterThan(counts.asked / 10);
    expect(counts.error).toBeGreaterThan(0);
    expect(counts.carriedOver).toBeLessThan(counts.asked / 10);
  });
});
