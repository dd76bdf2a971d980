/** A private slapd with the tree, Postfix's postmap, and ours: the same table file and key asked of both. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ldapTables } from '../../../src/adapters/ldap/tables.js';
import type { LdapSearch, LdapTableServer } from '../../../src/ports/ldap-search.js';
import { plainFiles } from '../../../src/postfix/files.js';
import { openTable } from '../../../src/tables/open-table.js';
import { isConfigurationError, type SourcePosition } from '../../../src/values/errors.js';
import { ldif } from '../directory/ldif.js';
import { ownFolder } from '../filters/own-folder.js';
import { accepts, freePort, runPrivately, until } from '../private-host.js';
import { writeOld } from '../write-old.js';
import { BASE, LIMITED, READER, schema, tree } from './tree.js';

/** `found X`, `not found`, `error`: it could not tell; `refused`: the table does not open. */
export interface Said {
  readonly answer: string;
  readonly why: string;
}

export interface Ours extends Said {
  /** Some search found more than one entry. */
  readonly several: boolean;
}

export interface Both {
  readonly port: number;
  /** Asks a table of these lines; those of the server go before. */
  theirs(lines: string, keys: readonly string[]): Promise<readonly Said[]>;
  ours(lines: string, keys: readonly string[]): Promise<readonly Ours[]>;
  stop(): Promise<void>;
}

export function oracleMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: the daemon runs in namespaces of its own';
  const needed = ['/usr/sbin/slapd', '/usr/sbin/slapadd', '/usr/sbin/postmap', '/usr/lib/postfix/postfix-ldap.so'];
  const missing = needed.find((path) => !existsSync(path));
  return missing === undefined ? undefined : `${missing} is absent: run test/daemons/install.sh`;
}

export async function startBoth(): Promise<Both> {
  const folder = ownFolder('postmap-ldap');
  const { path } = folder;
  mkdirSync(join(path, 'db'));
  folder.write('mail.schema', schema);
  const configuration = folder.write('slapd.conf', configure(path));
  const text = folder.write('tree.ldif', ldif(tree));
  await promisify(execFile)('slapadd', ['-q', '-f', configuration, '-l', text], { timeout: 30_000 });
  const port = await freePort();
  const daemon = runPrivately(`exec slapd -f ${configuration} -h ldap://127.0.0.1:${port} -d 0`);
  await until('slapd accepts connections', () => accepts(port), { why: daemon.output });
  writeOld(join(path, 'main.cf'), 'compatibility_level = 3.6\nmyhostname = mx.school.example\n');
  writeOld(join(path, 'master.cf'), '');
  const ldap = ldapTables();
  let count = 0;
  const table = (lines: string): string => {
    const file = join(path, `table${count++}.cf`);
    writeOld(file, withServer(lines, port));
    return file;
  };
  return {
    port,
    theirs: async (lines, keys) => {
      const file = table(lines);
      const said = await askPostmap(path, file, keys);
      rmSync(file);
      return said;
    },
    ours: async (lines, keys) => {
      const file = table(lines);
      const said = await askOurs(file, keys, ldap.open);
      rmSync(file);
      return said;
    },
    stop: async () => {
      await ldap.close();
      await daemon.stop();
      folder.remove();
    },
  };
}

/** What the lines do not set. */
function withServer(lines: string, port: number): string {
  const defaults = [
    ['server_host', `ldap://127.0.0.1:${port}`],
    ['bind_dn', READER.dn],
    ['bind_pw', READER.password],
    ['search_base', BASE],
    ['result_attribute', 'mail'],
  ] as const;
  const missing = defaults.filter(([name]) => !new RegExp(`^${name} *=`, 'm').test(lines));
  return `${missing.map(([name, value]) => `${name} = ${value}\n`).join('')}${lines}\n`;
}

function configure(path: string): string {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  const limits = `limits dn.exact="${LIMITED.dn}" size.soft=3 size.hard=3 size.prtotal=3`;
  return [
    ...schemas,
    `include ${path}/mail.schema`,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${path}/slapd.pid`,
    'database mdb',
    'maxsize 104857600',
    `suffix "${BASE}"`,
    `directory ${path}/db`,
    'dbnosync',
    limits,
    'access to attrs=userPassword by anonymous auth by * none',
    'access to * by users read by * none\n',
  ].join('\n');
}

/** All keys at once where nothing goes wrong; else one after the other, several at a time: postmap sleeps over an error. */
async function askPostmap(folder: string, file: string, keys: readonly string[]): Promise<readonly Said[]> {
  const plain = keys.every((key) => key !== '' && !/[\n\t]/.test(key)) && keys.length > 1;
  if (plain) {
    const all = await postmap(folder, '-', file, `${keys.join('\n')}\n`);
    if (all.status !== undefined && !/fatal|panic/.test(all.err)) {
      const found = new Map(all.out.split('\n').map((line) => [line.split('\t', 1)[0] ?? '', line] as const));
      return keys.map((key) => {
        const line = found.get(key);
        return { answer: line === undefined ? 'not found' : `found ${line.slice(key.length + 1)}`, why: all.err };
      });
    }
  }
  return Promise.all(keys.map(async (key) => saidOf(await postmap(folder, key, file))));
}

interface Ran {
  readonly status: number | undefined;
  readonly out: string;
  readonly err: string;
}

function saidOf({ status, out, err }: Ran): Said {
  const answer = /fatal|panic/.test(err) ? 'error' : status === 0 ? `found ${out.replace(/\n$/, '')}` : 'not found';
  return { answer, why: err };
}

async function postmap(folder: string, key: string, file: string, input = ''): Promise<Ran> {
  const child = spawn('postmap', ['-q', key, `ldap:${file}`], { env: { ...process.env, MAIL_CONFIG: folder } });
  const gather = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of stream) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  };
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | undefined>((resolve) => child.once('close', (code) => resolve(code ?? undefined)));
  const [out, err] = await Promise.all([gather(child.stdout), gather(child.stderr)]);
  return { status: await ended, out, err };
}

async function askOurs(
  file: string,
  keys: readonly string[],
  open: (server: LdapTableServer, source: SourcePosition) => LdapSearch,
): Promise<readonly Ours[]> {
  let several = false;
  const watched = (server: LdapTableServer, source: SourcePosition): LdapSearch => {
    const search = open(server, source);
    return {
      name: search.name,
      search: async (query, call) => {
        const answer = await search.search(query, call);
        if (answer.kind === 'found' && answer.value.length > 1) several = true;
        return answer;
      },
    };
  };
  try {
    const table = openTable(`ldap:${file}`, { files: plainFiles('/'), ldap: watched });
    const said: Ours[] = [];
    for (const key of keys) {
      several = false;
      const answer = await table.lookup(key);
      if (answer.kind === 'found') said.push({ answer: `found ${answer.value.value}`, why: '', several });
      else if (answer.kind === 'not-found') said.push({ answer: 'not found', why: answer.why ?? '', several });
      else said.push({ answer: 'error', why: answer.why, several });
    }
    return said;
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return keys.map(() => ({ answer: 'refused', why: error.message, several: false }));
  }
}
