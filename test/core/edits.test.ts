/** Edits are a fold: each stage sees the message with all earlier edits applied. */
import { describe, expect, test } from 'vitest';
import {
  type AnyStage,
  addRecipient,
  allEdits,
  appendHeader,
  definePolicy,
  defineStage,
  type Edit,
  eachRecipient,
  expandRecipient,
  firstField,
  type HeaderField,
  insertHeader,
  type Message,
  type MessageFacts,
  makeField,
  type Outcome,
  prependAll,
  prependHeader,
  removeHeader,
  removeRecipient,
  replaceBody,
  replaceHeader,
  rewriteRecipient,
  rewriteSender,
  setNextHop,
} from '../../src/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { memoryBody } from '../../src/values/body.js';
import { renderMessageSync } from '../../src/values/render.js';

const editing = (name: string, make: (tx: MessageFacts) => readonly Edit[]): AnyStage =>
  defineStage({ name, at: 'message', edits: allEdits, run: (tx) => ({ edits: make(tx) as never, findings: {} }) });
const text = (message: Message | undefined): string =>
  message === undefined ? '' : new TextDecoder('latin1').decode(renderMessageSync(message));
const original = 'Subject: one\r\nX-Odd:\tkeeps \t its   spaces\r\nTo: a@b.example\r\n\r\nbody\r\n';
const input = {
  session: sessionOf(),
  sender: senderOf('a@client.example'),
  recipients: [mailboxOf('s001@school.example'), mailboxOf('s002@school.example')],
};
const run = (...stages: AnyStage[]): Promise<Outcome> =>
  definePolicy({ message: stages }).evaluate({ ...input, message: messageOf(original) });
const field = (message: Message, name: string): HeaderField => {
  const one = firstField(message, name);
  if (one === undefined) throw new Error(`no ${name}`);
  return one;
};
const addresses = (outcome: Outcome): readonly string[] => outcome.recipients.map((one) => one.recipient.address.text);

describe('header edits', () => {
  test('the last stage that prepends is the topmost; a block keeps its order', async () => {
    const outcome = await run(
      editing('one', () => [prependHeader(makeField('X-A', '1'))]),
      editing('two', () => prependAll([makeField('X-B', '1'), makeField('X-C', '1')])),
    );
    expect(text(outcome.message)).toBe(`X-B: 1\r\nX-C: 1\r\nX-A: 1\r\n${original}`);
  });

  test('every other byte stays', async () => {
    const outcome = await run(
      editing('all', ({ message }) => [
        appendHeader(makeField('X-Last', '1')),
        insertHeader(field(message, 'to'), makeField('X-Before-To', '1')),
        replaceHeader(field(message, 'subject'), makeField('Subject', 'two')),
      ]),
    );
    expect(text(outcome.message)).toBe(
      'Subject: two\r\nX-Odd:\tkeeps \t its   spaces\r\nX-Before-To: 1\r\nTo: a@b.example\r\nX-Last: 1\r\n\r\nbody\r\n',
    );
  });

  test('a later stage sees, and may name, what an earlier edit added', async () => {
    const outcome = await run(
      editing('adds', () => [prependHeader(makeField('X-Mark', 'one'))]),
      editing('replaces', ({ message }) => [replaceHeader(field(message, 'x-mark'), makeField('X-Mark', 'two'))]),
    );
    expect(text(outcome.message)).toBe(`X-Mark: two\r\n${original}`);
  });

  test('of two replacements the later stage saw the first and wins; both are in the trace', async () => {
    const subject = (value: string): AnyStage =>
      editing(value, ({ message }) => [replaceHeader(field(message, 'subject'), makeField('Subject', value))]);
    const outcome = await run(subject('two'), subject('three'));
    expect(firstField(outcome.message as Message, 'subject')?.value).toBe('three');
    expect(outcome.edits.map((one) => one.applied)).toEqual([true, true]);
  });

  test('an edit of a field that is gone is not applied, and the trace says so', async () => {
    const stale = field(messageOf(original), 'subject');
    const outcome = await run(editing('stale', () => [removeHeader(stale), replaceHeader(stale, makeField('X', 'y'))]));
    expect(text(outcome.message)).toBe(original);
    expect(outcome.edits.map((one) => one.applied)).toEqual([false, false]);
  });

  test('the body is replaced and the size follows', async () => {
    const outcome = await run(editing('body', () => [replaceBody(memoryBody(new TextEncoder().encode('new\r\n')))]));
    expect(text(outcome.message)).toBe(original.replace('body', 'new'));
    expect(outcome.message?.size).toBe(text(outcome.message).length);
  });
});

