/**
 * A private Debian Postfix below a temporary folder: its own configuration, queue, accounts and log, started without
 * systemd and without the start-up script (about 0.1 s), stopped with the test however that ends. Several at once.
 */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { account, groupOf } from './accounts.js';
import { MAIL_UID, masterCf, type PostfixFiles, type PostfixFolder, plumbing } from './postfix-files.js';
import { accepts, freePort, type PrivateHost, runPrivately, until } from './private-host.js';
import { writeOld } from './write-old.js';

const run = promisify(execFile);

export interface QueuedMessage {
  readonly queue_name: string;
  readonly queue_id: string;
  readonly sender: string;
  readonly recipients: readonly { readonly address: string; readonly delay_reason?: string }[];
}

const QUEUES = 'active bounce corrupt defer deferred flush hold incoming maildrop pid private public saved trace'.split(
  ' ',
);

/** A folder for one instance; its port is chosen now, so that a configuration may name it. */
export async function postfixFolder(): Promise<PostfixFolder> {
  const root = mkdtempSync(join(tmpdir(), 'postern-postfix-'));
  chmodSync(root, 0o755);
  const { uid, gid } = account('postfix');
  const postdrop = groupOf('postdrop');
  for (const name of ['etc', 'log', 'spool', 'home', 'virtual', 'data']) mkdirSync(join(root, name));
  chownSync(join(root, 'data'), uid, gid);
  chownSync(join(root, 'virtual'), MAIL_UID, MAIL_UID);
  for (const queue of QUEUES) {
    const path = join(root, 'spool', queue);
    mkdirSync(path);
    if (queue !== 'pid') chownSync(path, uid, queue === 'public' || queue === 'maildrop' ? postdrop : gid);
    chmodSync(path, queue === 'pid' ? 0o755 : queue === 'public' ? 0o710 : queue === 'maildrop' ? 0o730 : 0o700);
  }
  return { root, etc: join(root, 'etc'), ports: [await freePort(), await freePort()] };
}

/** Writes the configuration and indexes its maps. */
export async function writeConfiguration(folder: PostfixFolder, files: PostfixFiles): Promise<void> {
  const { root, etc, ports } = folder;
  const services = (files.services ?? [[]]).map((options, i) => ({ port: ports[i] ?? 0, options }));
  writeOld(join(etc, 'main.cf'), `${plumbing(folder)}${files.mainCf}\n`, 'latin1');
  writeOld(join(etc, 'master.cf'), `${masterCf(services)}${files.masterCf ?? ''}`);
  for (const [name, text] of Object.entries(files.maps ?? {})) writeOld(join(etc, name), text, 'latin1');
  const users = files.users ?? [];
  const passwd = users.map((user) => `${user}:x:${MAIL_UID}:${MAIL_UID}::${join(root, 'home', user)}:/bin/sh\n`);
  writeOld(join(root, 'passwd'), `${readFileSync('/etc/passwd', 'utf8')}${passwd.join('')}`);
  for (const user of users) {
    mkdirSync(join(root, 'home', user), { recursive: true });
    chownSync(join(root, 'home', user), MAIL_UID, MAIL_UID);
  }
  const place = (map: string): string => map.replace(/:(?!.*:)/, `:${etc}/`);
  const [aliases, others] = [files.index ?? [], files.index ?? []].map((all, i) =>
    all.filter((map) => map.startsWith('alias:') === (i === 0)).map((map) => place(map.replace(/^alias:/, ''))),
  ) as [string[], string[]];
  const environment = { env: { ...process.env, MAIL_CONFIG: etc } };
  await Promise.all([
    aliases.length > 0 && run('postalias', aliases, environment),
    others.length > 0 && run('postmap', others, environment),
  ]);
}

export class Postfix {
  readonly folder: PostfixFolder;
  readonly #host: PrivateHost;

  private constructor(folder: PostfixFolder, host: PrivateHost) {
    this.folder = folder;
    this.#host = host;
  }

  /** `nameserver`: the only one that it asks. Default: an address where none is. */
  static async start(folder: PostfixFolder, { nameserver = '127.0.0.254' } = {}): Promise<Postfix> {
    const { root, etc } = folder;
    writeOld(join(root, 'resolv.conf'), `nameserver ${nameserver}\noptions timeout:1 attempts:1\n`);
    writeOld(join(root, 'hosts'), '127.0.0.1 localhost\n');
    const shown = {
      [join(root, 'resolv.conf')]: '/etc/resolv.conf',
      [join(root, 'passwd')]: '/etc/passwd',
      [join(root, 'hosts')]: '/etc/hosts',
    };
    const command = `/usr/lib/postfix/sbin/master -d -c ${etc}`;
    const host = runPrivately(command, shown, { MAIL_CONFIG: etc });
    const postfix = new Postfix(folder, host);
    const why = (): string => `${host.output()}\n${postfix.lastLines()}`;
    try {
      await until('postfix accepts connections', async () => {
        if (host.ended()) throw new Error(`postfix has ended\n${why()}`);
        return accepts(folder.ports[0] ?? 0);
      });
    } catch (error) {
      await postfix.stop();
      throw error;
    }
    return postfix;
  }

