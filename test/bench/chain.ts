/**
 * Processor time of a message on its whole way, SMTP to Maildir: clamd, spam rules and content checks in Postern's server, beside Postfix,
 * amavisd with SpamAssassin, and Postfix again, with the same clamd. In turns, the same generated mail. Root and Linux only.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOldChain } from '../daemons/chain/old-chain.js';
import { type Server, send } from '../daemons/chain/send.js';
import { startClamd } from '../daemons/clamd.js';
import { until } from '../daemons/private-host.js';
import { ordinaryCorpus } from '../daemons/spam/generate/corpus.js';
import { RULES, writeSite } from '../daemons/spam/spam-assassin.js';
import { buildChildren, startChild } from './built.js';
import { cpuOfTree, memoryOfTree } from './process-tree.js';
import { type BenchRow, median, row } from './row.js';

const MESSAGES = 60;
const ROUNDS = 3;
const AT_ONCE = 4;
const CLIENT = { ip: '93.184.10.20', name: 'mail.uni.example', helo: 'mail.uni.example' };
const NEEDED = ['/usr/sbin/amavisd', '/usr/sbin/clamd', '/usr/lib/postfix/sbin/master', join(RULES, '72_active.cf')];

export async function benchChain(): Promise<readonly BenchRow[]> {
  const missing = NEEDED.filter((path) => !existsSync(path));
  if (missing.length > 0 || process.getuid?.() !== 0) {
    process.stdout.write(
      `  skipped: ${missing.length > 0 ? `${missing.join(', ')} is not installed` : 'only root can start the daemons'}\n`,
    );
    return [];
  }
  await buildChildren(['chain-child']);
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const clamd = await startClamd();
  try {
    return await measured(folder, clamd.endpoint.port, clamd.pid());
  } finally {
    await clamd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Side extends Server {
  readonly pids: readonly number[];
  /** Where its Maildirs are. */
  readonly base: string;
}

async function measured(folder: string, clamdPort: number, clamdPid: number): Promise<readonly BenchRow[]> {
  const site = join(folder, 'site');
  const base = join(folder, 'mail');
  writeSite(site);
  mkdirSync(base);
  const old = await startOldChain(clamdPort);
  const child = await startChild<{ readonly port: number }>('chain-child', [String(clamdPort), RULES, site, base]);
  try {
    const messages = [...ordinaryCorpus(1, MESSAGES).values()];
    const ours: Side = {
      port: child.ready.port,
      pids: [child.process.pid ?? 0],
      base,
    };
    const theirs: Side = { ...old, pids: [old.pids.postfix, old.pids.amavisd] };
    for (let i = 0; i < 5; i++) await sendAll(ours, messages);
    await sendAll(theirs, messages.slice(0, 8));
    const figures = { ours: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      figures.ours.push(await cpuOf(ours, clamdPid, messages));
      figures.theirs.push(await cpuOf(theirs, clamdPid, messages));
    }
    const memory = (side: Side): number => side.pids.reduce((sum, pid) => sum + memoryOfTree(pid), 0);
    const against = 'Postfix, amavisd';
    const name = `SMTP to Maildir, ${MESSAGES} messages, clamd counted`;
    const [own, rival] = [median(figures.ours), median(figures.theirs)];
    return [
      row({ name, unit: 'CPU ms/message', ours: own, against, rival, goal: '<= 0.05' }),
      row({
        name: 'SMTP to Maildir, memory without clamd',
        unit: 'MiB',
        ours: memory(ours),
        against,
        rival: memory(theirs),
        goal: '',
      }),
    ];
  } finally {
    child.process.disconnect();
    await old.stop();
  }
}

const countOf = ({ base }: Side): number =>
  readdirSync(base, { recursive: true, encoding: 'utf8' }).filter((path) => /(?:^|\/)new\/[^/]+$/.test(path)).length;

/** Until all have arrived. */
async function sendAll(side: Side, messages: readonly string[]): Promise<void> {
  const before = countOf(side);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let message = messages[next++]; message !== undefined; message = messages[next++]) {
      const reply = await send(side, message, CLIENT);
      if (reply?.code !== 250) throw new Error(`refused: ${reply?.code} ${reply?.lines.join(' ')}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await until('all have arrived', () => countOf(side) >= before + messages.length, { ms: 120_000 });
}

async function cpuOf(side: Side, clamdPid: number, messages: readonly string[]): Promise<number> {
  const total = (): number => [...side.pids, clamdPid].reduce((sum, pid) => sum + cpuOfTree(pid), 0);
  const before = total();
  await sendAll(side, messages);
  return (total() - before) / messages.length;
}
