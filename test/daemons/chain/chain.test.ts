/**
 * The same mail through Postfix, amavisd with clamd and SpamAssassin, and through Postern's server: what is infected arrives on neither
 * way, and what arrives has the same points by the same rules.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eicar } from '../../../src/testing/scanner/index.js';
import { startClamd, type TestClamd } from '../clamd.js';
import { readMaildirs } from '../deliveries.js';
import { seed } from '../seed.js';
import { ordinaryCorpus, spamCorpus } from '../spam/generate/corpus.js';
import { base64, filePart, multipart, textPart } from '../spam/generate/mail-parts.js';
import { RULES, writeSite } from '../spam/spam-assassin.js';
import { addTotal } from '../totals.js';
import { type OldChain, startOldChain } from './old-chain.js';
import { type OurChain, startOurChain } from './our-chain.js';
import { send } from './send.js';

const CLIENT = { ip: '93.184.10.20', name: 'mail.uni.example', helo: 'mail.uni.example' };
const MESSAGES = Number(process.env.POSTERN_CHAIN_MESSAGES ?? 40);

const folder = mkdtempSync(join(tmpdir(), 'postern-chain-'));
const notes: string[] = [];
let clamd: TestClamd;
let old: OldChain;
let ours: OurChain;

beforeAll(async () => {
  clamd = await startClamd(['StreamMaxLength 1M']);
  writeSite(join(folder, 'site'));
  const options = {
    clamdPort: clamd.endpoint.port,
    rules: RULES,
    site: join(folder, 'site'),
    base: join(folder, 'mail'),
  };
  [old, ours] = await Promise.all([
    startOldChain(clamd.endpoint.port),
    startOurChain({ ...options, note: (text) => notes.push(text) }),
  ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([old?.stop(), ours?.stop()]);
  await clamd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const HEADER =
  'From: Eve <eve@mail.example>\nTo: head@school.example\nSubject: look\nDate: Mon, 02 Sep 2024 06:00:00 +0000\nMessage-ID: <1@mail.example>\nMIME-Version: 1.0\n';
const text = textPart('see the attachment\n', 'plain', 'utf-8', '7bit');
const whole = ({ header, body }: { header: string; body: string }): string => `${HEADER}${header}\n${body}`;
const inside = whole(multipart('mixed', 'b', [text, filePart('application/octet-stream', 'x.com', eicar)]));

const infected: Readonly<Record<string, string>> = {
  plain: `${HEADER}\n${eicar}\n`,
  'base64 attachment': inside,
  'message in a message': whole(
    multipart('mixed', 'c', [text, { header: 'Content-Type: message/rfc822\n', body: inside }]),
  ),
  'base64 without line ends': whole({
    header: 'Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n',
    body: `${base64(eicar)}\n`,
  }),
};
const clean: Readonly<Record<string, string>> = {
  'half a signature': `${HEADER}\n${eicar.slice(0, 40)}\n`,
  'a usual attachment': whole(
    multipart('mixed', 'b', [text, filePart('application/pdf', 'x.pdf', '%PDF-1.4 nothing')]),
  ),
};

/** What arrived at both, by the field X-Case. */
async function arrived(): Promise<readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>]> {
  await old.settle();
  const byId = (all: readonly { id: string; message: string }[]): ReadonlyMap<string, string> =>
    new Map(all.map(({ id, message }) => [id, message]));
  return [byId(old.deliveries()), byId(readMaildirs(join(folder, 'mail'), (name) => name))];
}

const withId = (id: string, message: string): string => `X-Case: ${id}\n${message}`;

async function sendBoth(id: string, message: string): Promise<readonly number[]> {
  const replies = await Promise.all([old, ours].map((one) => send(one, withId(id, message), CLIENT)));
  return replies.map((reply) => reply?.code ?? 0);
}

describe('viruses', () => {
  test('arrive on neither way, and clean mail on both', async () => {
    for (const [name, message] of Object.entries({ ...infected, ...clean }))
      expect([name, await sendBoth(name.replace(/ /g, '-'), message)]).toEqual([name, [250, 250]]);
    const [theirs, own] = await arrived();
    const names = Object.keys(clean)
      .map((name) => name.replace(/ /g, '-'))
      .sort();
    expect([...theirs.keys()].sort()).toEqual(names);
    expect([...own.keys()].sort()).toEqual(names);
    for (const message of own.values()) expect(message).toMatch(/^X-Virus-Scanned: clamd at mx\.school\.example$/m);
    addTotal('messages through amavisd with viruses', Object.keys(infected).length);
  });
});

interface Marked {
  readonly spam: boolean;
  readonly score: number;
  readonly rules: readonly string[];
}

