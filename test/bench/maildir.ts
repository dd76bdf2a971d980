/**
 * Deliveries a second of the Maildir store, beside the bare `node:fs` calls that keep the same promise: open, write, fsync,
 * link, unlink, fsync of the directory. Both in the same run, in turns, on the same disk; the bare calls know name and
 * bytes beforehand, fold nothing, share nothing and check nothing.
 */
import { link, mkdir, mkdtemp, open, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maildir } from '../../src/adapters/maildir/index.js';
import { encodeLatin1 } from '../../src/values/bytes.js';
import { type Message, parseMessage } from '../../src/values/message.js';
import { type BenchRow, row } from './row.js';

interface Load {
  readonly octets: number;
  /** Deliveries under way at once. */
  readonly atOnce: number;
  /** Mailboxes the deliveries go to, in turn. */
  readonly mailboxes: number;
}

const LOADS: readonly Load[] = [
  { octets: 4096, atOnce: 1, mailboxes: 1 },
  { octets: 4096, atOnce: 10, mailboxes: 1 },
  { octets: 4096, atOnce: 10, mailboxes: 10 },
  { octets: 65_536, atOnce: 10, mailboxes: 10 },
];

type Deliver = (mailbox: string, number: number) => Promise<unknown>;

/** Runs each load `rounds` times (default 5) with `count` deliveries (default 200) a round; figures are medians. */
export async function benchMaildir({ rounds = 5, count = 200 } = {}): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const load of LOADS) rows.push(await measure(load, rounds, count));
  return rows;
}

async function measure(load: Load, rounds: number, count: number): Promise<BenchRow> {
  const base = await mkdtemp(join(tmpdir(), 'maildir-bench-'));
  try {
    const store = storeDelivery(join(base, 'store'), load);
    const bare = await bareDelivery(join(base, 'bare'), load);
    await run(load, store, 20);
    await run(load, bare, 20);
    const [ours, rival]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await run(load, store, count));
      rival.push(await run(load, bare, count));
    }
    const name = `maildir ${load.octets} octets, ${load.atOnce} at once, ${load.mailboxes} mailbox(es)`;
    const [a, b] = [median(ours), median(rival)];
    return row({ name, unit: 'deliveries/s', ours: a, against: 'the bare node:fs calls', rival: b, goal: '' });
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

async function run({ atOnce, mailboxes }: Load, deliver: Deliver, count: number): Promise<number> {
  let next = 0;
  const began = performance.now();
  const work = async () => {
    for (let number = next++; number < count; number = next++) await deliver(`m${number % mailboxes}`, number);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (count * 1000) / (performance.now() - began);
}

function storeDelivery(base: string, { octets }: Load): Deliver {
  const store = maildir({ base, createBase: true, hostname: 'bench' });
  const message = messageOf(octets);
  return async (mailbox) => {
    const [result] = await store.deliver({ message, recipients: [{ mailbox, prepend: [] }] });
    if (result?.kind !== 'stored') throw new Error(result?.why ?? 'no result');
  };
}

async function bareDelivery(base: string, { octets, mailboxes }: Load): Promise<Deliver> {
  for (let i = 0; i < mailboxes; i += 1) {
    for (const part of ['tmp', 'new', 'cur']) await mkdir(join(base, `m${i}`, part), { recursive: true });
  }
  const bytes = encodeLatin1(textOf(octets).replaceAll('\r\n', '\n'));
  let count = 0;
  return async (mailbox) => {
    count += 1;
    const name = `${count},S=${bytes.length}`;
    const temporary = join(base, mailbox, 'tmp', name);
    const file = await open(temporary, 'wx', 0o600);
    await file.write(bytes);
    await file.sync();
    await file.close();
    await link(temporary, join(base, mailbox, 'new', name));
    await unlink(temporary);
    const directory = await open(join(base, mailbox, 'new'), 'r');
    await directory.sync();
    await directory.close();
  };
}

function textOf(octets: number): string {
  const header = 'From: a@school.example\r\nTo: b@school.example\r\nSubject: bench\r\n\r\n';
  return (header + `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(octets / 72))).slice(0, octets);
}

function messageOf(octets: number): Message {
  const parsed = parseMessage(encodeLatin1(textOf(octets)));
  if (parsed.kind !== 'parsed') throw new Error('the message is over the limits');
  return parsed.value;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}
