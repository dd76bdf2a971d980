/** The conversation: what is forgotten when, early decisions, recipients with decisions of their own. */
import { describe, expect, test } from 'vitest';
import {
  type AnyStage,
  accept,
  type Conversation,
  definePolicy,
  defineStage,
  discard,
  eachRecipient,
  type FindingKey,
  finding,
  forSome,
  type Policy,
  reject,
  reply,
} from '../../src/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';

const no = reject('access', reply(550, '5.7.1', 'No'));
const count: FindingKey<'count', number> = finding('count');
const name: FindingKey<'name', string> = finding('name');
let connects = 0;
const counts = defineStage({
  name: 'counts',
  at: 'connect',
  gives: [count],
  run: () => ({ findings: count.of(++connects) }),
});
const names = defineStage({
  name: 'names',
  at: 'helo',
  gives: [name],
  run: (tx) => ({ findings: name.of(tx.helo ?? '') }),
});
const message = messageOf('Subject: x\r\n\r\nbody\r\n');
const tls = { version: 'TLSv1.3', cipher: 'x', verifiedClient: undefined };
const one = mailboxOf('s001@school.example');
const two = mailboxOf('s002@school.example');

async function begun(policy: Policy): Promise<Conversation> {
  const conversation = policy.open(sessionOf());
  await conversation.connect();
  await conversation.hello('client.example');
  await conversation.mail(senderOf('a@client.example'));
  return conversation;
}

describe('what is forgotten when', () => {
  const policy: Policy = definePolicy({ connect: [counts], helo: [names] });

  test('HELO forgets the earlier name and the transaction, and keeps what connect found', async () => {
    const conversation = await begun(policy);
    const before = count.in(conversation.outcome().findings);
    await conversation.hello('other.example');
    expect(conversation.transactionId).toBeUndefined();
    expect(name.in(conversation.outcome().findings)).toBe('other.example');
    expect(count.in(conversation.outcome().findings)).toBe(before);
  });

  test('without a new name, the list of helo sees what was found about the last one, once', async () => {
    const seen: (string | undefined)[] = [];
    const looks = defineStage({
      name: 'looks',
      at: 'helo',
      uses: [name],
      run: (tx) => void seen.push(tx.findings.name),
    });
    const conversation = definePolicy({ helo: [looks, names] }).open(sessionOf());
    await conversation.connect();
    for (const said of ['bad.example', 'worse.example', undefined, undefined]) await conversation.hello(said);
    expect(seen).toEqual([undefined, undefined, 'worse.example', '']);
  });

  test('STARTTLS forgets the session’s findings too, and asks again', async () => {
    const conversation = await begun(policy);
    const before = count.in(conversation.outcome().findings) ?? 0;
    await conversation.secure(tls);
    expect(conversation.session.tls).toBe(tls);
    expect(conversation.helo).toBeUndefined();
    expect(name.in(conversation.outcome().findings)).toBeUndefined();
    expect(count.in(conversation.outcome().findings)).toBe(before + 1);
  });

  test('RSET and MAIL drop the transaction; each transaction has its own id', async () => {
    const conversation = await begun(policy);
    await conversation.rcpt(one);
    const first = conversation.transactionId;
    conversation.reset();
    expect(conversation.transactionId).toBeUndefined();
    await conversation.mail(senderOf('<>'));
    expect(conversation.transactionId).not.toBe(first);
    expect(conversation.outcome().recipients).toEqual([]);
  });

  test('RCPT without MAIL is a bug of the caller', async () => {
    const conversation = policy.open(sessionOf());
    await conversation.connect();
    await expect(conversation.rcpt(one)).rejects.toThrow('call mail() first');
  });
});

describe('early decisions', () => {
  const refuses = (at: 'connect' | 'helo' | 'mail'): AnyStage => defineStage({ name: 'refuses', at, run: () => no });

  test.each(['connect', 'helo', 'mail'] as const)('a refusal at %s holds for every later phase', async (at) => {
    const log: string[] = [];
    const later = defineStage({ name: 'later', at: 'rcpt', run: () => void log.push('ran') });
    const conversation = await begun(definePolicy({ [at]: [refuses(at)], rcpt: [later] }) as Policy);
    const rcpt = await conversation.rcpt(one);
    expect(rcpt).toMatchObject({ decision: { kind: 'reject' }, recipients: [] });
    expect((await conversation.message(message)).decision).toMatchObject({ kind: 'reject' });
    expect(log).toEqual([]);
    expect(conversation.outcome()).toMatchObject({ decision: { kind: 'reject' }, complete: false });
  });

  test('a discard at mail is carried to the end of the transaction', async () => {
    const drops = defineStage({ name: 'drops', at: 'mail', run: () => discard('access') });
    const conversation = await begun(definePolicy({ mail: [drops] }));
    await conversation.rcpt(one);
    const outcome = await conversation.message(message);
    expect(outcome.decision).toMatchObject({ kind: 'discard' });
    expect(outcome.recipients).toHaveLength(1);
  });
});

