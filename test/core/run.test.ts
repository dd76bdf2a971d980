/** The runner: order, stopping, crashes, time limits, "could not tell", notes. */
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  type AnyStage,
  accept,
  type CannotTellRule,
  cannotTell,
  definePolicy,
  defineStage,
  type FindingKey,
  finding,
  found,
  type Outcome,
  type Policy,
  parallel,
  reject,
  reply,
  sequence,
  type TraceLine,
  tolerate,
  when,
} from '../../src/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';

const input = {
  session: sessionOf(),
  helo: 'client.example',
  sender: senderOf('a@client.example'),
  recipients: [mailboxOf('s001@school.example')],
  message: messageOf('Subject: hello\r\n\r\nbody\r\n'),
};
const no = reject('content', reply(550, '5.7.1', 'No'));
const seen = (log: string[], name: string, at: 'mail' | 'message' = 'message'): AnyStage =>
  defineStage({ name, at, run: () => void log.push(name) });
const refuse = defineStage({ name: 'refuse', at: 'message', run: () => no });
const crash = defineStage({
  name: 'crash',
  at: 'message',
  run: () => {
    throw new Error('secret detail');
  },
});
const lines = (outcome: Outcome, phase = 'message'): readonly TraceLine[] =>
  outcome.trace.phases.find((one) => one.phase === phase)?.lines ?? [];
const evaluate = (policy: Policy, more: object = {}): Promise<Outcome> =>
  policy.evaluate(input, { detail: true, ...more });

describe('order and stopping', () => {
  test('stages run in order and a final decision stops the list and later phases', async () => {
    const log: string[] = [];
    const policy = definePolicy({
      mail: [seen(log, 'one', 'mail')],
      message: [seen(log, 'two'), refuse, seen(log, 'three')],
      deliver: [seen(log, 'four')],
    });
    const outcome = await evaluate(policy);
    expect(log).toEqual(['one', 'two']);
    expect(outcome.decision).toMatchObject({ kind: 'reject', reason: 'content' });
    expect(outcome.complete).toBe(false);
    expect(outcome.recipients[0]?.decision.kind).toBe('reject');
  });

  test('accept ends its list alone', async () => {
    const log: string[] = [];
    const permit = defineStage({ name: 'permit', at: 'mail', accepts: true, run: () => accept() });
    const policy = definePolicy({ mail: [permit, seen(log, 'behind', 'mail')], message: [seen(log, 'later')] });
    const outcome = await evaluate(policy);
    expect(log).toEqual(['later']);
    expect(outcome.decision.kind).toBe('continue');
    expect(outcome.complete).toBe(false);
  });

  test('an accept by the last stage leaves nothing out', async () => {
    const permit = defineStage({ name: 'permit', at: 'mail', accepts: true, run: () => accept() });
    expect((await evaluate(definePolicy({ mail: [permit] }))).complete).toBe(true);
  });

  test('synchronous and asynchronous stages give the same outcome', async () => {
    const key: FindingKey<'n', number> = finding('n');
    const sync = defineStage({ name: 'n', at: 'message', gives: [key], run: () => ({ findings: key.of(1) }) });
    const late = defineStage({ name: 'n', at: 'message', gives: [key], run: async () => ({ findings: key.of(1) }) });
    const thenable = defineStage({
      name: 'n',
      at: 'message',
      gives: [key],
      // biome-ignore lint/suspicious/noThenProperty: a promise of another library is the case under test
      run: () => ({ then: (done: (value: unknown) => void) => done({ findings: key.of(1) }) }) as never,
    });
    const plain = (outcome: Outcome): unknown =>
      JSON.parse(JSON.stringify({ ...outcome, trace: 0 }, (name, value) => (name === 'ms' ? 0 : value)));
    const [one, two, three] = await Promise.all(
      [sync, late, thenable].map((n) => evaluate(definePolicy({ message: [n, refuse] }))),
    );
    expect(plain(two as Outcome)).toEqual(plain(one as Outcome));
    expect(plain(three as Outcome)).toEqual(plain(one as Outcome));
  });
});

