/**
 * The school's people over LDAP, for `--ldap URL`: Active Directory or OpenLDAP. In the environment:
 *
 * - POSTERN_LDAP_BIND, POSTERN_LDAP_PASSWORD: with whose rights it is searched;
 * - POSTERN_DOMAIN: what is behind the @ in the school's addresses, which the directory has;
 * - POSTERN_POSTMASTER: the login of whoever reads mail for the postmaster;
 * - POSTERN_LDAP_CA: the file of the authority that has signed its certificate; POSTERN_LDAP_SERVERNAME: the
 *   certificate's name, where that is not the URL's; POSTERN_LDAP_DOMAIN: the short name of the domain, for logins
 *   like SCHOOL\anna.
 *
 * Without a URL they are in school/directory.json.
 */
import { readFileSync } from 'node:fs';
import { type Authenticator, ConfigurationError, type Directory, type Problem } from 'postern';
import { cachedDirectory } from 'postern/adapters/directory-cache';
import { type LdapDirectory, ldapDirectory } from 'postern/adapters/ldap';

/** Who is there, who is in which group, who may log in. */
export interface Outside {
  readonly people: Directory & Authenticator;
  readonly ldap: LdapDirectory;
  readonly domain: string;
  readonly shortDomain: string | undefined;
  /** A login. */
  readonly postmaster: string;
}

/** Throws a ConfigurationError; connects to nothing yet. */
export function ldapPeople(url: string, environment: Readonly<Record<string, string | undefined>>): Outside {
  const needed = (name: string): string => {
    const value = environment[name] || '';
    if (value === '') problems.push({ code: 'environment', message: '--ldap needs it', construct: name });
    return value;
  };
  const problems: Problem[] = [];
  const bind = { dn: needed('POSTERN_LDAP_BIND'), password: needed('POSTERN_LDAP_PASSWORD') };
  const [domain, postmaster] = [needed('POSTERN_DOMAIN'), needed('POSTERN_POSTMASTER')];
  const { POSTERN_LDAP_CA: file, POSTERN_LDAP_SERVERNAME: servername, POSTERN_LDAP_DOMAIN: short } = environment;
  const ca = file ? readAuthority(file, problems) : undefined;
  if (problems.length > 0) throw new ConfigurationError('start', problems);
  const ldap = ldapDirectory({
    url,
    bind,
    startTls: !/^ldaps:/i.test(url) && !isThisHost(url),
    tls: { ...(ca === undefined ? {} : { ca }), ...(servername ? { servername } : {}) },
  });
  // What it has said serves on for an hour while it is away; passwords are asked of it, always.
  return { people: cachedDirectory(ldap), ldap, domain, shortDomain: short || undefined, postmaster };
}

/** Passwords in clear text stay on this host. */
function isThisHost(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function readAuthority(file: string, problems: Problem[]): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
    problems.push({
      code: 'environment',
      message: 'POSTERN_LDAP_CA: there is no certificate (PEM) in it',
      source: { file },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push({ code: 'environment', message: `POSTERN_LDAP_CA cannot be read: ${why}`, source: { file } });
  }
  return undefined;
}
