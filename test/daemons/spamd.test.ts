/** The scorer port over a real spamd, started for it: the promises that can be seen from outside, and the verdicts of its own client. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Spamd, spamd } from '../../src/adapters/spamd/index.js';
import type { ScorerQuestion } from '../../src/ports/scorer.js';
import { messageOf } from '../../src/testing/builders.js';
import { decodeLatin1 } from '../../src/values/bytes.js';

const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
const PLAIN =
  'From: a@mail.example\r\nTo: s001@school.example\r\nSubject: hello\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n';

let daemon: ChildProcess | undefined;
let folder = '';
let port = 0;
const clients: Spamd[] = [];

beforeAll(async () => {
  if (spawnSync('spamd', ['--version']).error !== undefined)
    throw new Error('there is no spamd: install spamassassin, spamd');
  folder = mkdtempSync(join(tmpdir(), 'postern-spamd-'));
  port = await freePort();
  cpSync('/etc/spamassassin', join(folder, 'etc'), { recursive: true, filter: (name) => !name.endsWith('.cf') });
  spawnSync('chmod', ['755', folder]);
  writeFileSync(join(folder, 'etc/local.cf'), 'use_bayes 0\ndns_available no\n');
  const args = ['-L', '-x', '--max-children=2', '-p', String(port), '-i', '127.0.0.1'];
  const places = [`--siteconfigpath=${folder}/etc`, `--socketpath=${folder}/spamd.sock`, '--syslog=null'];
  daemon = spawn('spamd', [...args, ...places, '-u', 'nobody'], { stdio: 'ignore' });
  await vi.waitFor(async () => expect(await accepts(port)).toBe(true), { timeout: 60_000, interval: 200 });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  if (daemon !== undefined && daemon.exitCode === null) {
    const gone = new Promise((resolve) => daemon?.on('exit', resolve));
    daemon.kill();
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return free;
}

function accepts(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: at });
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

function client(options: Parameters<typeof spamd>[1] = {}): Spamd {
  const made = spamd({ host: '127.0.0.1', port }, options);
  clients.push(made);
  return made;
}

const question = (text: string): ScorerQuestion => ({
  message: messageOf(text),
  sender: 'a@mail.example',
  recipients: ['s001@school.example'],
  client: undefined,
  helo: undefined,
  login: undefined,
});

describe('spamd', () => {
  test.each(['points', 'names'] as const)('tells GTUBE, with %s', async (rules) => {
    const answer = await client({ rules }).score(question(`${PLAIN}\r\n${GTUBE}\r\n`));
    expect(answer).toMatchObject({ kind: 'found', value: { required: 5 } });
    if (answer.kind !== 'found') return;
    expect(answer.value.score).toBeGreaterThan(900);
    const hit = answer.value.hits.find(({ name }) => name === 'GTUBE');
    expect(hit?.score).toBe(rules === 'points' ? 1000 : undefined);
  });

  test('tells the same rules by either command, and points that add up', async () => {
    const text = `${PLAIN}Content-Type: text/html\r\n\r\n<html><body><font size=9>BUY NOW!!! $$$ 100% FREE</font></body></html>\r\n`;
    const [points, names] = await Promise.all([
      client({ rules: 'points' }).score(question(text)),
      client({ rules: 'names' }).score(question(text)),
    ]);
    if (points.kind !== 'found' || names.kind !== 'found') throw new Error('no verdict');
    const sorted = ({ hits }: typeof points.value): readonly string[] => hits.map(({ name }) => name).sort();
    expect(sorted(points.value)).toEqual(sorted(names.value));
    expect(points.value.hits.length).toBeGreaterThan(2);
    const sum = points.value.hits.reduce((total, { score = 0 }) => total + score, 0);
    expect(Math.abs(sum - points.value.score)).toBeLessThan(0.06 * points.value.hits.length);
  });

  test('takes many messages at once, and large ones', async () => {
    const one = client({ atOnce: 2 });
    const body = `${'x'.repeat(76)}\r\n`.repeat(20_000);
    const texts = Array.from({ length: 8 }, (_, i) => `${PLAIN}\r\n${i % 2 === 0 ? GTUBE : 'hello'}\r\n`);
    const answers = await Promise.all([...texts, `${PLAIN}\r\n${body}`].map((text) => one.score(question(text))));
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'found'));
    const spam = answers.map((answer) => answer.kind === 'found' && answer.value.score > 900);
    expect(spam).toEqual([true, false, true, false, true, false, true, false, false]);
    expect(answers[8]).toMatchObject({ value: { incomplete: [expect.stringContaining('524288')] } });
  });

  test('marks by its other commands', async () => {
    const one = client();
    const message = messageOf(`${PLAIN}\r\n${GTUBE}\r\n`);
    const [check, headers, all] = await Promise.all([one.check(message), one.headers(message), one.process(message)]);
    if (check.kind !== 'found' || headers.kind !== 'found' || all.kind !== 'found') throw new Error('no reply');
    expect(check.value.body.length).toBe(0);
    expect(decodeLatin1(headers.value.body)).toContain('X-Spam-Flag: YES');
    expect(decodeLatin1(all.value.body)).toContain('X-Spam-Flag: YES');
  });

  test('speaks over its Unix socket too', async () => {
    const made = spamd({ path: join(folder, 'spamd.sock') });
    clients.push(made);
    const answer = await made.score(question(`${PLAIN}\r\n${GTUBE}\r\n`));
    expect(answer.kind).toBe('found');
  });

  test('that is gone cannot tell', async () => {
    const gone = spamd({ host: '127.0.0.1', port: await freePort() });
    clients.push(gone);
    expect(await gone.score(question(PLAIN))).toMatchObject({ kind: 'cannot-tell', temporary: true });
  });
});