describe('crashes', () => {
  test('become 451 4.3.0 with a fixed text; the error is for the log alone', async () => {
    const log: string[] = [];
    const outcome = await evaluate(definePolicy({ message: [crash, seen(log, 'behind')] }));
    expect(log).toEqual([]);
    expect(outcome.decision).toMatchObject({
      kind: 'defer',
      reason: 'stage-crashed',
      reply: { code: 451, enhanced: '4.3.0' },
    });
    const decision = outcome.decision as Extract<typeof outcome.decision, { kind: 'defer' }>;
    expect(JSON.stringify(decision.reply)).not.toContain('secret');
    expect(decision.detail).toContain('secret detail');
    expect(lines(outcome)[0]).toMatchObject({ stage: 'crash', ended: 'crashed' });
    expect(lines(outcome)[0]?.error).toContain('secret detail');
  });

  test('a rejected promise is a crash too', async () => {
    const rejects = defineStage({ name: 'rejects', at: 'message', run: () => Promise.reject(new Error('x')) });
    expect((await evaluate(definePolicy({ message: [rejects] }))).decision).toMatchObject({ reason: 'stage-crashed' });
  });

  test('a predicate that throws is a crash', async () => {
    const broken = when(() => {
      throw new Error('x');
    }, refuse);
    expect((await evaluate(definePolicy({ message: [broken] }))).decision).toMatchObject({ reason: 'stage-crashed' });
  });

  test('tolerate lets the mail go on, notes it, and the outcome is not complete', async () => {
    const log: string[] = [];
    const group = sequence('group', crash, seen(log, 'inside'));
    const outcome = await evaluate(definePolicy({ message: [tolerate(group, 'advice only'), seen(log, 'behind')] }));
    expect(log).toEqual(['behind']);
    expect(outcome.decision.kind).toBe('continue');
    expect(outcome.complete).toBe(false);
    expect(lines(outcome)[0]?.notes).toEqual([{ kind: 'remark', text: 'tolerated: advice only' }]);
  });
});

describe('time limits', () => {
  const never = defineStage({ name: 'never', at: 'message', run: () => new Promise<undefined>(() => {}) });

  test('a stage that never answers is deferred with reason timeout, and its signal fires', async () => {
    let aborted = false;
    const waits = defineStage({
      name: 'waits',
      at: 'message',
      run: (_tx, ctx) => {
        ctx.signal.addEventListener('abort', () => {
          aborted = true;
        });
        return new Promise<undefined>(() => {});
      },
    });
    const outcome = await evaluate(definePolicy({ message: [waits] }), { timeLimit: 20 });
    expect(outcome.decision).toMatchObject({ kind: 'defer', reason: 'timeout', reply: { code: 451 } });
    expect(lines(outcome)[0]?.ended).toBe('timed-out');
    expect(aborted).toBe(true);
  });

  test('a late result is dropped, and noted', async () => {
    let answer: (value: undefined) => void = () => {};
    const late = defineStage({
      name: 'late',
      at: 'message',
      run: () =>
        new Promise<undefined>((resolve) => {
          answer = resolve;
        }),
    });
    const outcome = await evaluate(definePolicy({ message: [late] }), { timeLimit: 20 });
    answer(undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(outcome.decision).toMatchObject({ reason: 'timeout' });
    expect(lines(outcome)[0]?.notes).toEqual([{ kind: 'remark', text: 'the result came too late and was dropped' }]);
  });

  test('synchronous stages that eat the time are stopped at the next stage', async () => {
    let clock = 0;
    const host = { monotonic: () => clock, startTimer: () => () => {} };
    const slow = defineStage({
      name: 'slow',
      at: 'message',
      run: () => {
        clock += 100;
        return undefined;
      },
    });
    const outcome = await evaluate(definePolicy({ message: [slow, refuse] }), { timeLimit: 50, host });
    expect(outcome.decision).toMatchObject({ reason: 'timeout' });
  });

  test('an aborted evaluation defers with reason shutdown', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    const outcome = await evaluate(definePolicy({ message: [never] }), { signal: controller.signal });
    expect(outcome.decision).toMatchObject({ kind: 'defer', reason: 'shutdown' });
  });

  test('tolerate does not take up a time-out: the limit is the list’s', async () => {
    const log: string[] = [];
    const policy = definePolicy({ message: [tolerate(never, 'advice'), seen(log, 'behind')] });
    const outcome = await evaluate(policy, { timeLimit: 20 });
    expect(outcome.decision).toMatchObject({ reason: 'timeout' });
    expect(log).toEqual([]);
  });
});

