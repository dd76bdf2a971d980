/** A private saslauthd over accounts of a sasldb, or over an LDAP directory; and its own client. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type OwnFolder, ownFolder } from '../filters/own-folder.js';
import { type PrivateHost, runPrivately, until } from '../private-host.js';

const run = promisify(execFile);

export interface TestSaslauthd {
  /** Of its socket. */
  readonly path: string;
  pid(): number;
  start(): Promise<void>;
  /** Ends it at once, as a crash would: the socket stays. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface SaslAccount {
  readonly login: string;
  readonly realm: string;
  readonly password: string;
}

/** Why there can be none here. */
export function saslauthdMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: the daemon runs in namespaces of its own';
  const programs = ['/usr/sbin/saslauthd', '/usr/sbin/saslpasswd2', '/usr/sbin/testsaslauthd', '/etc/sasldb2'];
  const missing = programs.find((path) => !existsSync(path));
  return missing === undefined ? undefined : `${missing} is absent: run test/daemons/install.sh`;
}

/** Mechanism `sasldb`. */
export async function saslauthdOverAccounts(accounts: readonly SaslAccount[]): Promise<TestSaslauthd> {
  const folder = ownFolder('saslauthd');
  const database = join(folder.path, 'sasldb2');
  for (const { login, realm, password } of accounts) await addAccount(database, login, realm, password);
  return launch(folder, '-a sasldb', { [database]: '/etc/sasldb2' });
}

/** Mechanism `ldap`; `settings`: lines of saslauthd.conf. `cache`: as Debian starts it. */
export async function saslauthdOverLdap(settings: readonly string[], cache = false): Promise<TestSaslauthd> {
  const folder = ownFolder('saslauthd');
  const file = folder.write('saslauthd.conf', `${settings.join('\n')}\n`);
  return launch(folder, `-a ldap -O ${file}${cache ? ' -c' : ''}`, {});
}

async function launch(
  folder: OwnFolder,
  how: string,
  mounts: Readonly<Record<string, string>>,
): Promise<TestSaslauthd> {
  const place = join(folder.path, 'run');
  mkdirSync(place);
  const path = join(place, 'mux');
  let daemon: PrivateHost | undefined;
  const kill = async (): Promise<void> => daemon?.stop();
  const stop = async (): Promise<void> => {
    await kill();
    folder.remove();
  };
  const start = async (): Promise<void> => {
    // -d: stays in the foreground.
    daemon = runPrivately(`exec saslauthd -d ${how} -m ${place} -n 2`, mounts);
    const ready = async (): Promise<boolean> => {
      if (daemon?.ended() === true) throw new Error(`saslauthd has ended\n${daemon.output()}`);
      return (await testSaslauthd(path, { login: 'nobody', realm: '', password: 'x' })) !== 'silent';
    };
    await until('saslauthd answers', ready, { why: () => daemon?.output() ?? '' });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { path, pid: () => daemon?.child.pid ?? 0, start, kill, stop };
}

/** By saslpasswd2(8), which reads the password from its standard input. */
async function addAccount(database: string, login: string, realm: string, password: string): Promise<void> {
  const added = run('saslpasswd2', ['-f', database, '-c', '-p', '-u', realm, login], { timeout: 10_000 });
  added.child.stdin?.end(password);
  await added;
}

/** What testsaslauthd(8) makes of the answer; silent: there was none. */
export async function testSaslauthd(path: string, account: SaslAccount): Promise<'ok' | 'no' | 'silent'> {
  const { login, realm, password } = account;
  const given = ['-f', path, '-s', 'smtp', '-r', realm, '-u', login, '-p', password];
  try {
    const { stdout } = await run('testsaslauthd', given, { timeout: 10_000 });
    return stdout.startsWith('0: OK') ? 'ok' : 'silent';
  } catch (error) {
    const said = String((error as { stdout?: unknown }).stdout ?? '');
    return said.startsWith('0: NO') ? 'no' : 'silent';
  }
}
