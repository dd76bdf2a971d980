/**
 * The content checks beside a real Postfix: generated tables of all four kinds, messages with nested MIME; what is answered and what
 * is delivered where, byte for byte. POSTERN_SEED repeats a run.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noCounts } from './compare.js';
import { type Around, differential, startAround } from './differential.js';
import { contentSession, contentSettings, contentTables } from './generate/content.js';
import { randomFrom } from './generate/random.js';
import { known } from './known.js';
import { seed } from './seed.js';
import { addTotal, addTotals } from './totals.js';

const configurations = Number(process.env.POSTERN_CONFIGURATIONS ?? 24);
/** In each session; four sessions for each configuration. */
const MESSAGES = 6;
const counts = noCounts();
let around: Around;

beforeAll(async () => {
  around = await startAround();
});
afterAll(async () => {
  await around?.[Symbol.asyncDispose]();
  addTotals(counts);
});

test('messages through the content checks', { timeout: 600_000 }, async () => {
  const found = await differential(
    {
      seed,
      configurations,
      sessions: 4,
      session: (own, name) => contentSession(randomFrom(own), name, MESSAGES),
      features: [...contentTables, ...contentSettings],
      known,
      atOnce: 3,
    },
    around,
    counts,
  );
  for (const { report, times } of found) process.stdout.write(`\n${report}\n(${times} times)\n`);
  expect(found.map(({ signature, times }) => `${times} times: ${signature}`)).toEqual([]);
  expect(counts.configurations).toBe(configurations);
  expect(counts.messages).toBeGreaterThanOrEqual(configurations * 20);
  addTotal('messages through the content checks', counts.messages);
});
