/**
 * Postern beside a real Postfix: generated configuration folders, the same SMTP sessions to both; replies and what was delivered
 * where are the same, but for the differences of KNOWN.md. POSTERN_SEED repeats a run, POSTERN_CONFIGURATIONS and POSTERN_SESSIONS
 * say how much.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noCounts } from './compare.js';
import { type Around, differential, type Plan, startAround } from './differential.js';
import { allFeatures } from './generate/configuration.js';
import { randomFrom } from './generate/random.js';
import { session } from './generate/sessions.js';
import { known } from './known.js';
import { seed } from './seed.js';
import { addTotals } from './totals.js';

const configurations = Number(process.env.POSTERN_CONFIGURATIONS ?? 100);
const sessions = Number(process.env.POSTERN_SESSIONS ?? 6);
const counts = noCounts();
let around: Around;

beforeAll(async () => {
  around = await startAround();
});
afterAll(async () => {
  await around?.[Symbol.asyncDispose]();
  addTotals(counts);
});

const any: Plan['session'] = (own, name, has) => session(randomFrom(own), name, has);

test('generated configurations and sessions', { timeout: 600_000 }, async () => {
  const plan = { seed, configurations, sessions, features: allFeatures, session: any, known, atOnce: 3 };
  const found = await differential(plan, around, counts);
  for (const { report, times } of found) process.stdout.write(`\n${report}\n(${times} times)\n`);
  expect(found.map(({ signature, times }) => `${times} times: ${signature}`)).toEqual([]);
  expect(counts.configurations).toBe(configurations);
  expect(counts.sessions).toBe(configurations * sessions);
});
