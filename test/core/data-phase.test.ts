/** The list of data: behind the recipients, before any of the message. */
import { describe, expect, test } from 'vitest';
import {
  addRecipient,
  appendHeader,
  type Conversation,
  definePolicy,
  defineStage,
  discard,
  type FindingKey,
  finding,
  forSome,
  makeField,
  type Policy,
  reject,
  reply,
} from '../../src/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';

const no = reject('access', reply(554, '5.7.1', 'No'));
const one = mailboxOf('s001@school.example');
const two = mailboxOf('s002@school.example');
const message = messageOf('Subject: x\r\n\r\nbody\r\n');
const counted: FindingKey<'counted', number> = finding('counted');
const counts = defineStage({
  name: 'counts',
  at: 'data',
  gives: [counted],
  run: (tx) => ({ findings: counted.of(tx.recipients.length) }),
});
const input = { session: sessionOf(), sender: senderOf('a@client.example'), recipients: [one, two], message };

async function begun(policy: Policy): Promise<Conversation> {
  const conversation = policy.open(sessionOf());
  await conversation.connect();
  await conversation.hello('client.example');
  await conversation.mail(senderOf('a@client.example'));
  return conversation;
}

describe('the list of data', () => {
  test('sees all recipients; its findings are those of the transaction, typed at message', async () => {
    const reads = defineStage({
      name: 'reads',
      at: 'message',
      needs: [counted],
      run: (tx) => (tx.findings.counted === 2 ? discard('content') : undefined),
    });
    const policy = definePolicy({ data: [counts], message: [reads] });
    const outcome = await policy.evaluate(input);
    expect(outcome.decision.kind).toBe('discard');
    expect(outcome.trace.phases.map(({ phase }) => phase)).toContain('data');
    const whole = await definePolicy({ data: [counts] }).evaluate(input);
    expect(whole.complete && whole.findings.counted).toBe(2);
  });

  test('a host that does not call data() has it run by message()', async () => {
    const conversation = await begun(definePolicy({ data: [defineStage({ name: 'no', at: 'data', run: () => no })] }));
    await conversation.rcpt(one);
    const { decision, recipients } = await conversation.message(message);
    expect(decision.kind).toBe('reject');
    expect(recipients.map(({ decision: { kind } }) => kind)).toEqual(['reject']);
  });

  test('runs once, in its turn', async () => {
    let runs = 0;
    const policy = definePolicy({ data: [defineStage({ name: 'once', at: 'data', run: () => void runs++ })] });
    const conversation = await begun(policy);
    await conversation.rcpt(one);
    expect((await conversation.data()).decision.kind).toBe('continue');
    await expect(conversation.data()).rejects.toThrow('out of order');
    await expect(conversation.rcpt(two)).rejects.toThrow('out of order');
    await conversation.message(message);
    expect(runs).toBe(1);
  });

  test('refused, it leaves the transaction as it was', async () => {
    const crowd = defineStage({
      name: 'crowd',
      at: 'data',
      edits: ['append-header', 'add-recipient'],
      run: (tx) =>
        tx.recipients.length === 1
          ? { edits: [appendHeader(makeField('X-Alone', 'yes')), addRecipient(two)], decision: no }
          : undefined,
    });
    const conversation = await begun(definePolicy({ data: [crowd] }));
    await conversation.rcpt(one);
    expect((await conversation.data()).decision.kind).toBe('reject');
    expect((await conversation.data()).decision.kind).toBe('reject');
    expect(conversation.outcome().decision.kind).toBe('reject');
    await conversation.rcpt(two);
    expect((await conversation.data()).decision.kind).toBe('continue');
    const { recipients, decision } = await conversation.message(message);
    expect(decision.kind).toBe('continue');
    expect(recipients.map(({ recipient }) => recipient.address.text)).toEqual([one.text, two.text]);
    expect(recipients[0]?.message.header.map((field) => field.name)).toEqual(['Subject']);
  });

  test('a message behind a refused DATA is refused', async () => {
    const conversation = await begun(definePolicy({ data: [defineStage({ name: 'no', at: 'data', run: () => no })] }));
    await conversation.rcpt(one);
    await conversation.data();
    expect((await conversation.message(message)).recipients.map(({ decision }) => decision.kind)).toEqual(['reject']);
  });

  test('the decision is that of those who were not refused at RCPT', async () => {
    const refuses = defineStage({
      name: 'refuses',
      at: 'rcpt',
      run: ({ recipient }) => (recipient.address.text === one.text ? no : undefined),
    });
    const drops = defineStage({ name: 'drops', at: 'data', run: () => discard('access') });
    const conversation = await begun(definePolicy({ rcpt: [refuses], data: [drops] }));
    await conversation.rcpt(one);
    await conversation.rcpt(two);
    expect((await conversation.data()).decision.kind).toBe('discard');
    const { recipients } = await conversation.message(message);
    expect(recipients.map(({ decision }) => decision.kind)).toEqual(['reject', 'discard']);
  });

  test('decides for some; the others go on', async () => {
    const splits = defineStage({
      name: 'splits',
      at: 'data',
      edits: ['reply-per-recipient'],
      run: (tx) => ({ findings: {}, decision: forSome({ recipients: tx.recipients.slice(0, 1), decision: no }) }),
    });
    const policy = definePolicy({ data: [splits] });
    const conversation = await begun(policy);
    await conversation.rcpt(one);
    await conversation.rcpt(two);
    expect((await conversation.data()).decision.kind).toBe('continue');
    const { recipients } = await conversation.message(message);
    expect(recipients.map(({ decision }) => decision.kind)).toEqual(['reject', 'continue']);
  });

  test('fields wait for the message, recipients are added at once', async () => {
    const adds = defineStage({
      name: 'adds',
      at: 'data',
      edits: ['append-header', 'add-recipient'],
      run: () => ({ edits: [appendHeader(makeField('X-Data', 'yes')), addRecipient(two)] }),
    });
    const outcome = await definePolicy({ data: [adds] }).evaluate({ ...input, recipients: [one] });
    expect(outcome.message?.header.map((field) => field.name)).toEqual(['Subject', 'X-Data']);
    expect(outcome.recipients.map(({ recipient }) => recipient.address.text)).toEqual([one.text, two.text]);
  });

  test('is left out where nobody goes on, and findings are not said to be whole then', async () => {
    const drops = defineStage({ name: 'drops', at: 'rcpt', run: () => discard('access') });
    const policy = definePolicy({ rcpt: [drops], data: [counts] });
    const outcome = await policy.evaluate(input);
    expect(outcome.complete).toBe(false);
    expect(outcome.findings.counted).toBeUndefined();
  });
});
