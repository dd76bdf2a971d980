/** The fixed configurations and sessions of fixed.cases.ts, beside a real Postfix. POSTERN_CASE chooses those whose name has it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noCounts } from './compare.js';
import { type Around, startAround } from './differential.js';
import { dialoguesOf, failingCases, filesOf, fixedCases } from './fixed.cases.js';
import { known } from './known.js';
import { playBoth } from './play-both.js';
import { addTotals } from './totals.js';

const counts = noCounts();
let around: Around;

beforeAll(async () => {
  around = await startAround();
});
afterAll(async () => {
  await around?.[Symbol.asyncDispose]();
  addTotals(counts);
});

const wanted = process.env.POSTERN_CASE ?? '';
const cases = [...fixedCases, ...failingCases].filter(({ name }) => name.includes(wanted));

test.each(cases)('$name', async (one) => {
  const { surroundings, play } = around;
  const setup = { name: one.name, files: filesOf(one, surroundings), dialogues: dialoguesOf(one) };
  const failures = await playBoth(setup, { ...play, known, counts });
  expect(failures.map(({ report }) => report).join('\n\n')).toBe('');
});
