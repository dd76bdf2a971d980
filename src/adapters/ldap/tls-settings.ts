/** The TLS of connections to LDAP servers: whom we believe, checked and read once. There is no way to believe
 * everybody. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';

/** In PEM, as `node:tls` has them. */
export interface LdapTlsOptions {
  /** Authorities, instead of those that Node knows. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The name that the certificate is for, where that is not the host of the URL. */
  readonly servername?: string;
  /** Default `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Our own certificate and its key, for servers that want one. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
}

export interface LdapTlsSettings {
  readonly context: SecureContext;
  readonly servername: string | undefined;
}

/** What is wrong goes to `problems`. */
export function ldapTlsSettings(tls: LdapTlsOptions, problems: Problem[]): LdapTlsSettings {
  const wrong = tlsProblems(tls);
  problems.push(...wrong);
  if (wrong.length > 0) return { context: createSecureContext(), servername: undefined };
  return { context: secureContext(tls, problems), servername: tls.servername };
}

function tlsProblems(tls: unknown): readonly Problem[] {
  if (typeof tls !== 'object' || tls === null) return [problem('tls', 'is an object')];
  const problems: Problem[] = [];
  givenOptions('ldap', tls, ['ca', 'servername', 'minVersion', 'cert', 'key'], problems);
  const { ca, servername, minVersion, cert, key } = tls as { readonly [P in keyof LdapTlsOptions]?: unknown };
  if (!(Array.isArray(ca) ? ca : [ca]).every(isPem))
    problems.push(problem('tls.ca', 'is PEM text, not the name of a file'));
  if (![cert, key].every(isPem)) problems.push(problem('tls.cert', 'and tls.key are PEM text, not names of files'));
  if ((cert === undefined) !== (key === undefined)) problems.push(problem('tls.cert', 'and tls.key belong together'));
  if (servername !== undefined && !(typeof servername === 'string' && /^[A-Za-z0-9._-]{1,253}$/.test(servername))) {
    problems.push(problem('tls.servername', 'is the name of a host'));
  }
  if (![undefined, 'TLSv1.2', 'TLSv1.3'].includes(minVersion as string | undefined)) {
    problems.push(problem('tls.minVersion', 'is "TLSv1.2" or "TLSv1.3"'));
  }
  return problems;
}

/** Read once for all connections. */
function secureContext(tls: LdapTlsOptions, problems: Problem[]): SecureContext {
  const { ca, cert, key, minVersion = 'TLSv1.2' } = tls;
  try {
    const authorities = ca === undefined ? [] : [ca].flat().map((one) => pemOf(one as string | Uint8Array));
    for (const pem of authorities) checkCertificates(pem);
    return createSecureContext({
      minVersion,
      ...(ca === undefined ? {} : { ca: authorities }),
      ...(cert === undefined || key === undefined ? {} : { cert: pemOf(cert), key: pemOf(key) }),
    });
  } catch (error) {
    problems.push(problem('tls', `cannot be used: ${(error as Error).message}`));
    return createSecureContext();
  }
}

function pemOf(pem: string | Uint8Array): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
}

/** OpenSSL passes over authorities that it cannot read; then no certificate would be good, and nobody knew why.
 * Throws. */
function checkCertificates(pem: string): void {
  const blocks = pem.split('-----BEGIN ').slice(1);
  if (blocks.length === 0) throw new Error('there is no certificate in it');
  for (const block of blocks) new X509Certificate(`-----BEGIN ${block}`);
}

function isPem(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return false;
  return pemOf(value).includes('-----BEGIN ');
}

function problem(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `ldap: ${name} ${expected}`, construct: name };
}
