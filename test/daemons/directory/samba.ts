/**
 * A private Samba as the domain controller of the school's domain, LDAP alone, on a loopback address of its own: the ports 389 and
 * 636 are fixed. It is provisioned and filled once for a run (about 12 s), copied, and started in half a second.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownFolder } from '../filters/own-folder.js';
import { accepts, type PrivateHost, runPrivately, until } from '../private-host.js';
import { ldif, ldifChange } from './ldif.js';
import { madeOnce } from './once.js';
import { LONG_AGO, nestingInAd, schoolInAd, userDn } from './school-in-ad.js';

const run = promisify(execFile);

export interface TestSamba {
  readonly host: string;
  /** `ldaps://…`; verified with `tls`. */
  readonly url: string;
  readonly plainUrl: string;
  readonly tls: { readonly ca: string; readonly servername: string };
  /** Of the first process; all others descend from it. */
  pid(): number;
  start(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Changes entries in its database while it is stopped. `controls`: OIDs of what a server would not allow. */
  change(ldifText: string, controls?: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Its flushes to the disk cost more than all else. */
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TDB_NO_FSYNC: '1' };
/** DSDB_CONTROL_PASSWORD_BYPASS_LAST_SET: pwdLastSet may be any time. */
const ANY_LAST_SET = '1.3.6.1.4.1.7165.4.3.20';

/** Why there can be none here. */
export function sambaMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: Samba takes the ports 389 and 636';
  const programs = ['/usr/sbin/samba', '/usr/bin/samba-tool', '/usr/bin/ldbmodify', '/usr/share/samba/setup'];
  const missing = programs.find((path) => !existsSync(path));
  return missing === undefined ? undefined : `${missing} is absent: run test/daemons/install.sh`;
}

export async function startSamba(): Promise<TestSamba> {
  const template = await madeOnce('domain', provision);
  const folder = ownFolder('samba');
  await run('cp', ['-a', join(template, 'private'), join(template, 'state'), folder.path]);
  const host = `127.27.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;
  const configuration = configure(folder.path, host);
  let daemon: PrivateHost | undefined;
  const kill = async (): Promise<void> => daemon?.stop();
  const stop = async (): Promise<void> => {
    await kill();
    folder.remove();
  };
  const why = (): string => `${daemon?.output()}\n${lastLines(join(folder.path, 'log', 'samba.log'))}`;
  const start = async (): Promise<void> => {
    daemon = runPrivately(`exec samba -F -s ${configuration}`, {}, environment);
    const ready = async (): Promise<boolean> => {
      if (daemon?.ended() === true) throw new Error(`samba has ended\n${why()}`);
      return (await accepts(389, host)) && (await accepts(636, host));
    };
    await until('samba accepts connections', ready, { ms: 30_000, why });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  const tls = { ca: readFileSync(join(folder.path, 'private/tls/ca.pem'), 'utf8'), servername: 'dc1.school.example' };
  const change = (text: string, controls: readonly string[] = []): Promise<void> => modify(folder.path, text, controls);
  const urls = { url: `ldaps://${host}`, plainUrl: `ldap://${host}` };
  return { host, ...urls, tls, pid: () => daemon?.child.pid ?? 0, start, kill, change, stop };
}

async function provision(path: string): Promise<void> {
  const options = {
    targetdir: path,
    realm: 'SCHOOL.EXAMPLE',
    domain: 'SCHOOL',
    'host-name': 'dc1',
    'host-ip': '127.0.0.1',
    'server-role': 'dc',
    'dns-backend': 'NONE',
    adminpass: 'Admin-Pass.1',
  };
  const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const local = ['--option=interfaces=127.0.0.1/8', '--option=bind interfaces only=yes'];
  await run('samba-tool', ['domain', 'provision', ...given, ...local], { env: environment, timeout: 90_000 });
  writeFileSync(join(path, 'school.ldif'), ldif(schoolInAd));
  const database = join(path, 'private/sam.ldb');
  await run('ldbadd', ['-H', database, join(path, 'school.ldif')], { env: environment, timeout: 60_000 });
  const nesting = nestingInAd.map(({ dn, members }) => ldifChange(dn, 'add', { member: members }));
  await modify(path, nesting.join(''));
  await modify(path, ldifChange(userDn('ivan'), 'replace', { pwdLastSet: LONG_AGO }), [ANY_LAST_SET]);
}

async function modify(folder: string, text: string, controls: readonly string[] = []): Promise<void> {
  const file = join(folder, 'change.ldif');
  writeFileSync(file, text);
  const options = controls.map((oid) => `--controls=local_oid:${oid}:1`);
  await run('ldbmodify', ['-H', join(folder, 'private/sam.ldb'), ...options, file], {
    env: environment,
    timeout: 30_000,
  });
}

/** Writes smb.conf(5): every path inside of the folder. */
function configure(path: string, host: string): string {
  for (const name of ['run', 'cache', 'log', 'ncalrpc']) mkdirSync(join(path, name));
  const lines = [
    '[global]',
    'netbios name = DC1',
    'workgroup = SCHOOL',
    'realm = SCHOOL.EXAMPLE',
    'server role = active directory domain controller',
    'server services = ldap',
    `interfaces = ${host}/8`,
    'bind interfaces only = yes',
    `private dir = ${path}/private`,
    `state directory = ${path}/state`,
    `cache directory = ${path}/cache`,
    `lock directory = ${path}`,
    `pid directory = ${path}/run`,
    `binddns dir = ${path}/bind-dns`,
    `ncalrpc dir = ${path}/ncalrpc`,
    `winbindd socket directory = ${path}/run/winbindd`,
    `ntp signd socket directory = ${path}/run/ntp_signd`,
    'logging = file',
    `log file = ${path}/log/samba.log`,
    'disable spoolss = yes',
    'load printers = no',
  ];
  const file = join(path, 'smb.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-10).join('\n') : '';
}