describe('could not tell', () => {
  const port = { look: (_key: string): Answer<string> => cannotTell('the directory is down') };
  const asking = (rule: CannotTellRule, decision?: 'accept'): AnyStage =>
    defineStage({
      name: 'asking',
      at: 'message',
      accepts: true,
      decides: ['hold', 'quarantine'],
      asks: { directory: { port, cannotTell: rule } },
      run: (_tx, ctx) => {
        ctx.ask('directory', 'look', 'key');
        return decision === 'accept' ? accept() : undefined;
      },
    });

  test.each(['defer', 'reject', 'hold', 'quarantine'] as const)(
    'is enforced as %s, for continue and for accept',
    async (rule) => {
      for (const decision of [undefined, 'accept'] as const) {
        const outcome = await evaluate(definePolicy({ message: [asking(rule, decision)] }));
        expect(outcome.decision).toMatchObject({ kind: rule, reason: 'cannot-tell' });
        expect(lines(outcome)[0]?.enforced).toBe('directory');
        expect(JSON.stringify(outcome.decision)).toContain('the directory is down');
      }
    },
  );

  test('continue must be written, and then the mail goes on', async () => {
    const outcome = await evaluate(definePolicy({ message: [asking('continue')] }));
    expect(outcome.decision.kind).toBe('continue');
    expect(lines(outcome)[0]?.enforced).toBeUndefined();
  });

  test('a stage that refuses keeps its own decision', async () => {
    const refusing = defineStage({
      name: 'refusing',
      at: 'message',
      asks: { directory: { port, cannotTell: 'defer' } },
      run: (_tx, ctx) => {
        ctx.ask('directory', 'look', 'key');
        return no;
      },
    });
    expect((await evaluate(definePolicy({ message: [refusing] }))).decision.kind).toBe('reject');
  });

  test('the finding is given all the same', async () => {
    const key: FindingKey<'state', string> = finding('state');
    const gives = defineStage({
      name: 'gives',
      at: 'message',
      gives: [key],
      asks: { directory: { port, cannotTell: 'continue' } },
      run: (_tx, ctx) => ({ findings: key.of(ctx.ask('directory', 'look', 'key').kind) }),
    });
    expect(key.in((await evaluate(definePolicy({ message: [gives] }))).findings)).toBe('cannot-tell');
  });

  test('a port that rejects is a crash of the stage', async () => {
    const bad = { look: (): Promise<Answer<string>> => Promise.reject(new Error('bug')) };
    const stage = defineStage({
      name: 'stage',
      at: 'message',
      asks: { bad: { port: bad, cannotTell: 'continue' } },
      run: async (_tx, ctx) => void (await ctx.ask('bad', 'look')),
    });
    expect((await evaluate(definePolicy({ message: [stage] }))).decision).toMatchObject({ reason: 'stage-crashed' });
  });
});

