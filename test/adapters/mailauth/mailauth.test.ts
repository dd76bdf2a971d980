import { describe, expect, test } from 'vitest';
import { mailauth } from '../../../src/adapters/mailauth/index.js';
import type { VerifyQuestion } from '../../../src/ports/dkim-crypto.js';
import { messageOf } from '../../../src/testing/builders.js';
import type { Body } from '../../../src/values/body.js';
import { replaceBody } from '../../../src/values/message.js';
import { signed, verify } from '../../stages/dkim-arc/support.js';
import { problemsOf } from '../../values/support.js';

const plain = 'From: a@example.com\r\nSubject: Hello\r\n\r\nHello\r\n';
const message = await signed(messageOf(plain));

/** What the stage would ask. */
async function questionOf(): Promise<VerifyQuestion> {
  let asked: VerifyQuestion | undefined;
  await verify(message, {
    crypto: {
      verify: (question) => {
        asked = question;
        return { kind: 'not-found' };
      },
    },
  });
  if (asked === undefined) throw new Error('nothing was asked');
  return asked;
}
const question = await questionOf();

function bodyOf(chunks: AsyncIterable<Uint8Array>): Body {
  return { kind: 'body', size: 7, bytes: undefined, open: () => chunks };
}
async function* endless(): AsyncIterable<Uint8Array> {
  for (;;) {
    yield new Uint8Array(65_536).fill(32);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('what is not installed is said at construction', () => {
  expect(problemsOf(() => mailauth({ package: 'mailauth-never' }))).toEqual([
    { code: 'not-installed', message: 'this adapter needs the package mailauth-never: npm install mailauth-never' },
  ]);
  expect(problemsOf(() => mailauth({ package: 'vitest' }))[0]?.code).toBe('wrong-version');
  expect(problemsOf(() => mailauth({ timeout: 0, memory: 1 })).map(({ construct }) => construct)).toEqual([
    'timeout',
    'memory',
  ]);
});

describe('could not tell', () => {
  test('at the deadline, by an abort, when closed; and goes on afterwards', async () => {
    await using adapter = mailauth({ timeout: 3000 });
    const slow = { ...question, message: replaceBody(message, bodyOf(endless())).message };
    expect(await adapter.verify(slow)).toMatchObject({
      kind: 'cannot-tell',
      why: 'mailauth: no answer within 3000 ms',
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    expect(await adapter.verify(slow, { signal: abort.signal, deadline: 0 })).toMatchObject({
      kind: 'cannot-tell',
      why: 'mailauth: nobody waits for the answer any more',
    });
    expect(await adapter.verify(question, { signal: AbortSignal.abort(), deadline: 0 })).toMatchObject({
      kind: 'cannot-tell',
    });
    expect(await adapter.verify(question)).toMatchObject({ kind: 'found', value: [{ kind: 'valid' }] });
    await adapter.close();
    expect(await adapter.verify(question)).toMatchObject({ why: 'mailauth: the adapter is closed' });
  }, 30_000);

  test('a body that cannot be read, and too many that wait', async () => {
    await using adapter = mailauth({ waiting: 1 });
    const broken = bodyOf(
      (async function* () {
        yield new Uint8Array(1);
        throw new Error('the disk is gone');
      })(),
    );
    const answers = await Promise.all([
      adapter.verify({ ...question, message: replaceBody(message, broken).message }),
      adapter.verify(question),
      adapter.verify(question),
    ]);
    expect(answers).toMatchObject([
      { kind: 'cannot-tell', why: 'mailauth: the body: the disk is gone' },
      { kind: 'found', value: [{ kind: 'valid' }] },
      { kind: 'cannot-tell', why: 'mailauth: too many messages wait' },
    ]);
  }, 30_000);
});

test('two signatures with one value: nobody can tell which is which', async () => {
  await using adapter = mailauth();
  const [one] = question.signatures;
  const twice = { ...question, signatures: [one, one] as VerifyQuestion['signatures'] };
  expect(await adapter.verify(twice)).toMatchObject({ value: [{ kind: 'unusable' }, { kind: 'unusable' }] });
});

test('garbage in the header changes nothing for the process', async () => {
  await using adapter = mailauth();
  const garbage = [
    ':',
    '\x00: \xff',
    'From: <',
    'From: "',
    'Content-Type: multipart/mixed; boundary="\\',
    'ARC-Seal: i=1; i=1; __proto__=1',
  ];
  for (const field of garbage) {
    const whole = messageOf(Buffer.from(`${field}\r\n${plain}`, 'latin1'));
    const { signatures } = question;
    const answer = await adapter.verify({
      message: { ...whole, header: [...whole.header, ...message.header] },
      signatures,
    });
    expect(['found', 'cannot-tell']).toContain(answer.kind);
  }
});
