/**
 * Spam scores in process beside spamd (asked by spamc) and rspamd (/checkv2): processor time a message over the same generated mail, in
 * turns; then start, memory, and growth with the number of rules and the size of a message. A rival that is not installed is left out, and
 * that is said. Daemons are counted with all their processes; root only.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Daemon } from '../daemons/filters/own-folder.js';
import { startRspamd } from '../daemons/filters/rspamd.js';
import { startSpamd } from '../daemons/filters/spamd.js';
import { startNameServer } from '../daemons/name-server.js';
import { ordinaryCorpus } from '../daemons/spam/generate/corpus.js';
import { RULES, writeSite } from '../daemons/spam/spam-assassin.js';
import { buildChildren, type Child, startChild } from './built.js';
import { cpuOfTree, memoryOfTree } from './process-tree.js';
import { type BenchRow, median, row } from './row.js';
import { otherRules } from './twice.js';

const MESSAGES = 60;
const ROUNDS = 3;
const WARM_UPS = 25;
const run = promisify(execFile);

interface Ready {
  /** Milliseconds from the start of the process to the end of the first message: by the clock, and of processor time. */
  readonly first: number;
  readonly cpu: number;
}

interface Figures {
  readonly cpu: number;
  readonly rss: number;
}

interface Rival {
  readonly name: string;
  readonly daemon: Daemon;
  readonly ask: (file: string) => Promise<void>;
  readonly goal: string;
}

export async function benchSpam(): Promise<readonly BenchRow[]> {
  if (!existsSync(join(RULES, '72_active.cf')))
    return skipped('all of it', 'SpamAssassin is not installed, whose rules these are');
  await buildChildren(['spam-child']);
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  try {
    const mails = join(folder, 'mails');
    mkdirSync(mails);
    for (const [name, text] of ordinaryCorpus(1, MESSAGES)) writeFileSync(join(mails, name), text, 'latin1');
    writeSite(join(folder, 'site'));
    return [...(await besideRivals(folder, mails)), ...(await growth(folder, mails))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function skipped(what: string, why: string): readonly BenchRow[] {
  process.stdout.write(`  skipped: ${what}: ${why}\n`);
  return [];
}

async function besideRivals(folder: string, mails: string): Promise<readonly BenchRow[]> {
  const ours = await startChild<Ready>('spam-child', [mails, RULES, join(folder, 'site')]);
  const rivals = await startRivals();
  try {
    const files = readdirSync(mails).map((name) => join(mails, name));
    // Until the engine has compiled what runs often; the rivals have nothing to compile.
    for (let i = 0; i < WARM_UPS; i++) await ask(ours, { run: true });
    for (const { ask: one } of rivals) for (const file of files.slice(0, 12)) await one(file);
    const figures = { ours: [] as number[], rivals: rivals.map((): number[] => []) };
    let rss = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const answer = await ask(ours, { run: true });
      rss = answer.rss;
      figures.ours.push(answer.cpu);
      for (const [i, rival] of rivals.entries()) figures.rivals[i]?.push(await cpuOfRival(rival, files));
    }
    const name = `spam score, ${MESSAGES} messages, warm`;
    const cpu = median(figures.ours);
    return [
      ...rivals.map((rival, i) =>
        row({
          name,
          unit: 'CPU ms/message',
          ours: cpu,
          against: rival.name,
          rival: median(figures.rivals[i] ?? []),
          goal: rival.goal,
        }),
      ),
      row({
        name: 'spam score, rules loaded and one message',
        unit: 'CPU ms',
        ours: ours.ready.cpu,
        against: 'limit',
        rival: 1500,
        goal: '',
      }),
      row({
        name: 'spam score, rules loaded and one message',
        unit: 'ms',
        ours: ours.ready.first,
        against: 'limit',
        rival: 1500,
        goal: '<= 1',
      }),
      row({
        name: 'spam score, memory of the process',
        unit: 'MiB',
        ours: rss,
        against: 'limit',
        rival: 200,
        goal: '<= 1',
      }),
      ...rivals.map(({ name: against, daemon }) =>
        row({
          name: 'spam score, memory of all processes',
          unit: 'MiB',
          ours: rss,
          against,
          rival: memoryOfTree(daemon.pid),
          goal: '',
        }),
      ),
    ];
  } finally {
    ours.process.disconnect();
    for (const { daemon } of rivals) await daemon.stop();
  }
}

async function ask(child: Child<unknown>, what: object): Promise<Figures> {
  const answer = once(child.process, 'message');
  child.process.send(what);
  return ((await answer) as [Figures])[0];
}

async function cpuOfRival({ daemon, ask: one }: Rival, files: readonly string[]): Promise<number> {
  const before = cpuOfTree(daemon.pid);
  for (const file of files) await one(file);
  return (cpuOfTree(daemon.pid) - before) / files.length;
}

async function startRivals(): Promise<readonly Rival[]> {
  const rivals: Rival[] = [];
  if (process.getuid?.() !== 0) skipped('beside spamd and rspamd', 'only root can start them');
  else {
    if (!existsSync('/usr/sbin/spamd') || !existsSync('/usr/bin/spamc'))
      skipped('beside spamd', 'spamd or spamc is not installed');
    else rivals.push(await spamd());
    if (!existsSync('/usr/bin/rspamd')) skipped('beside rspamd', 'rspamd is not installed');
    else rivals.push(await rspamd());
  }
  return rivals;
}

async function spamd(): Promise<Rival> {
  const daemon = await startSpamd();
  const askOne = async (file: string): Promise<void> => {
    await run('sh', ['-c', 'exec spamc -x -d 127.0.0.1 -p "$0" < "$1" > /dev/null', String(daemon.port), file]);
  };
  return { name: 'spamd', daemon, ask: askOne, goal: '<= 0.025' };
}

async function rspamd(): Promise<Rival> {
  const names = await startNameServer([]);
  const daemon = await startRspamd(names.address);
  const agent = new http.Agent({ keepAlive: true });
  const headers = {
    from: 'sender@mail.example',
    rcpt: 'head@school.example',
    ip: '93.184.2.10',
    helo: 'mail.mx.example',
  };
  const askOne = (file: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = readFileSync(file, 'latin1').replace(/\r?\n/g, '\r\n');
      const options = { host: '127.0.0.1', port: daemon.port, path: '/checkv2', method: 'POST', agent, headers };
      const request = http.request(options, (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`rspamd: ${response.statusCode}`)),
        );
      });
      request.on('error', reject);
      request.end(Buffer.from(body, 'latin1'));
    });
  const stop = async (): Promise<void> => {
    agent.destroy();
    await daemon.stop();
    await names.stop();
  };
  return { name: 'rspamd', daemon: { ...daemon, stop }, ask: askOne, goal: '<= 1' };
}

