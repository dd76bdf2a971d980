/**
 * Who searches for `ldap:` tables (ldap_table(5)): an LdapSearch of what such a table says of its servers. The files that it names,
 * certificates and key, are read when the table is opened; connections are made for the first search.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LdapSearch, LdapTableServer } from '../../ports/ldap-search.js';
import { ConfigurationError, isConfigurationError, type Problem, type SourcePosition } from '../../values/errors.js';
import { type LdapSearchClient, ldapSearch } from './ldap-search.js';
import type { LdapServerOptions } from './settings.js';

/** What a table does not say. `tls` is beside what its tls_* name. */
export type LdapTablesOptions = Omit<LdapServerOptions, 'url' | 'bind' | 'startTls' | 'timeout' | 'connectTimeout'>;

export interface LdapTables extends AsyncDisposable {
  /** For the option `ldap` of `openTable` and `readPostfix`. Throws ConfigurationError: code `table` for files that cannot be read
   * (`missing-file`), `options`, and `package` where ldapts is not installed; all with the place of the table. */
  readonly open: (server: LdapTableServer, source: SourcePosition) => LdapSearch;
  /** Ends every search; resolves when no connection is left. */
  close(): Promise<void>;
}

/** `allowPlaintext` is true by default: what a table says of its server is how it is asked; it has a warning of its own. */
export function ldapTables(options: LdapTablesOptions = {}): LdapTables {
  const clients: LdapSearchClient[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()));
  };
  return {
    open: (server, source) => {
      const client = placed(source, () => ldapSearch(optionsOf(server, options, source)));
      clients.push(client);
      return client;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function optionsOf(server: LdapTableServer, options: LdapTablesOptions, source: SourcePosition): LdapServerOptions {
  const { urls, bind = 'anonymous', timeout, startTls, certificateFile, keyFile } = server;
  const problems: Problem[] = [];
  const read = (path: string): readonly Uint8Array[] => fileAt(path, source, problems);
  const [cert] = certificateFile === undefined ? [] : read(certificateFile);
  const [key] = keyFile === undefined ? [] : read(keyFile);
  const ca = authorities(server, read, source, problems);
  if (problems.length > 0) throw new ConfigurationError('table', problems);
  const tls = {
    ...options.tls,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  return { allowPlaintext: true, ...options, url: urls, bind, timeout, connectTimeout: timeout, startTls, tls };
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
