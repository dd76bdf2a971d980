/** A private clamd with signatures of our own, on a TCP port and a Unix socket, in namespaces of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clamd } from '../../src/adapters/clamd/index.js';
import { eicar } from '../../src/testing/scanner/index.js';
import { freePort, type PrivateHost, runPrivately, until } from './private-host.js';

export interface TestClamd {
  readonly endpoint: { readonly host: string; readonly port: number };
  readonly path: string;
  /** Folder of signatures, for clamscan: EICAR as `Test.EICAR.UNOFFICIAL` wherever it stands. */
  readonly database: string;
  /** Of the first process; all others descend from it. */
  pid(): number;
  /** Starts it again in the same place. */
  start(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** `settings`: further lines of clamd.conf(5). */
export async function startClamd(settings: readonly string[] = []): Promise<TestClamd> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-clamd-'));
  const database = join(folder, 'db');
  const path = join(folder, 'clamd.ctl');
  const port = await freePort();
  for (const name of [database, join(folder, 'tmp')]) mkdirSync(name);
  writeFileSync(join(database, 'test.ndb'), `Test.EICAR:0:*:${Buffer.from(eicar, 'latin1').toString('hex')}\n`);
  const lines = [
    `DatabaseDirectory ${database}`,
    `TemporaryDirectory ${join(folder, 'tmp')}`,
    'TCPAddr 127.0.0.1',
    `TCPSocket ${port}`,
    `LocalSocket ${path}`,
    'Foreground yes',
    'SelfCheck 86400',
    // Else a clean message is looked at once only.
    'DisableCache yes',
    'User root',
    // Else what is over a limit is clean to it.
    'AlertExceedsMax yes',
    ...settings,
  ];
  writeFileSync(join(folder, 'clamd.conf'), `${lines.join('\n')}\n`);
  let host: PrivateHost | undefined;
  const endpoint = { host: '127.0.0.1', port };
  const kill = async (): Promise<void> => {
    await host?.stop();
    rmSync(path, { force: true });
  };
  const stop = async (): Promise<void> => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = async (): Promise<void> => {
    host = runPrivately(`exec clamd -c ${folder}/clamd.conf`);
    const client = clamd(endpoint, { timeout: 1000 });
    await until('clamd answers', async () => {
      if (host?.ended() === true) throw new Error(`clamd has ended\n${host.output()}`);
      return (await client.ping()).kind === 'found';
    });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, path, database, pid: () => host?.child.pid ?? 0, start, kill, stop };
}