/** X-Spam-Status of amavisd and of Postern: `Yes, score=7.1 required=5 tests=[A=1, B=2]`. */
function marksOf(message: string): Marked | undefined {
  const field = /^X-Spam-Status: ((?:[^\n]*\n[ \t])*[^\n]*)/m.exec(message)?.[1]?.replace(/\s+/g, ' ');
  const [, verdict, score, tests] = /^(Yes|No), .*?score=(-?[\d.]+).*?tests=\[([^\]]*)\]/.exec(field ?? '') ?? [];
  if (verdict === undefined) return undefined;
  const rules = (tests ?? '')
    .split(/, */)
    .flatMap((one) => (one === '' || one === 'none' ? [] : [one.replace(/=.*/, '')]));
  return { spam: verdict === 'Yes', score: Number(score), rules: rules.sort() };
}

describe('spam', { timeout: 300_000 }, () => {
  test('has the same points by the same rules on both ways', async () => {
    // What SMTP does not carry (RFC 5321 section 2.3.8 and 4.5.3.1.6) is of no use here.
    const corpus = [...spamCorpus(seed, MESSAGES, RULES), ...ordinaryCorpus(seed, Math.ceil(MESSAGES / 3))].filter(
      ([, message]) => !/\r(?!\n)|\0|[^\n]{999}/.test(message),
    );
    const queue = [...corpus];
    const worker = async (): Promise<void> => {
      for (let one = queue.pop(); one !== undefined; one = queue.pop())
        expect([one[0], ...(await sendBoth(one[0], one[1])), notes.splice(0)]).toEqual([one[0], 250, 250, []]);
    };
    await Promise.all([worker(), worker()]);
    const [theirs, own] = await arrived();
    const differences: string[] = [];
    let [hits, equal, near, spam] = [0, 0, 0, 0];
    for (const [name] of corpus) {
      const [a, b] = [marksOf(theirs.get(name) ?? ''), marksOf(own.get(name) ?? '')];
      if (a === undefined || b === undefined)
        throw new Error(`${name}: ${a === undefined ? 'amavisd' : 'Postern'} has not marked it`);
      const alone = [
        ...a.rules.filter((rule) => !b.rules.includes(rule)),
        ...b.rules.filter((rule) => !a.rules.includes(rule)).map((rule) => `+${rule}`),
      ];
      hits += new Set([...a.rules, ...b.rules]).size;
      equal += a.rules.filter((rule) => b.rules.includes(rule)).length;
      near += Math.abs(a.score - b.score) <= 0.1 + 1e-9 ? 1 : 0;
      spam += a.spam === b.spam ? 1 : 0;
      if (alone.length > 0) differences.push(`${name}: ${alone.join(' ')} (${a.score}, ${b.score})`);
    }
    process.stdout.write(
      `${corpus.length} messages: ${equal} of ${hits} hits equal, ${near} scores within 0.1, ${spam} verdicts the same\n${differences.join('\n')}\n`,
    );
    expect(equal / hits).toBeGreaterThanOrEqual(0.98);
    expect(near / corpus.length).toBeGreaterThanOrEqual(0.9);
    expect(spam / corpus.length).toBeGreaterThanOrEqual(0.98);
    addTotal('messages scored by amavisd too', corpus.length);
  });
});

describe('clamd that fails is never taken for clean', () => {
  const message = (id: string): string => withId(id, clean['half a signature'] ?? '');

  test('ended, and started again', async () => {
    await clamd.kill();
    expect((await send(ours, message('while-down'), CLIENT))?.code).toBe(451);
    await clamd.start();
    expect((await send(ours, message('while-up'), CLIENT))?.code).toBe(250);
    const [, own] = await arrived();
    expect([own.has('while-down'), own.has('while-up')]).toEqual([false, true]);
  });

  test('ended in the middle of a message', async () => {
    const large = withId(
      'in-the-middle',
      whole(multipart('mixed', 'b', [text, filePart('application/zip', 'x.zip', 'PK'.repeat(300_000))])),
    );
    const sending = Promise.all(Array.from({ length: 8 }, () => send(ours, large, CLIENT)));
    await clamd.kill();
    for (const reply of await sending) expect([250, 451]).toContain(reply?.code);
    await clamd.start();
    for (const kept of readMaildirs(join(folder, 'mail'), (name) => name))
      expect(kept.message).toMatch(/^X-Virus-Scanned: /m);
  });

  test('a message over StreamMaxLength', async () => {
    const large = withId(
      'too-large',
      whole(multipart('mixed', 'b', [text, filePart('application/zip', 'x.zip', `${'PK'.repeat(900_000)}${eicar}`)])),
    );
    expect((await send(ours, large, CLIENT))?.code).toBe(451);
    expect((await arrived())[1].has('too-large')).toBe(false);
  });
});
