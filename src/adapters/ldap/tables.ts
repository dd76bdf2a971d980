/**
 * Who searches for `ldap:` tables (ldap_table(5)): an LdapSearch of what such a table says of its servers. Tables that
 * say the same share it, and so its connections: those of one configuration, of several, and of one that is read again.
 * The files that a table names, certificates and key, are read when it is opened, each time: a renewed certificate is
 * another server. Connections are made for the first search.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LdapSearch, LdapTableServer } from '../../ports/ldap-search.js';
import { ConfigurationError, isConfigurationError, type Problem, type SourcePosition } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { type LdapSearchClient, ldapSearch } from './ldap-search.js';
import { LDAP_SERVER_OPTIONS, type LdapServerOptions, readLdapSettings } from './settings.js';

/** What a table does not say. `tls` is beside what its tls_* name. */
export type LdapTablesOptions = Omit<LdapServerOptions, (typeof said)[number]>;

/** By the table. */
const said = ['url', 'bind', 'startTls', 'timeout', 'connectTimeout'] as const;

export interface LdapTables extends AsyncDisposable {
  /** For the option `ldap` of `openTable` and `readPostfix`. Throws ConfigurationError: code `table` for files that
   * cannot be read (`missing-file`), `options`, and `package` where ldapts is not installed; all with the place of the
   * table. */
  readonly open: (server: LdapTableServer, source: SourcePosition) => LdapSearch;
  /** Ends every search, later ones too; resolves when no connection is left. */
  close(): Promise<void>;
}

/**
 * `allowPlaintext` is true by default: what a table says of its server is how it is asked; it has a warning of its own.
 * Throws ConfigurationError (code `options`, problems `bad-option`, `no-such-option`).
 */
export function ldapTables(options: LdapTablesOptions = {}): LdapTables {
  checkOptions(options);
  const clients = new Map<string, LdapSearchClient>();
  let closed = false;
  const close = async (): Promise<void> => {
    closed = true;
    await Promise.all([...clients.values()].map((client) => client.close()));
  };
  const open = (server: LdapTableServer, source: SourcePosition): LdapSearch =>
    placed(source, () => {
      const files = filesOf(server, source);
      const key = keyOf(server, files);
      const client = clients.get(key) ?? ldapSearch(optionsOf(server, files, options));
      clients.set(key, client);
      if (closed) void client.close();
      return client;
    });
  return { open, close, [Symbol.asyncDispose]: close };
}

function checkOptions(options: LdapTablesOptions): void {
  const problems: Problem[] = [];
  const names = LDAP_SERVER_OPTIONS.filter((name) => !said.some((one) => one === name));
  const given = givenOptions('ldapTables', options, names, problems);
  readLdapSettings({ ...given, url: 'ldap://localhost', bind: 'anonymous' }, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}

/** What the files hold that a table names. */
interface TlsFiles {
  readonly ca: readonly Uint8Array[] | undefined;
  readonly cert: Uint8Array | undefined;
  readonly key: Uint8Array | undefined;
}

function filesOf(server: LdapTableServer, source: SourcePosition): TlsFiles {
  const { certificateFile, keyFile } = server;
  const problems: Problem[] = [];
  const read = (path: string): readonly Uint8Array[] => fileAt(path, source, problems);
  const [cert] = certificateFile === undefined ? [] : read(certificateFile);
  const [key] = keyFile === undefined ? [] : read(keyFile);
  const ca = authorities(server, read, source, problems);
  if (problems.length > 0) throw new ConfigurationError('table', problems);
  return { ca, cert, key };
}

function optionsOf(server: LdapTableServer, files: TlsFiles, options: LdapTablesOptions): LdapServerOptions {
  const { urls, bind = 'anonymous', timeout, startTls } = server;
  const { ca, cert, key } = files;
  const tls = { ...options.tls, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return { allowPlaintext: true, ...options, url: urls, bind, timeout, connectTimeout: timeout, startTls, tls };
}

/** The same for those that are asked alike. A digest, for there is a password in it. */
function keyOf({ urls, bind, timeout, startTls }: LdapTableServer, { ca, cert, key }: TlsFiles): string {
  const files = [cert, key, ...(ca ?? [])].map((one) => one && digest(one));
  return digest(JSON.stringify([urls, bind?.dn, bind?.password, timeout, startTls, ca?.length, files]));
}

function digest(of: string | Uint8Array): string {
  return createHash('sha256').update(of).digest('hex');
}

/** tls_ca_cert_file counts before tls_ca_cert_dir. Undefined: those that Node knows. */
function authorities(
  { caFile, caDirectory }: LdapTableServer,
  read: (path: string) => readonly Uint8Array[],
  source: SourcePosition,
  problems: Problem[],
): readonly Uint8Array[] | undefined {
  if (caFile !== undefined) return read(caFile);
  if (caDirectory === undefined) return undefined;
  try {
    // Names by the hash of the subject, as c_rehash makes them.
    const names = readdirSync(caDirectory).filter((name) => /^[0-9a-f]{8}\.[0-9]{1,3}$/.test(name));
    if (names.length > 0) return names.flatMap((name) => read(join(caDirectory, name)));
    problems.push({
      code: 'missing-file',
      message: 'no certificate in it: see c_rehash',
      source,
      construct: caDirectory,
    });
  } catch (error) {
    problems.push(unreadable(caDirectory, error, source));
  }
  return undefined;
}

const SIZE_LIMIT = 16_777_216;

function fileAt(path: string, source: SourcePosition, problems: Problem[]): readonly Uint8Array[] {
  try {
    const status = statSync(path);
    // A pipe or a device would keep us waiting.
    if (status.isFile() && status.size <= SIZE_LIMIT) return [readFileSync(path)];
    problems.push(unreadable(path, `not a file of at most ${SIZE_LIMIT} octets`, source));
  } catch (error) {
    problems.push(unreadable(path, error, source));
  }
  return [];
}

function unreadable(path: string, error: unknown, source: SourcePosition): Problem {
  const { code } = error as { readonly code?: string };
  const why = typeof error === 'string' ? error : (code ?? String(error));
  return { code: 'missing-file', message: `the file cannot be read (${why})`, source, construct: path };
}

/** What is wrong has the place of the table. */
function placed<T>(source: SourcePosition, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    throw new ConfigurationError(
      error.code,
      error.problems.map((one) => ({ source, ...one })),
    );
  }
}
