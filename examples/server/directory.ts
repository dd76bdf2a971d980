/**
 * The school's people over LDAP, for `--ldap URL`: Active Directory or OpenLDAP. POSTERN_LDAP_BIND and POSTERN_LDAP_PASSWORD say with
 * whose rights it is searched, POSTERN_LDAP_CA who has signed its certificate. Without a URL they are in school/directory.json.
 */
import { readFileSync } from 'node:fs';
import { type Authenticator, ConfigurationError, type Directory, type Problem } from 'postern';
import { cachedDirectory } from 'postern/adapters/directory-cache';
import { type LdapDirectory, ldapDirectory } from 'postern/adapters/ldap';

/** Who is there, who is in which group, who may log in. */
export type People = Directory & Authenticator;

export interface LdapPeople {
  readonly people: People;
  readonly ldap: LdapDirectory;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a ConfigurationError; connects to nothing yet. */
export function ldapPeople(url: string, environment: Environment): LdapPeople {
  const { POSTERN_LDAP_BIND: dn, POSTERN_LDAP_PASSWORD: password, POSTERN_LDAP_CA: caFile } = environment;
  if (!dn || !password) {
    const message = '--ldap needs POSTERN_LDAP_BIND and POSTERN_LDAP_PASSWORD: whose rights searches have';
    throw new ConfigurationError('start', [{ code: 'environment', message, construct: url }]);
  }
  const ldap = ldapDirectory({
    url,
    bind: { dn, password },
    // In clear text to this host alone.
    startTls: /^ldap:\/\/(?!localhost\b|127\.|\[::1\])/i.test(url),
    ...(caFile ? { tls: { ca: readAuthority(caFile) } } : {}),
  });
  // What it has said serves on for an hour while it is away; passwords are asked of it, always.
  return { people: cachedDirectory(ldap), ldap };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const problem: Problem = {
      code: 'environment',
      message: `POSTERN_LDAP_CA cannot be read: ${why}`,
      construct: file,
    };
    throw new ConfigurationError('start', [problem]);
  }
}
