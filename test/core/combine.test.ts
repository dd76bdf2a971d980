/** Combinators at run time: what runs, what is given, how the trace nests, and a combinator called by itself. */
import { describe, expect, test } from 'vitest';
import {
  type AnyStage,
  definePolicy,
  defineStage,
  eachRecipient,
  type FindingKey,
  finding,
  type Outcome,
  parallel,
  reject,
  reply,
  sequence,
  type TraceLine,
  tolerate,
  when,
} from '../../src/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { recipientOf } from '../../src/testing/run-stage.js';

const input = {
  session: sessionOf(),
  sender: senderOf('a@client.example'),
  recipients: [mailboxOf('s001@school.example'), mailboxOf('s002@school.example')],
  message: messageOf('Subject: x\r\n\r\nbody\r\n'),
};
const result: FindingKey<'result', 'pass' | 'fail'> = finding('result');
const number: FindingKey<'number', number> = finding('number');
const no = reject('content', reply(550, '5.7.1', 'No'));
const fails = defineStage({ name: 'fails', at: 'mail', gives: [result], run: () => ({ findings: result.of('fail') }) });
const refuse = defineStage({ name: 'refuse', at: 'message', run: () => no });
const one = defineStage({ name: 'one', at: 'message', gives: [number], run: () => ({ findings: number.of(1) }) });
const kinds = (outcome: Outcome): readonly string[] => outcome.recipients.map(({ decision }) => decision.kind);
const shape = (lines: readonly TraceLine[]): unknown =>
  lines.map((line) => (line.lines.length === 0 ? line.stage : { [`${line.form} ${line.stage}`]: shape(line.lines) }));
const linesAt = (outcome: Outcome, phase: string): readonly TraceLine[] =>
  outcome.trace.phases.find((each) => each.phase === phase)?.lines ?? [];

describe('when', () => {
  test.each([
    [true, 'reject'],
    [false, 'continue'],
  ])('a constant %s', async (flag, kind) => {
    const outcome = await definePolicy({ message: [when(flag, refuse)] }).evaluate(input);
    expect(outcome.decision.kind).toBe(kind);
    expect(linesAt(outcome, 'message')[0]?.ended).toBe(flag ? 'ran' : 'skipped');
  });

  test('a predicate on what its stage sees', async () => {
    const large = when((tx) => tx.message.size > 1_000_000, refuse);
    expect((await definePolicy({ message: [large] }).evaluate(input)).decision.kind).toBe('continue');
    const small = when((tx) => tx.message.size < 1_000_000, refuse);
    expect((await definePolicy({ message: [small] }).evaluate(input)).decision.kind).toBe('reject');
  });

  test('a predicate on other findings', async () => {
    const onFail = when({ uses: [result] }, (tx) => tx.findings.result === 'fail', refuse);
    expect((await definePolicy({ mail: [fails], message: [onFail] }).evaluate(input)).decision.kind).toBe('reject');
    expect((await definePolicy({ message: [onFail] }).evaluate(input)).decision.kind).toBe('continue');
  });

  test('a skipped stage gives nothing, and the outcome is whole all the same', async () => {
    const outcome = await definePolicy({ message: [when(false, one)] }).evaluate(input);
    expect(outcome.complete).toBe(true);
    expect(number.in(outcome.findings)).toBeUndefined();
  });
});

describe('sequence', () => {
  test('nests in the trace, ends the whole list, and gives what its members give', async () => {
    const inner = sequence('inner', one, refuse);
    const outer = sequence('outer', inner, one);
    const outcome = await definePolicy({ message: [outer, one] }).evaluate(input);
    expect(shape(linesAt(outcome, 'message'))).toEqual([
      { 'sequence outer': [{ 'sequence inner': ['one', 'refuse'] }] },
    ]);
    expect(number.in(outcome.findings)).toBe(1);
    expect(outcome.decision.kind).toBe('reject');
  });

  test('describes its members, and lists its ports under its name', () => {
    const port = { look: (_key: string) => ({ kind: 'not-found' }) as const };
    const asking = defineStage({
      name: 'asking',
      at: 'message',
      asks: { table: { port, cannotTell: 'continue' } },
      run: () => undefined,
    });
    const policy = definePolicy({ message: [sequence('outer', tolerate(asking, 'advice'))] });
    expect(policy.failures()).toEqual([
      {
        phase: 'message',
        stage: 'outer > asking',
        port: 'table',
        cannotTell: 'continue',
        unless: undefined,
        crash: 'continue',
      },
    ]);
    expect(policy.describe().phases[0]?.stages[0]?.members[0]).toMatchObject({ form: 'tolerate', name: 'asking' });
  });
});

describe('eachRecipient', () => {
  const own = defineStage({
    name: 'own',
    at: 'rcpt',
    gives: [number],
    run: (tx) => (tx.recipient.id === 2 ? no : { findings: number.of(tx.recipient.id) }),
  });

  test.each([
    ['by itself', eachRecipient(own)],
    ['in a sequence', sequence('s', one, eachRecipient(own))],
    ['in parallel', parallel(refuseNobody(), eachRecipient(own))],
    ['when', when(true, eachRecipient(own))],
    ['tolerated', tolerate(eachRecipient(own), 'advice')],
  ] as readonly (readonly [string, AnyStage])[])('%s: a refusal concerns its recipient alone', async (_name, stage) => {
    const outcome = await definePolicy({ message: [stage] as AnyStage[] }).evaluate(input);
    expect(kinds(outcome)).toEqual(['continue', 'reject']);
    expect(outcome.recipients.map(({ recipient }) => number.in(recipient.findings))).toEqual([1, undefined]);
  });

  test('asynchronous stages run for each recipient in turn', async () => {
    const log: string[] = [];
    const slow = defineStage({
      name: 'slow',
      at: 'rcpt',
      run: async (tx) => {
        log.push(`begins ${tx.recipient.id}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        log.push(`ends ${tx.recipient.id}`);
      },
    });
    await definePolicy({ message: [eachRecipient(slow)] }).evaluate(input);
    expect(log).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2']);
  });
});

function refuseNobody(): AnyStage {
  return defineStage({ name: 'refuseNobody', at: 'message', run: () => undefined });
}

describe('a combinator called by itself', () => {
  test('runs its members under the caller’s instant', async () => {
    const now = new Date('2026-11-22T10:00:00Z');
    const seen: Date[] = [];
    const clock = defineStage({ name: 'clock', at: 'message', run: (_tx, ctx) => void seen.push(ctx.now) });
    const stage = sequence('both', clock, one, refuse);
    const ctx = {
      now,
      deadline: 0,
      signal: new AbortController().signal,
      detail: false,
      ask: () => undefined,
      note() {},
    };
    const answer = await stage.run({ ...facts(), findings: {} } as never, ctx as never);
    expect(seen).toEqual([now]);
    expect(answer).toMatchObject({ findings: { number: 1 }, decision: { kind: 'reject' } });
  });
});

function facts(): object {
  const { session, sender, message } = input;
  return {
    session,
    helo: undefined,
    id: 'x',
    sender,
    mailParameters: {},
    recipients: [recipientOf('s001@school.example')],
    message,
  };
}
