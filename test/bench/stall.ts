/**
 * The longest time that a hostile message holds the event loop, and how cost grows with its size. The largest of the
 * pauses between timer ticks while the message is taken in, as chunks of 64 KiB, and evaluated.
 */

import { definePolicy, defineStage, type Mailbox } from 'postern';
import { createSpool } from 'postern/adapters/spool';
import { mailboxOf, messageOf, senderOf, sessionOf } from 'postern/testing';
import { longestPause } from './pause.js';
import { type BenchRow, row } from './row.js';

const LIMIT_MS = 100;
const CHUNK = 65_536;
const ALL_LIMITS_OFF = { headerBytes: 64 << 20, headerFields: 1_000_000, fieldBytes: 64 << 20 };

const look = defineStage({
  name: 'look',
  at: 'message',
  run: (tx) => void tx.message.header.some((field) => field.value === 'never' || field.lowerName === 'x-never'),
});
const policy = definePolicy({ message: [look] });

async function* chunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    yield bytes.subarray(at, at + CHUNK);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function takeIn(bytes: Uint8Array): Promise<void> {
  await using source = await spooled(bytes);
  await policy.evaluate({
    session: sessionOf(),
    sender: senderOf('a@client.example'),
    recipients: [mailboxOf('s001@school.example')],
    message: source.message,
  });
}

async function spooled(bytes: Uint8Array): Promise<AsyncDisposable & { message: ReturnType<typeof messageOf> }> {
  const result = await createSpool({ header: ALL_LIMITS_OFF }).receive(chunks(bytes));
  if (result.kind !== 'spooled') throw new Error(`the spool refused: ${result.kind}`);
  return result;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const fields = (count: number): Uint8Array =>
  encode(`${'X-Field: some value of usual length\r\n'.repeat(count)}\r\nbody\r\n`);
const folds = (count: number): Uint8Array => encode(`Subject: x\r\n${' folded\r\n'.repeat(count)}\r\nbody\r\n`);

async function recipients(count: number): Promise<void> {
  const conversation = policy.open(sessionOf());
  await conversation.connect();
  await conversation.mail(senderOf('a@client.example'));
  const all: readonly Mailbox[] = Array.from({ length: count }, (_, n) => mailboxOf(`u${n}@school.example`));
  for (const [index, one] of all.entries()) {
    await conversation.rcpt(one);
    if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  await conversation.message(messageOf('Subject: x\r\n\r\nbody\r\n'));
}

async function time(work: () => Promise<void>): Promise<number> {
  const best = async (): Promise<number> => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  return Math.min(await best(), await best(), await best());
}

export async function benchStall(): Promise<readonly BenchRow[]> {
  const cases: readonly (readonly [string, (share: number) => Promise<void>])[] = [
    ['100,000 header fields', (share) => takeIn(fields(100_000 * share))],
    ['one field folded 80,000 times', (share) => takeIn(folds(80_000 * share))],
    ['10,000 recipients', (share) => recipients(10_000 * share)],
  ];
  const rows: BenchRow[] = [];
  for (const [name, work] of cases) {
    await work(1);
    const pause = Math.min(await longestPause(() => work(1)), await longestPause(() => work(1)));
    rows.push(
      row({ name: `${name}: longest pause`, unit: 'ms', ours: pause, against: 'limit', rival: LIMIT_MS, goal: '<= 1' }),
    );
    const [half, whole] = [await time(() => work(0.5)), await time(() => work(1))];
    rows.push(
      row({
        name: `${name}: cost of twice as much`,
        unit: 'ms',
        ours: whole,
        against: 'half of it',
        rival: half,
        goal: '<= 2.5',
      }),
    );
  }
  return rows;
}
