/** A part of a stage's time: on the clock of the evaluation, given to ports, over with the stage. */
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage, type MaybePromise, type PortCall } from '../../src/core/stage.js';
import { virtualHost } from '../../src/testing/virtual-host.js';
import { type Answer, found } from '../../src/values/answer.js';
import { runPolicy, said } from '../stages/facts.js';

interface Seen {
  readonly calls: PortCall[];
  readonly answers: unknown[];
}

/** Answers `now` at once, `N` after so many milliseconds, `never` not at all; `no` is refused. */
function setUp(names: readonly string[], ms: number, rule: 'continue' | 'defer' = 'continue') {
  const host = virtualHost(1000);
  const seen: Seen = { calls: [], answers: [] };
  const ask = (name: string, call?: PortCall): MaybePromise<Answer<string>> => {
    if (call !== undefined) seen.calls.push(call);
    if (name === 'now') return found(name);
    if (name === 'no') return Promise.reject(new Error('no'));
    return new Promise((resolve) => {
      if (name !== 'never') host.startTimer(Number(name), () => resolve(found(name)));
    });
  };
  const stage = defineStage({
    name: 'asks',
    at: 'mail',
    asks: { directory: { port: { ask }, cannotTell: rule } },
    run: async (_tx, ctx) => {
      const time = ctx.within(ms);
      for (const name of names) {
        const answer = await time.ask('directory', 'ask', name);
        seen.answers.push(answer.kind === 'cannot-tell' ? answer.why : name, time.over);
      }
    },
  });
  const policy = definePolicy({ mail: [stage] });
  return { host, seen, policy };
}

const facts = { sender: 'a@sender.example' };

async function evaluate(names: readonly string[], ms: number, rule?: 'defer', timeLimit = 30_000) {
  const { host, seen, policy } = setUp(names, ms, rule);
  const outcome = runPolicy(policy, facts, { host, timeLimit });
  await host.advance(Math.min(ms, timeLimit));
  return { host, seen, decided: said(await outcome) };
}

describe('ctx.within', () => {
  it('waits so long and no longer, for all questions together', async () => {
    const { seen, host, decided } = await evaluate(['now', '300', '300', 'never', 'now'], 500);
    const late = 'not done within 0.5 s';
    expect(seen.answers).toEqual(['now', false, '300', false, late, true, late, true, late, true]);
    expect([decided, host.pending]).toEqual(['continue', 1]);
  });

  it('gives ports its deadline and its signal', async () => {
    const { seen } = await evaluate(['now', 'never'], 500);
    expect(seen.calls.map(({ deadline, signal }) => [deadline, signal.aborted])).toEqual([
      [1500, true],
      [1500, true],
    ]);
  });

  it('has what was declared for silence done', async () => {
    expect((await evaluate(['never'], 500, 'defer')).decided).toMatch(/^defer cannot-tell 451 4\.3\.0 /);
    expect((await evaluate(['now', '400'], 500, 'defer')).decided).toBe('continue');
  });

  it('ends a little before the evaluation, so that the stage hears of it', async () => {
    const { seen, host, decided } = await evaluate(['never'], 500, undefined, 200);
    expect(decided).toBe('continue');
    const answers = ["not done in the list's time", true];
    expect([seen.answers, host.pending, seen.calls[0]?.signal.aborted]).toEqual([answers, 0, true]);
    expect((await evaluate(['never'], 500, 'defer', 200)).decided).toMatch(/^defer cannot-tell /);
  });

  it('leaves refusals to the stage, and no timer behind', async () => {
    const { host, decided } = await evaluate(['now', 'no'], 500);
    expect(decided).toMatch(/^defer stage-crashed /);
    expect(host.pending).toBe(0);
  });
});
