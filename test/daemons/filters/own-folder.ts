/** What every private filter daemon needs: a folder of its own, no resolver, and to be asked until it answers. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { account } from '../accounts.js';
import { accepts, type PrivateHost, runPrivately, until } from '../private-host.js';

export interface OwnFolder {
  readonly path: string;
  /** Makes a folder below it that this account owns. */
  own(name: string, user: string): string;
  write(name: string, text: string): string;
  remove(): void;
}

export function ownFolder(what: string): OwnFolder {
  const path = mkdtempSync(join(tmpdir(), `postern-${what}-`));
  chmodSync(path, 0o755);
  return {
    path,
    own(name, user) {
      const { uid, gid } = account(user);
      mkdirSync(join(path, name), { recursive: true });
      chownSync(join(path, name), uid, gid);
      return join(path, name);
    },
    write(name, text) {
      mkdirSync(join(path, name, '..'), { recursive: true });
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface Daemon {
  readonly port: number;
  /** Of the first process; all others descend from it. */
  readonly pid: number;
  output(): string;
  /** Ends it at once, and removes its folder. */
  stop(): Promise<void>;
}

/** Starts `command` where nobody answers questions about names, and waits until `port` accepts. */
export async function startDaemon(
  name: string,
  folder: OwnFolder,
  command: string,
  port: number,
  { ms = 60_000 } = {},
): Promise<Daemon> {
  const resolvConf = folder.write('resolv.conf', 'nameserver 127.0.0.254\noptions timeout:1 attempts:1\n');
  const host: PrivateHost = runPrivately(
    command,
    { [resolvConf]: '/etc/resolv.conf' },
    { HOME: folder.path, TMPDIR: folder.path },
  );
  const stop = async (): Promise<void> => {
    await host.stop();
    folder.remove();
  };
  try {
    const check = (): Promise<boolean> => {
      if (host.ended()) throw new Error(`${name} has ended\n${host.output()}`);
      return accepts(port);
    };
    await until(`${name} accepts connections`, check, { ms, why: host.output });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, pid: host.child.pid ?? 0, output: host.output, stop };
}
