/** A stage whose result does not rest on the answer that a port failed to give says so, and only then is nothing enforced. */
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage } from '../../src/core/stage.js';
import { runStage } from '../../src/testing/run-stage.js';
import { type Answer, cannotTell, found } from '../../src/values/answer.js';
import { runPolicy, said } from '../stages/facts.js';

const port = { ask: (name: string): Answer<string> => (name === 'down' ? cannotTell('time-out') : found(name)) };

function stage(names: readonly string[], overlookAfter: number) {
  return defineStage({
    name: 'asks',
    at: 'mail',
    asks: { directory: { port, cannotTell: 'defer', mayOverlook: 'another answer does' } },
    run: (_tx, ctx) => {
      for (const [i, name] of names.entries()) {
        ctx.ask('directory', 'ask', name);
        if (i + 1 === overlookAfter) ctx.overlook('directory', 'the other answer will do');
      }
    },
  });
}

const deferred = 'defer cannot-tell 451 4.3.0 Temporary system problem, try again later';

describe('overlook', () => {
  it.each<[string, readonly string[], number, string]>([
    ['never', ['down', 'up'], 0, deferred],
    ['after the failure', ['down', 'up'], 2, 'continue'],
    ['before it', ['up', 'down'], 1, deferred],
    ['between two', ['down', 'down'], 1, deferred],
    ['without a failure', ['up', 'up'], 2, 'continue'],
  ])('%s', async (_, names, after, expected) => {
    const outcome = await runPolicy(definePolicy({ mail: [stage(names, after)] }), {});
    expect(said(outcome)).toBe(expected);
  });

  it('forgets the named port alone', async () => {
    const rule = { port, cannotTell: 'defer', mayOverlook: 'another answer does' } as const;
    const both = defineStage({
      name: 'both',
      at: 'mail',
      asks: { one: rule, two: { ...rule, cannotTell: 'reject' } },
      run: (_tx, ctx) => {
        ctx.ask('one', 'ask', 'down');
        ctx.ask('two', 'ask', 'down');
        ctx.overlook('one', 'the other answer will do');
      },
    });
    expect(said(await runPolicy(definePolicy({ mail: [both] }), {}))).toMatch(/^reject cannot-tell/);
    expect(
      definePolicy({ mail: [both] })
        .failures()
        .map(({ unless }) => unless),
    ).toEqual([rule.mayOverlook, rule.mayOverlook]);
  });

  it('is for those alone who have declared it', async () => {
    const asks = { directory: { port, cannotTell: 'defer' } } as const;
    const sly = defineStage({
      name: 'sly',
      at: 'mail',
      asks,
      run: (_tx, ctx) => {
        ctx.ask('directory', 'ask', 'down');
        // @ts-expect-error: not declared
        ctx.overlook('directory', 'I do not care');
      },
    });
    expect(said(await runPolicy(definePolicy({ mail: [sly] }), {}))).toMatch(/^defer stage-crashed/);
  });

  it('is in the trace', async () => {
    const { notes, unanswered } = await runStage(stage(['down', 'up'], 2));
    expect(notes).toEqual([{ kind: 'remark', text: 'no answer from directory: the other answer will do' }]);
    expect(unanswered).toBeUndefined();
    expect((await runStage(stage(['up', 'up'], 2))).notes).toEqual([]);
  });
});
