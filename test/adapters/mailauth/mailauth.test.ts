import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
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

test('one signature asked about twice has two verdicts', async () => {
  await using adapter = mailauth();
  const [one] = question.signatures;
  const twice = { ...question, signatures: [one, one] as VerifyQuestion['signatures'] };
  expect(await adapter.verify(twice)).toMatchObject({ value: [{ kind: 'valid' }, { kind: 'valid' }] });
});

test('what others take of the time does not count; a wait has its own end', async () => {
  const slow = { ...question, message: replaceBody(message, bodyOf(endless())).message };
  await using adapter = mailauth({ timeout: 3000 });
  const [first, second] = await Promise.all([adapter.verify(slow), adapter.verify(question)]);
  expect(first).toMatchObject({ kind: 'cannot-tell', why: 'mailauth: no answer within 3000 ms' });
  expect(second).toMatchObject({ kind: 'found', value: [{ kind: 'valid' }] });
  await using impatient = mailauth({ timeout: 3000, waitTimeout: 50 });
  const [, waiting] = await Promise.all([
    impatient.verify({ ...slow, message: replaceBody(message, bodyOf(endless())).message }),
    impatient.verify(question),
  ]);
  expect(waiting).toMatchObject({ kind: 'cannot-tell', why: 'mailauth: no thread within 50 ms' });
}, 30_000);

test('a thread is given the octets alone, in pieces, and the header in one', async () => {
  const sent: { readonly kind: string; readonly octets: number; readonly buffers: number }[] = [];
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, given, moved) {
    const { kind, octets, header } = given as Record<'octets' | 'header', Uint8Array | undefined> & { kind: string };
    const view = octets ?? header;
    sent.push({ kind, octets: view?.length ?? 0, buffers: view?.buffer.byteLength ?? 0 });
    return Reflect.apply(post, this, [given, moved]);
  });
  await using adapter = mailauth();
  const large = new Uint8Array(4_000_000).fill(97);
  const body = bodyOf(
    (async function* () {
      yield large.subarray(0, 600_000);
      yield large.subarray(600_000, 600_010);
    })(),
  );
  const answer = await adapter.verify({ ...question, message: replaceBody(message, body).message });
  vi.restoreAllMocks();
  expect(answer).toMatchObject({ kind: 'found', value: [{ kind: 'body-differs' }] });
  expect(sent.map(({ kind, octets }) => `${kind} ${octets}`).slice(1)).toEqual([
    'chunk 262144',
    'chunk 262144',
    'chunk 75712',
    'chunk 10',
    'end 0',
  ]);
  expect(sent.every(({ octets, buffers }) => octets === buffers)).toBe(true);
  expect(large).toHaveLength(4_000_000);
});

test('a process that has verified ends by itself, and nothing is printed', async () => {
  const tsx = import.meta.resolve('tsx');
  const source = new URL('../../../src/adapters/mailauth/index.ts', import.meta.url).href;
  const support = new URL('./raw.ts', import.meta.url).href;
  const program = `
    const { mailauth } = await import('${source}');
    const { common, dkimOf, evil, FIELDS, messageWith, signedField } = await import('${support}');
    const own = 'DKIM-Signature: ' + common() + '; l=99; d=evil.example; s=s; h=from:subject; b=';
    const message = messageWith([signedField(own, FIELDS, evil)]);
    for (const name of ['mailauth', 'mailauth-4']) console.log(String(await dkimOf(message, mailauth({ package: name }))));`;
  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.execPath, ['--import', tsx, '--input-type=module', '-e', program], {
    timeout: 20_000,
  });
  expect([stdout, stderr]).toEqual(['permerror evil.example\npermerror evil.example\n', '']);
}, 30_000);

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