  /** Of the first process; all others descend from it. */
  get pid(): number {
    return this.#host.child.pid ?? 0;
  }

  log(): string {
    try {
      return readFileSync(join(this.folder.root, 'log', 'maillog'), 'latin1');
    } catch {
      return '';
    }
  }

  /** Processes that gave up: the configuration is wrong, or so is the instance. */
  fatalLines(): readonly string[] {
    return this.log()
      .split('\n')
      .filter((line) => /: (?:fatal|panic): /.test(line));
  }

  /** For reports of failures. */
  lastLines(count = 10): string {
    return this.log().split('\n').slice(-count).join('\n');
  }

  /** Takes the configuration as it is now in the folder. Sessions under way keep the old one. */
  async reload(): Promise<void> {
    const before = count(this.log(), 'reload -- version');
    const pid = readFileSync(`/proc/${this.#host.child.pid}/task/${this.#host.child.pid}/children`, 'utf8').trim();
    const inner = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
    process.kill(Number(inner), 'SIGHUP');
    await until('postfix has reloaded', () => count(this.log(), 'reload -- version') > before);
  }

  /** Waits until nothing is on its way: all is delivered, deferred, held or gone. */
  async settle({ ms = 15_000 } = {}): Promise<void> {
    const busy = (): boolean => ['incoming', 'active', 'maildrop', 'incoming'].some((name) => this.#files(name) > 0);
    let quiet = 0;
    const isQuiet = (): boolean => {
      quiet = busy() ? 0 : quiet + 1;
      return quiet >= 3;
    };
    await until('the queue is quiet', isQuiet, { ms, why: () => this.lastLines() });
  }

  #files(queue: string): number {
    return readdirSync(join(this.folder.root, 'spool', queue)).length;
  }

  /** What is deferred or on hold. */
  async queue(): Promise<readonly QueuedMessage[]> {
    if (this.#files('deferred') + this.#files('hold') === 0) return [];
    const { stdout } = await run('postqueue', ['-c', this.folder.etc, '-j'], {
      env: { ...process.env, MAIL_CONFIG: this.folder.etc },
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as QueuedMessage);
  }

  /** The text of a message on hold, header and body. */
  async held(id: string): Promise<string> {
    const { stdout } = await run('postcat', ['-c', this.folder.etc, '-bhq', id], { encoding: 'latin1' });
    return stdout;
  }

  /**
   * What would become of mail to an address that it takes: `deliverable`, `undeliverable`, with the reason, for each address that
   * it leads to. Nothing is sent.
   */
  async verify(address: string, depth = 0): Promise<string> {
    const fates = await this.#fates(address);
    const followed = fates.map((fate) => {
      const next = /^deliverable \(forwards to (.*)\)$/.exec(fate)?.[1];
      return next === undefined || depth > 3 ? fate : this.verify(next, depth + 1);
    });
    const all: string[] = [];
    for (const one of followed) all.push(await one);
    return all.join('; ');
  }

  async #fates(address: string): Promise<readonly string[]> {
    const before = this.log().length;
    // Where cleanup(8) could not tell, pickup(8) keeps the message for later.
    const refused = / postfix\/pickup\[\d+\]: warning: maildrop\/\w+: error writing \w+: (.*)/;
    const end = new RegExp(`${/ postfix\/qmgr\[\d+\]: \w+: (?:removed|status=deferred)/.source}|${refused.source}`);
    await run('sendmail', ['-C', this.folder.etc, '-bv', '-f', 'verify@far.example', '--', address], {
      env: { ...process.env, MAIL_CONFIG: this.folder.etc },
    });
    await until(`the address ${address} is verified`, () => end.test(this.log().slice(before)), {
      ms: 5000,
      why: () => this.lastLines(),
    });
    await this.settle();
    const lines = this.log().slice(before).split('\n');
    const why = lines.flatMap((line) => refused.exec(line)?.[1] ?? [])[0];
    if (why !== undefined) return [`undeliverable (${why})`];
    return lines.flatMap((line) => /status=((?:un)?deliverable .*)/.exec(line)?.[1] ?? []);
  }

  /** Ends it at once and removes its folder. */
  async stop({ keep = false } = {}): Promise<void> {
    await this.#host.stop();
    if (!keep) rmSync(this.folder.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function count(text: string, what: string): number {
  return text.split(what).length - 1;
}
