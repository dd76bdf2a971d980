/** Ports are told to give up a little before the evaluation does, so that what was declared for "could not tell" is done. */
import { expect, test } from 'vitest';
import type { CannotTellRule } from '../../src/core/decision.js';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage, type PortCall } from '../../src/core/stage.js';
import { virtualHost } from '../../src/testing/virtual-host.js';
import { type Answer, cannotTell } from '../../src/values/answer.js';
import { runPolicy, said } from '../stages/facts.js';

/** Silent; gives up when it is told to. */
function evaluated(rule: CannotTellRule, timeLimit: number) {
  const host = virtualHost(1000);
  const deadlines: number[] = [];
  const scan = (_name: string, call?: PortCall): Promise<Answer<string>> =>
    new Promise((resolve) => {
      const deadline = call?.deadline ?? Number.NaN;
      deadlines.push(deadline);
      host.startTimer(deadline - host.monotonic(), () => resolve(cannotTell('silent')));
    });
  const waits = defineStage({
    name: 'waits',
    at: 'mail',
    run: () => new Promise<void>((resolve) => host.startTimer(5, () => resolve())),
  });
  const asks = defineStage({
    name: 'asks',
    at: 'mail',
    asks: { scanner: { port: { scan }, cannotTell: rule } },
    run: async (_tx, ctx) => {
      await ctx.ask('scanner', 'scan', 'x');
    },
  });
  const policy = definePolicy({ mail: [waits, asks] });
  const outcome = runPolicy(policy, { sender: 'a@sender.example' }, { host, timeLimit });
  const advance = async (): Promise<void> => {
    for (const ms of [5, timeLimit - 5]) {
      await host.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { advance, outcome, deadlines };
}

test.each([
  ['hold', 300, 1285, 'hold cannot-tell'],
  ['continue', 300, 1285, 'continue'],
  ['defer', 30_000, 30_750, 'defer cannot-tell 451 4.3.0'],
] as const)('%s, with %i ms in all: the deadline is %i', async (rule, timeLimit, deadline, expected) => {
  const { advance, outcome, deadlines } = evaluated(rule, timeLimit);
  await advance();
  expect(said(await outcome).startsWith(expected)).toBe(true);
  expect(deadlines).toEqual([deadline]);
});