describe('asking', () => {
  test('questions and answers are in the trace; bytes and messages are not', async () => {
    const port = { scan: (_bytes: Uint8Array, _name: string): Answer<string> => found('clean') };
    const stage = defineStage({
      name: 'scan',
      at: 'message',
      asks: { scanner: { port, cannotTell: 'defer' } },
      run: (_tx, ctx) => void ctx.ask('scanner', 'scan', new Uint8Array(7), 'x'),
    });
    const outcome = await evaluate(definePolicy({ message: [stage] }));
    expect(lines(outcome)[0]?.asked).toMatchObject([
      {
        port: 'scanner',
        method: 'scan',
        args: [{ kind: 'bytes', size: 7 }, 'x'],
        answer: { kind: 'found', value: 'clean' },
      },
    ]);
  });

  test('the pipeline gives the port the deadline and the signal', async () => {
    let call: unknown;
    const port = {
      look: (_key: string, given?: { readonly signal: AbortSignal; readonly deadline: number }): Answer<string> => {
        call = [given?.deadline, given?.signal.aborted];
        return found('x');
      },
    };
    const stage = defineStage({
      name: 'stage',
      at: 'message',
      asks: { port: { port, cannotTell: 'defer' } },
      run: (_tx, ctx) => void ctx.ask('port', 'look', 'key'),
    });
    await evaluate(definePolicy({ message: [stage] }));
    expect(call).toEqual([expect.any(Number), false]);
  });

  test('interpose stands between stages and ports', async () => {
    const questions: string[] = [];
    const port = { look: (_key: string): Answer<string> => found('live') };
    const key: FindingKey<'got', string> = finding('got');
    const stage = defineStage({
      name: 'stage',
      at: 'message',
      gives: [key],
      asks: { port: { port, cannotTell: 'defer' } },
      run: (_tx, ctx) => {
        const answer = ctx.ask('port', 'look', 'key');
        return { findings: key.of(answer.kind === 'found' ? answer.value : 'none') };
      },
    });
    const interpose = (question: { port: string; method: string; args: readonly unknown[] }): unknown => {
      questions.push(`${question.port}.${question.method}(${question.args.join()})`);
      return found('taped');
    };
    const outcome = await evaluate(definePolicy({ message: [stage] }), { interpose });
    expect(questions).toEqual(['port.look(key)']);
    expect(key.in(outcome.findings)).toBe('taped');
  });

  test('every stage of an evaluation sees one instant', async () => {
    const now = new Date('2026-11-22T10:00:00Z');
    const times: Date[] = [];
    const clock = defineStage({ name: 'clock', at: 'message', run: (_tx, ctx) => void times.push(ctx.now) });
    await evaluate(definePolicy({ message: [clock, clock] }), { now });
    expect(times).toEqual([now, now]);
  });
});

describe('parallel', () => {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const key = (name: string): FindingKey<string, number> => finding(name);
  const timed = (name: string, ms: number, decision?: typeof no): AnyStage =>
    defineStage({
      name,
      at: 'message',
      gives: [key(name)],
      run: async () => {
        await wait(ms);
        return decision === undefined ? { findings: key(name).of(ms) } : { findings: key(name).of(ms), decision };
      },
    });
  const both = parallel as unknown as (...stages: AnyStage[]) => AnyStage;

  test('members run at once, and findings of all are there', async () => {
    const events: string[] = [];
    const member = (name: string): AnyStage =>
      defineStage({
        name,
        at: 'message',
        gives: [key(name)],
        run: async () => {
          events.push(`${name} starts`);
          await wait(1);
          events.push(`${name} ends`);
          return { findings: key(name).of(1) };
        },
      });
    const outcome = await evaluate(definePolicy({ message: [both(member('a'), member('b'))] as AnyStage[] }));
    expect(outcome.findings).toMatchObject({ a: 1, b: 1 });
    expect(events.slice(0, 2)).toEqual(['a starts', 'b starts']);
  });

  test('once a member is final, those behind it are aborted, and only those', async () => {
    const aborted: string[] = [];
    const listens = (name: string, ends: boolean): AnyStage =>
      defineStage({
        name,
        at: 'message',
        run: (_tx, ctx) =>
          new Promise<undefined>((resolve) => {
            ctx.signal.addEventListener('abort', () => aborted.push(name));
            if (ends) setTimeout(() => resolve(undefined), 20);
          }),
      });
    const late = timed('late', 5, no);
    const before = evaluate(
      definePolicy({ message: [both(listens('before', true), late, listens('behind', false))] as AnyStage[] }),
    );
    await new Promise((resolve) => setTimeout(resolve, 12));
    expect(aborted).toEqual([]); // The member before the final one has not ended yet: nothing is decided.
    expect((await before).decision).toMatchObject({ kind: 'reject' });
    expect(aborted[0]).toBe('behind');
  });

  test('decisions count in list order, whatever comes first', async () => {
    const first = timed('slow', 30, reject('virus', reply(550, '5.7.1', 'slow')));
    const second = timed('fast', 1, reject('spam', reply(550, '5.7.1', 'fast')));
    const outcome = await evaluate(definePolicy({ message: [both(first, second)] as AnyStage[] }));
    expect(outcome.decision).toMatchObject({ reason: 'virus' });
    expect(lines(outcome)[0]?.lines.map((line) => line.stage)).toEqual(['slow']);
  });
});
