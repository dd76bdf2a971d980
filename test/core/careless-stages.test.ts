/** What a careless stage or port may do, and that nothing is lost, passed over or left hanging by it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Answer,
  type AnyStage,
  accept,
  addRecipient,
  definePolicy,
  defineStage,
  discard,
  eachRecipient,
  expandRecipient,
  type FindingKey,
  finding,
  firstField,
  forSome,
  makeField,
  type Outcome,
  parallel,
  prependHeader,
  reject,
  removeRecipient,
  replaceBody,
  reply,
  rewriteSender,
  sequence,
  tolerate,
} from '../../src/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { memoryBody } from '../../src/values/body.js';

const input = {
  session: sessionOf(),
  sender: senderOf('a@client.example'),
  recipients: [mailboxOf('s001@school.example'), mailboxOf('s002@school.example')],
  message: messageOf('Subject: x\r\n\r\nbody\r\n'),
};
const no = () => reject('content', reply(550, '5.7.1', 'No'));
const key: FindingKey<'k', number> = finding('k');
const gives = defineStage({ name: 'gives', at: 'message', gives: [key], run: () => ({ findings: key.of(1) }) });
const evaluate = (lists: Readonly<Record<string, readonly AnyStage[]>>): Promise<Outcome> =>
  definePolicy(lists).evaluate(input);
const at = (phase: 'mail' | 'rcpt' | 'message' | 'deliver', run: (tx: never) => unknown, more: object = {}): AnyStage =>
  defineStage({ name: 'careless', at: phase, run: run as never, ...more });
const kinds = (outcome: Outcome): readonly string[] => outcome.recipients.map(({ decision }) => decision.kind);

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

describe('a result that is none', () => {
  const thrower = (name: string): object =>
    Object.defineProperty({}, name, {
      enumerable: true,
      get() {
        throw new Error(`${name} throws`);
      },
    });
  test.each<[string, () => unknown, object?]>([
    ['a text', () => 'x'],
    ['a promise of a text', async () => 'x'],
    ['a getter `then` that throws', () => thrower('then')],
    ['a getter `findings` that throws', () => thrower('findings')],
    [
      'a decision for nobody known',
      () => ({ findings: {}, decision: forSome({ recipients: [undefined as never], decision: no() }) }),
    ],
    ['an edit that is none', () => ({ findings: {}, edits: [undefined] })],
    ['an edit that is not declared', () => ({ findings: {}, edits: [prependHeader(makeField('X', 'y'))] })],
    ['a finding that is not declared', () => ({ findings: { other: 1 } })],
    ['an accept that is not declared', () => accept()],
  ])('%s is a crash: deferred, traced, tolerable', async (_name, run) => {
    const outcome = await evaluate({ message: [at('message', run)] });
    expect(outcome.decision).toMatchObject({ kind: 'defer', reason: 'stage-crashed' });
    expect(outcome.trace.phases.find((one) => one.phase === 'message')?.lines[0]?.ended).toBe('crashed');
    expect(kinds(await evaluate({ message: [tolerate(at('message', run), 'a test')] }))).toEqual([
      'continue',
      'continue',
    ]);
  });
});

describe('could not tell cannot be passed over', () => {
  const asks = (look: (...args: never[]) => unknown): object => ({
    asks: { p: { port: { look }, cannotTell: 'defer' } },
  });
  const never = (): Promise<Answer<string>> => new Promise(() => {});
  const fails = (): Promise<Answer<string>> => Promise.reject(new Error('port'));
  type Asking = { ask(port: string, method: string): unknown };
  test.each<[string, (_tx: never, ctx: Asking) => unknown, (...args: never[]) => unknown]>([
    ['an answer that nobody waits for', (_tx, ctx) => void ctx.ask('p', 'look'), never],
    [
      'a question that loses a race',
      async (_tx, ctx) => void (await Promise.race([ctx.ask('p', 'look'), Promise.resolve()])),
      never,
    ],
    [
      'a port that fails, and is caught',
      async (_tx, ctx) => void (await Promise.resolve(ctx.ask('p', 'look')).catch(() => {})),
      fails,
    ],
    ['a port that answers nothing', (_tx, ctx) => void ctx.ask('p', 'look'), () => undefined],
    [
      'two questions that fail, one after the other',
      async (_tx, ctx) => {
        const both = [ctx.ask('p', 'look'), ctx.ask('p', 'look')];
        for (const one of both) await one;
      },
      fails,
    ],
  ])('%s', async (_name, run, look) => {
    const stage = at('message', run as never, asks(look));
    expect((await evaluate({ message: [stage] })).decision.kind).toBe('defer');
  });

  test('asking after the stage has ended is an error', async () => {
    let ctx: Asking | undefined;
    const stage = at(
      'message',
      ((_tx: never, given: Asking) => {
        ctx = given;
      }) as never,
      asks(never),
    );
    await evaluate({ message: [stage] });
    expect(() => ctx?.ask('p', 'look')).toThrow('after it has ended');
  });
});

describe('decisions for some recipients', () => {
  const some = { edits: ['reply-per-recipient'] };
  const refuses = (tx: { recipient: never }) => ({
    findings: {},
    decision: forSome({ recipients: [tx.recipient], decision: no() }),
  });

  test('at rcpt there are none; inside eachRecipient the one recipient is refused', async () => {
    expect(() => definePolicy({ rcpt: [at('rcpt', refuses as never, some)] as AnyStage[] })).toThrow(
      'reply-per-recipient',
    );
    const each = eachRecipient as unknown as (stage: AnyStage) => AnyStage;
    expect(kinds(await evaluate({ message: [each(at('rcpt', refuses as never, some))] }))).toEqual([
      'reject',
      'reject',
    ]);
  });

  test('at deliver: the one recipient is refused', async () => {
    const all = (tx: { recipients: never[] }) => ({
      findings: {},
      decision: forSome({ recipients: tx.recipients, decision: no() }),
    });
    expect(kinds(await evaluate({ deliver: [at('message', all as never, some)] }))).toEqual(['reject', 'reject']);
    const each = eachRecipient(defineStage({ name: 'refuses', at: 'rcpt', run: no }));
    expect(kinds(await evaluate({ deliver: [each] }))).toEqual(['reject', 'reject']);
  });

  test('when all are refused, each by a decision of its own, nobody goes on', async () => {
    const outcome = await evaluate({ rcpt: [defineStage({ name: 'no', at: 'rcpt', run: no })] });
    expect(outcome.decision).toMatchObject({ kind: 'reject' });
  });
});

describe('edits', () => {
  test('fields that mail and rcpt add are in the message when it comes', async () => {
    const adds = (name: string, phase: 'mail' | 'rcpt'): AnyStage =>
      defineStage({
        name,
        at: phase,
        edits: ['prepend-header'],
        run: () => ({ edits: [prependHeader(makeField(name, '1'))] }),
      });
    const seen: (string | undefined)[] = [];
    const look = defineStage({
      name: 'look',
      at: 'message',
      run: (tx) => void seen.push(firstField(tx.message, 'X-Mail')?.value),
    });
    const outcome = await evaluate({ mail: [adds('X-Mail', 'mail')], rcpt: [adds('X-Rcpt', 'rcpt')], message: [look] });
    expect(seen).toEqual(['1']);
    expect(outcome.message?.header.map((field) => field.name)).toEqual(['X-Rcpt', 'X-Rcpt', 'X-Mail', 'Subject']);
  });

  test('at deliver: a field for one, an expansion, a removal', async () => {
    const deliver = defineStage({
      name: 'deliver',
      at: 'deliver',
      edits: ['prepend-header', 'expand-recipient', 'remove-recipient'],
      run: ({ recipient }) =>
        recipient.id === 2
          ? { edits: [removeRecipient(recipient)] }
          : {
              edits: [
                prependHeader(makeField('X-For', 's001')),
                expandRecipient(recipient, [
                  { address: mailboxOf('x@school.example'), origin: recipient.origin },
                  { address: mailboxOf('y@school.example'), origin: recipient.origin },
                ]),
              ],
            },
    });
    const conversation = definePolicy({ deliver: [deliver] }).open(input.session);
    await conversation.connect();
    await conversation.mail(input.sender);
    for (const one of input.recipients) await conversation.rcpt(one);
    await conversation.message(input.message);
    const { recipients } = await conversation.deliver();
    expect(recipients.map((one) => one.recipient.address.text)).toEqual(['x@school.example', 'y@school.example']);
    expect(recipients.every((one) => firstField(one.message, 'X-For') !== undefined)).toBe(true);
    await expect(conversation.deliver()).rejects.toThrow('out of order');
  });

  test('a phase that cannot carry one out refuses the policy', () => {
    const list =
      (phase: string, edit: string): (() => unknown) =>
      () =>
        definePolicy({ [phase]: [at(phase as 'mail', () => undefined, { edits: [edit] })] });
    expect(list('mail', 'add-recipient')).toThrow('cannot be carried out at "mail": add-recipient');
    expect(list('rcpt', 'replace-body')).toThrow('cannot be carried out at "rcpt": replace-body');
    expect(list('deliver', 'rewrite-sender')).toThrow('cannot be carried out at "deliver": rewrite-sender');
    expect(() => [rewriteSender(input.sender), addRecipient(mailboxOf('a@b.example'))]).not.toThrow();
  });

  test('10,000 of them cost about ten times 1,000', async () => {
    const marks = defineStage({
      name: 'marks',
      at: 'message',
      edits: ['insert-header', 'replace-header', 'remove-header'],
      run: ({ message }) => ({
        edits: message.header.map(
          (field) => ({ kind: 'replace-header', target: field, field: makeField('X-New', '1') }) as const,
        ),
      }),
    });
    const policy = definePolicy({ message: [marks] });
    const time = async (fields: number): Promise<number> => {
      const message = messageOf(`${'X-Old: 1\r\n'.repeat(fields)}\r\nbody\r\n`);
      const started = performance.now();
      await policy.evaluate({ ...input, message });
      return performance.now() - started;
    };
    // Quadratic growth would be 100. Others use the machine too: one quiet moment is enough.
    let [few, many] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let tries = 0; tries < 12 && !(many < 50 * few); tries++) {
      few = Math.min(few, await time(900));
      many = Math.min(many, await time(9_000));
    }
    expect(many / few).toBeLessThan(50);
  });

  test('a new body is in the message and not in the trace', async () => {
    const body = memoryBody(new TextEncoder().encode('a secret body\r\n'));
    const stage = defineStage({
      name: 'body',
      at: 'message',
      edits: ['replace-body'],
      run: () => ({ edits: [replaceBody(body)] }),
    });
    const outcome = await evaluate({ message: [stage] });
    expect(outcome.message?.body).toBe(body);
    const { lines } = outcome.trace.phases.find((one) => one.phase === 'message') as { lines: unknown };
    expect(JSON.stringify(lines)).toContain('"size":15');
    expect(JSON.stringify(lines)).not.toContain('bytes');
  });
});

describe('tolerate', () => {
  const crash = defineStage({
    name: 'crash',
    at: 'message',
    run: () => {
      throw new Error('bug');
    },
  });
  const refuse = defineStage({ name: 'refuse', at: 'message', run: no });

  test('takes up a crash in parallel, not what the others decided', async () => {
    expect((await evaluate({ message: [tolerate(parallel(crash, refuse), 'a test')] })).decision.kind).toBe('reject');
    expect((await evaluate({ message: [tolerate(parallel(refuse, crash), 'a test')] })).decision.kind).toBe('reject');
  });

  test('of eachRecipient: a crash for one does not spare the next', async () => {
    const picky = defineStage({
      name: 'picky',
      at: 'rcpt',
      run: (tx) => {
        if (tx.recipient.id === 1) throw new Error('bug');
        return no();
      },
    });
    expect(kinds(await evaluate({ message: [tolerate(eachRecipient(picky), 'a test')] }))).toEqual([
      'continue',
      'reject',
    ]);
  });
});

describe('complete', () => {
  const policy = definePolicy({ message: [gives] });

  test('is false when the list of message did not run', async () => {
    expect((await policy.evaluate({ ...input, recipients: [] })).complete).toBe(false);
    const removes = defineStage({
      name: 'removes',
      at: 'rcpt',
      edits: ['remove-recipient'],
      run: ({ recipient }) => ({ edits: [removeRecipient(recipient)] }),
    });
    const later = defineStage({ name: 'later', at: 'rcpt', run: (tx) => void tx.recipient.address.text });
    expect(await evaluate({ rcpt: [removes, later], message: [gives] })).toMatchObject({
      complete: false,
      recipients: [],
    });
  });

  test('is false when connect or helo were never said', async () => {
    const conversation = definePolicy({ helo: [defineStage({ name: 'helo', at: 'helo', run: () => undefined })] }).open(
      input.session,
    );
    await conversation.mail(input.sender);
    await conversation.rcpt(mailboxOf('s001@school.example'));
    await conversation.message(input.message);
    await conversation.deliver();
    expect(conversation.outcome().complete).toBe(false);
  });

  test('of a recipient is its own', async () => {
    const picky = defineStage({ name: 'picky', at: 'rcpt', run: (tx) => (tx.recipient.id === 1 ? no() : undefined) });
    const outcome = await evaluate({ message: [eachRecipient(picky), gives] });
    expect(outcome.recipients.map((one) => one.complete)).toEqual([false, true]);
  });

  test('is false for the recipient whose stage crashed and was tolerated, also in parallel', async () => {
    const picky = defineStage({
      name: 'picky',
      at: 'rcpt',
      run: (tx) => {
        if (tx.recipient.id === 1) throw new Error('bug');
      },
    });
    for (const stage of [
      eachRecipient(tolerate(picky, 'a test')),
      parallel(eachRecipient(tolerate(picky, 'a test'))),
    ]) {
      const outcome = await evaluate({ message: [stage] });
      expect(outcome.recipients.map((one) => one.complete)).toEqual([false, true]);
    }
  });

  test('is false for a recipient whose list ended early by accepting', async () => {
    const permits = defineStage({ name: 'permits', at: 'rcpt', accepts: true, run: () => accept() });
    const own = defineStage({ name: 'own', at: 'rcpt', gives: [key], run: () => ({ findings: key.of(1) }) });
    const outcome = await evaluate({ message: [eachRecipient(sequence('s', permits, own))] });
    expect(outcome.recipients.map((one) => one.complete)).toEqual([false, false]);
  });
});

describe('what is given away is a copy', () => {
  test('lists, outcomes and descriptions', async () => {
    const list: AnyStage[] = [gives];
    const policy = definePolicy({ message: list });
    list.push(at('message', () => discard('spam')));
    expect((await policy.evaluate(input)).decision.kind).toBe('continue');
    expect(policy.lists.message).toHaveLength(1);
    const [first] = policy.describe().phases;
    (first?.stages[0]?.gives as string[] | undefined)?.push('x');
    expect(policy.describe().phases[0]?.stages[0]?.gives).toEqual(['k']);
  });

  test('answers of ports', async () => {
    const answer = { kind: 'found', value: { list: [new Uint8Array(3)], big: 1n } };
    const stage = at(
      'message',
      ((_tx: never, ctx: { ask(...a: string[]): unknown }) => void ctx.ask('p', 'look')) as never,
      {
        asks: { p: { port: { look: () => answer }, cannotTell: 'defer' } },
      },
    );
    const outcome = await evaluate({ message: [stage] });
    const text = JSON.stringify(outcome.trace);
    (answer.value.list as unknown[]).push('later');
    expect(JSON.stringify(outcome.trace)).toBe(text);
    expect(text).toContain('"answer":{"kind":"found","value":{"list":[{"kind":"bytes","size":3}],"big":"1"}}');
  });

  test('names that every object has are not findings', () => {
    expect(finding<'constructor', unknown>('constructor').in({})).toBeUndefined();
    expect(finding<'__proto__', unknown>('__proto__').in({})).toBeUndefined();
  });
});

describe('bounds', () => {
  test('a trace lists 1,000 questions and 1,000 notes of a stage, and says how many more there were', async () => {
    type Asking = { ask(...args: string[]): unknown; note(note: object): void };
    const chatty = (_tx: never, ctx: Asking): void => {
      for (let n = 0; n < 1500; n++) {
        ctx.ask('p', 'look', `key ${n}`);
        ctx.note({ kind: 'remark', text: `note ${n}` });
      }
    };
    const port = { look: () => ({ kind: 'not-found' }) };
    const outcome = await evaluate({
      message: [at('message', chatty as never, { asks: { p: { port, cannotTell: 'defer' } } })],
    });
    const [line] = outcome.trace.phases.find((one) => one.phase === 'message')?.lines ?? [];
    expect(line?.asked).toHaveLength(1000);
    expect(line?.notes).toHaveLength(1001);
    expect(line?.notes.at(-1)).toEqual({ kind: 'remark', text: '1000 more questions and notes are not listed' });
  });
});

describe('parallel of stages for each recipient', () => {
  const own = defineStage({ name: 'own', at: 'rcpt', gives: [key], run: () => ({ findings: key.of(1) }) });
  const reads = defineStage({ name: 'reads', at: 'rcpt', needs: [key], run: () => undefined });

  test('they get nothing from one another', () => {
    const lists = { message: [parallel(eachRecipient(own), eachRecipient(reads))] as AnyStage[] };
    expect(() => definePolicy(lists)).toThrow('needs the finding "k" of each recipient');
    expect(() => definePolicy({ message: [eachRecipient(own), parallel(eachRecipient(reads))] })).not.toThrow();
  });
});

describe('limits of time', () => {
  test.each([0, -1, Number.NaN])('%s is refused', async (timeLimit) => {
    await expect(definePolicy({ message: [gives] }).evaluate(input, { timeLimit })).rejects.toThrow(RangeError);
  });
  test.each([2 ** 40, Number.POSITIVE_INFINITY])('%s is as long as a timer can wait', async (timeLimit) => {
    const late = defineStage({
      name: 'late',
      at: 'message',
      run: () => new Promise<undefined>((r) => setTimeout(() => r(undefined), 5)),
    });
    expect((await definePolicy({ message: [late] }).evaluate(input, { timeLimit })).decision.kind).toBe('continue');
  });
});