describe('recipients', () => {
  const first = defineStage({ name: 'first', at: 'rcpt', run: (tx) => (tx.recipient.id === 1 ? no : undefined) });

  test('one refused at rcpt is not shown at message', async () => {
    const seen: string[][] = [];
    const look = defineStage({
      name: 'look',
      at: 'message',
      run: (tx) => void seen.push(tx.recipients.map((r) => r.address.text)),
    });
    const conversation = await begun(definePolicy({ rcpt: [first], message: [look] }));
    expect((await conversation.rcpt(one)).decision.kind).toBe('reject');
    expect((await conversation.rcpt(two)).decision.kind).toBe('continue');
    const outcome = await conversation.message(message);
    expect(seen).toEqual([['s002@school.example']]);
    expect(outcome.recipients.map((r) => r.decision.kind)).toEqual(['reject', 'continue']);
    expect(outcome.decision.kind).toBe('continue');
  });

  test('decisions for some take those out of the list; the list ends when none is left', async () => {
    const log: number[] = [];
    const some = defineStage({
      name: 'some',
      at: 'message',
      edits: ['reply-per-recipient'],
      run: (tx) => ({ findings: {}, decision: forSome({ recipients: tx.recipients.slice(0, 1), decision: no }) }),
    });
    const look = defineStage({ name: 'look', at: 'message', run: (tx) => void log.push(tx.recipients.length) });
    const policy = definePolicy({ message: [some, look, some, look] });
    const outcome = await policy.evaluate({
      session: sessionOf(),
      sender: senderOf('a@b.example'),
      recipients: [one, two],
      message,
    });
    expect(log).toEqual([1]);
    expect(outcome.recipients.map((r) => r.decision.kind)).toEqual(['reject', 'reject']);
    expect(outcome.recipients.every((r) => !r.complete)).toBe(true);
  });

  test('several groups in one decision', async () => {
    const groups = defineStage({
      name: 'groups',
      at: 'message',
      accepts: true,
      edits: ['reply-per-recipient'],
      run: ({ recipients: [a, b] }) => ({
        findings: {},
        decision: forSome(
          { recipients: [a as never], decision: accept() },
          { recipients: [b as never], decision: discard('spam') },
        ),
      }),
    });
    const outcome = await definePolicy({ message: [groups] }).evaluate({
      session: sessionOf(),
      sender: senderOf('a@b.example'),
      recipients: [one, two],
      message,
    });
    expect(outcome.recipients.map((r) => r.decision.kind)).toEqual(['accept', 'discard']);
  });

  test('eachRecipient: a refusal and a crash concern that recipient alone; complete is each one’s own', async () => {
    const third = mailboxOf('s003@school.example');
    const picky = defineStage({
      name: 'picky',
      at: 'rcpt',
      gives: [count],
      run: (tx) => {
        if (tx.recipient.id === 1) return no;
        if (tx.recipient.id === 2) throw new Error('bug');
        return { findings: count.of(tx.recipient.id) };
      },
    });
    const delivered: string[] = [];
    const deliver = defineStage({
      name: 'deliver',
      at: 'deliver',
      run: (tx) => void delivered.push(tx.recipient.address.text),
    });
    const outcome = await definePolicy({ message: [eachRecipient(picky)], deliver: [deliver] }).evaluate({
      session: sessionOf(),
      sender: senderOf('a@b.example'),
      recipients: [one, two, third],
      message,
    });
    const by = (address: string): unknown => outcome.recipients.find((r) => r.recipient.address.text === address);
    expect(by('s001@school.example')).toMatchObject({ decision: { kind: 'reject' }, complete: false });
    expect(by('s002@school.example')).toMatchObject({
      decision: { kind: 'defer', reason: 'stage-crashed' },
      complete: false,
    });
    expect(by('s003@school.example')).toMatchObject({ decision: { kind: 'continue' }, findings: { count: 3 } });
    expect(delivered).toEqual(['s003@school.example']);
  });

  test('findings live where they were made', async () => {
    const policy = definePolicy({
      connect: [counts],
      helo: [names],
      rcpt: [
        defineStage({
          name: 'own',
          at: 'rcpt',
          gives: [count],
          run: (tx) => ({ findings: count.of(tx.recipient.id * 10) }),
        }),
      ],
    });
    const outcome = await policy.evaluate({
      session: sessionOf(),
      helo: 'h.example',
      sender: senderOf('<>'),
      recipients: [one, two],
      message,
    });
    expect(outcome.complete).toBe(true);
    expect(name.in(outcome.findings)).toBe('h.example');
    expect(outcome.recipients.map((r) => count.in(r.findings))).toEqual([10, 20]);
    expect(count.in(outcome.findings)).toBeLessThan(10 + connects);
  });
});

describe('describe and failures', () => {
  test('say what the policy is made of and what happens when something does not answer', () => {
    const port = { look: (_key: string) => ({ kind: 'not-found' }) as const };
    const asking = defineStage({
      name: 'asking',
      at: 'mail',
      asks: { table: { port, cannotTell: 'hold' } },
      decides: ['hold'],
      run: () => undefined,
    });
    const policy = definePolicy({ mail: [asking], rcpt: [defineStage({ name: 'plain', at: 'rcpt', run: () => no })] });
    expect(policy.describe().phases.map((one) => [one.phase, one.stages.map((stage) => stage.name)])).toEqual([
      ['mail', ['asking']],
      ['rcpt', ['plain']],
    ]);
    expect(policy.failures()).toEqual([
      { phase: 'mail', stage: 'asking', port: 'table', cannotTell: 'hold', unless: undefined, crash: 'defer' },
    ]);
    expect(JSON.parse(JSON.stringify(policy.describe()))).toEqual(policy.describe());
  });
});
