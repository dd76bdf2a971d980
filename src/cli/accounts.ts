/**
 * `--accounts`: whose accounts `unix:passwd.byname` means. Postfix asks the machine it runs on; so does the command for
 * a configuration that is this machine's own. A copy of another machine's takes a passwd file of that machine, or none.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Table, TableEntry } from '../core/table.js';
import { systemAccounts } from '../postfix/index.js';
import { type Answer, cannotTell, found, notFound } from '../values/answer.js';

export interface Accounts {
  readonly unix: (map: string) => Table | undefined;
  /** For the output: where they come from. */
  readonly from: string;
}

/** What is configured below these is this machine's. */
const OWN_FOLDERS = /^\/(?:etc|private\/etc|usr\/local\/etc)(?:\/|$)/;
const ANSWER_MS = 10_000;

/** What this machine has; others for tests. */
interface Machine {
  readonly nsswitch: string;
  readonly getent: string;
}

const thisMachine: Machine = { nsswitch: '/etc/nsswitch.conf', getent: 'getent' };

/**
 * `given`: a passwd file, `system`, `none`, or undefined for the default: `system` for a folder of this machine's, else
 * none.
 */
export function accountsOf(
  given: string | undefined,
  cwd: string,
  folder?: string,
  machine: Machine = thisMachine,
): Accounts | undefined {
  const choice = given ?? (folder === undefined || isOwn(folder) ? 'system' : 'none');
  if (choice === 'none' || (given === undefined && !existsSync('/etc/passwd'))) return undefined;
  if (choice === 'system') return machineAccounts(machine);
  const passwd = resolve(cwd, choice);
  return { unix: systemAccounts({ passwd }), from: passwd };
}

function isOwn(folder: string): boolean {
  try {
    return OWN_FOLDERS.test(realpathSync(folder));
  } catch {
    return OWN_FOLDERS.test(folder);
  }
}

/** The files; where the machine has a directory of accounts besides, its own look-up. */
function machineAccounts({ nsswitch, getent }: Machine): Accounts {
  if (!hasDirectory(nsswitch)) return { unix: systemAccounts(), from: 'this machine, /etc/passwd' };
  const databases: Readonly<Record<string, string>> = { 'passwd.byname': 'passwd', 'group.byname': 'group' };
  const unix = (map: string): Table | undefined => {
    const database = databases[map];
    return database === undefined ? undefined : { name: `unix:${map}`, lookup: (key) => ask(getent, database, key) };
  };
  return { unix, from: 'this machine, getent passwd' };
}

function hasDirectory(nsswitch: string): boolean {
  try {
    const sources = /^passwd:(.*)$/m.exec(readFileSync(nsswitch, 'utf8'))?.[1] ?? '';
    return sources.split(/\s+/).some((word) => /^[a-z]/.test(word) && !['files', 'compat', 'systemd'].includes(word));
  } catch {
    return false;
  }
}

/** getent(1): status 2 for no such key. A number would be taken for a user id: the name in the answer counts. */
function ask(getent: string, database: string, key: string): Promise<Answer<TableEntry>> | Answer<TableEntry> {
  if (!/^[^-:\0\n][^:\0\n]{0,255}$/.test(key)) return notFound();
  return new Promise((done) => {
    execFile(getent, [database, key], { timeout: ANSWER_MS }, (error, stdout) => {
      const [value = ''] = stdout.split('\n');
      if (error?.code === 2) return done(notFound());
      if (error !== null) return done(cannotTell(`getent ${database}: ${error.message}`));
      done(value.startsWith(`${key}:`) ? found({ value, source: { file: `getent ${database}` } }) : notFound());
    });
  });
}
