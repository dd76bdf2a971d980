/**
 * A private slapd with the people of the conformance suites, on two ports of its own. To who is not bound it shows the root DSE and
 * nothing else: for an anonymous client nobody exists, and not even the base does.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownFolder } from '../filters/own-folder.js';
import { accepts, freePort, type PrivateHost, runPrivately, until } from '../private-host.js';
import { makeCertificate } from './certificates.js';
import { ldif } from './ldif.js';
import { LDAP_BASE, SEARCHER, schoolInOpenLdap } from './school-in-openldap.js';

const run = promisify(execFile);

export interface TestSlapd {
  readonly url: string;
  readonly tlsUrl: string;
  /** For `dc1.school.example`, signed by an authority of the tests. */
  readonly tls: { readonly ca: string; readonly servername: string };
  pid(): number;
  start(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface SlapdOptions {
  /** Lines of slapd.conf(5), global ones. */
  readonly settings?: readonly string[];
  /** Where a reference in the tree leads to. */
  readonly elsewhere?: string;
}

const SERVER_NAME = 'dc1.school.example';

/** Why there can be none here. */
export function slapdMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: the daemon runs in namespaces of its own';
  const missing = ['/usr/sbin/slapd', '/usr/sbin/slapadd', '/usr/bin/openssl'].find((path) => !existsSync(path));
  return missing === undefined ? undefined : `${missing} is absent: run test/daemons/install.sh`;
}

export async function startSlapd(options: SlapdOptions = {}): Promise<TestSlapd> {
  const { settings = [], elsewhere = 'ldap://127.0.0.1:1' } = options;
  const folder = ownFolder('slapd');
  mkdirSync(join(folder.path, 'db'));
  const { certificate, key, authority, ca } = await makeCertificate(folder.path, SERVER_NAME);
  const tlsLines = [
    `TLSCACertificateFile ${authority}`,
    `TLSCertificateFile ${certificate}`,
    `TLSCertificateKeyFile ${key}`,
  ];
  const configuration = folder.write('slapd.conf', configure(folder.path, [...tlsLines, ...settings]));
  const tree = folder.write('school.ldif', ldif(schoolInOpenLdap(elsewhere)));
  await run('slapadd', ['-q', '-f', configuration, '-l', tree], { timeout: 30_000 });
  const [port, tlsPort] = [await freePort(), await freePort()];
  const [url, tlsUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${tlsPort}`];
  let daemon: PrivateHost | undefined;
  const kill = async (): Promise<void> => daemon?.stop();
  const stop = async (): Promise<void> => {
    await kill();
    folder.remove();
  };
  const start = async (): Promise<void> => {
    // -d 0: stays in the foreground.
    daemon = runPrivately(`exec slapd -f ${configuration} -h '${url} ${tlsUrl}' -d 0`);
    const ready = async (): Promise<boolean> => {
      if (daemon?.ended() === true) throw new Error(`slapd has ended\n${daemon.output()}`);
      return accepts(tlsPort);
    };
    await until('slapd accepts connections', ready, { why: () => daemon?.output() ?? '' });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  const tls = { ca, servername: SERVER_NAME };
  return { url, tlsUrl, tls, pid: () => daemon?.child.pid ?? 0, start, kill, stop };
}

function configure(path: string, settings: readonly string[]): string {
  const schemas = ['core', 'cosine', 'inetorgperson', 'nis'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  const lines = [
    ...schemas,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${path}/slapd.pid`,
    `argsfile ${path}/slapd.args`,
    ...settings,
    'access to dn.base="" by * read',
    'database mdb',
    'maxsize 268435456',
    `suffix "${LDAP_BASE}"`,
    `directory ${path}/db`,
    'dbnosync',
    'index objectClass,uid,cn,mail,member,gidNumber eq',
    'access to attrs=userPassword by anonymous auth by * none',
    `access to * by dn.exact="${SEARCHER.dn}" read by * none`,
  ];
  return `${lines.join('\n')}\n`;
}