/** Twice the rules, the second half under other names and about other words; twice the text. */
async function growth(folder: string, mails: string): Promise<readonly BenchRow[]> {
  const site = join(folder, 'site');
  const double = join(folder, 'double');
  cpSync(RULES, double, { recursive: true });
  for (const name of readdirSync(RULES).filter((one) => one.endsWith('.cf')))
    writeFileSync(join(double, `99_${name}`), otherRules(readFileSync(join(RULES, name), 'latin1')), 'latin1');
  const [single, both] = [
    await startChild<Ready>('spam-child', [mails, RULES, site]),
    await startChild<Ready>('spam-child', [mails, double, site]),
  ];
  try {
    for (let i = 0; i < 4; i++) for (const one of [single, both]) await ask(one, { run: true });
    const rules: [number[], number[]] = [[], []];
    const sizes: [number[], number[]] = [[], []];
    for (const size of [100_000, 200_000]) await ask(single, { size });
    for (let round = 0; round < ROUNDS; round++) {
      rules[0].push((await ask(single, { run: true })).cpu);
      rules[1].push((await ask(both, { run: true })).cpu);
      sizes[0].push((await ask(single, { size: 100_000 })).cpu);
      sizes[1].push((await ask(single, { size: 200_000 })).cpu);
    }
    return [
      row({
        name: 'spam score, twice the rules',
        unit: 'CPU ms/message',
        ours: median(rules[1]),
        against: 'the rules',
        rival: median(rules[0]),
        goal: '< 1.4',
      }),
      row({
        name: 'spam score, 200 KB of text',
        unit: 'CPU ms/message',
        ours: median(sizes[1]),
        against: '100 KB',
        rival: median(sizes[0]),
        goal: '< 2.1',
      }),
      row({
        name: 'spam score, first message with twice the rules',
        unit: 'CPU ms',
        ours: both.ready.cpu,
        against: 'the rules',
        rival: single.ready.cpu,
        goal: '',
      }),
    ];
  } finally {
    for (const one of [single, both]) one.process.disconnect();
  }
}