describe('recipient edits', () => {
  test('add, remove, rewrite, expand, next hop', async () => {
    const outcome = await run(
      editing('all', ({ recipients: [one, two] }) =>
        one === undefined || two === undefined
          ? []
          : [
              rewriteRecipient(one, mailboxOf('s003@school.example')),
              setNextHop(one, { transport: 'maildir', destination: 's003' }),
              expandRecipient(two, [
                { address: mailboxOf('t01@school.example'), origin: { kind: 'member-of', group: two.address } },
                { address: mailboxOf('t02@school.example'), origin: { kind: 'member-of', group: two.address } },
              ]),
              addRecipient(mailboxOf('archive@school.example')),
            ],
      ),
      editing('again', ({ recipients }) => [removeRecipient(recipients[1] as never)]),
    );
    expect(addresses(outcome)).toEqual(['s003@school.example', 't02@school.example', 'archive@school.example']);
    const [first, second] = outcome.recipients;
    expect(first?.recipient).toMatchObject({
      original: { text: 's001@school.example' },
      origin: { kind: 'alias-of', address: { text: 's001@school.example' } },
      nextHop: { transport: 'maildir', destination: 's003' },
    });
    expect(second?.recipient).toMatchObject({
      origin: { kind: 'member-of' },
      original: { text: 's002@school.example' },
    });
  });

  test('at rcpt an expansion waits for the end of the list, and members inherit what was found', async () => {
    const seen: string[] = [];
    const expand = defineStage({
      name: 'expand',
      at: 'rcpt',
      edits: ['expand-recipient'],
      run: ({ recipient }) => ({
        edits: [
          expandRecipient(recipient, [
            { address: mailboxOf('a@school.example'), origin: { kind: 'alias-of', address: recipient.address } },
            { address: mailboxOf('b@school.example'), origin: { kind: 'alias-of', address: recipient.address } },
          ]),
        ],
      }),
    });
    const behind = defineStage({ name: 'behind', at: 'rcpt', run: (tx) => void seen.push(tx.recipient.address.text) });
    const outcome = await definePolicy({ rcpt: [expand, behind] }).evaluate({
      ...input,
      recipients: [mailboxOf('all@school.example')],
      message: messageOf(original),
    });
    expect(seen).toEqual(['all@school.example']);
    expect(addresses(outcome)).toEqual(['a@school.example', 'b@school.example']);
  });

  test('the sender is rewritten', async () => {
    const outcome = await run(editing('sender', () => [rewriteSender(senderOf('<>'))]));
    expect(outcome.sender).toEqual({ kind: 'null-path' });
  });

  test('eachRecipient may change the message for one recipient alone', async () => {
    const mark = defineStage({
      name: 'mark',
      at: 'rcpt',
      edits: ['prepend-header'],
      run: ({ recipient }) => (recipient.id === 1 ? { edits: [prependHeader(makeField('X-For', 'one'))] } : undefined),
    });
    const policy = definePolicy({
      message: [eachRecipient(mark), editing('all', () => [appendHeader(makeField('X-All', '1'))])] as AnyStage[],
    });
    const conversation = policy.open(input.session);
    await conversation.connect();
    await conversation.hello('client.example');
    await conversation.mail(input.sender);
    for (const one of input.recipients) await conversation.rcpt(one);
    const { recipients } = await conversation.message(messageOf(original));
    expect(recipients.map((one) => text(one.message).startsWith('X-For: one'))).toEqual([true, false]);
    expect(recipients.map((one) => text(one.message).includes('X-All: 1'))).toEqual([true, true]);
  });

  test('ten times the recipients cost about ten times the work', async () => {
    const route = editing('route', ({ recipients }) =>
      recipients.map((one) => setNextHop(one, { transport: 'maildir', destination: one.address.localPart })),
    );
    const each = eachRecipient(defineStage({ name: 'each', at: 'rcpt', run: () => undefined }));
    const policy = definePolicy({ message: [route, each] as AnyStage[] });
    const time = async (count: number): Promise<number> => {
      const recipients = Array.from({ length: count }, (_, n) => mailboxOf(`u${n}@school.example`));
      const started = performance.now();
      const outcome = await policy.evaluate({ ...input, recipients, message: messageOf(original) });
      expect(outcome.recipients).toHaveLength(count);
      return performance.now() - started;
    };
    const best = async (size: number): Promise<number> =>
      Math.min(await time(size), await time(size), await time(size));
    expect((await best(10_000)) / (await best(1_000))).toBeLessThan(60); // quadratic growth would be 100
  });
});
