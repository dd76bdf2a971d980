/** Where LDAP servers are and how they are asked, checked once, all problems at once. Shared by all that ask them. */
import { isIP } from 'node:net';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';
import { type LdapTlsOptions, type LdapTlsSettings, ldapTlsSettings } from './tls-settings.js';

export type { LdapTlsOptions } from './tls-settings.js';

/** Times in milliseconds. */
export interface LdapServerOptions {
  /** `ldaps://dc1.school.example`, `ldap://localhost:3890`; ports 636 and 389 unless given. Several are servers of one
   * directory, asked in this order; one that has failed is passed over for 30 seconds. */
  readonly url: string | readonly string[];
  /** Whose rights searches have. `dn`: a distinguished name; with Active Directory also `user@domain` or `DOMAIN\user`.
   * Servers that show nothing to the anonymous answer them "there is no such entry", and mail bounces: `anonymous` is
   * for those that show all. */
  readonly bind: { readonly dn: string; readonly password: string } | 'anonymous';
  /** For `ldap:` URLs: TLS by StartTLS (RFC 4511 section 4.14); never without, once asked for. Default false. */
  readonly startTls?: boolean;
  /** Certificates are verified, always. */
  readonly tls?: LdapTlsOptions;
  /** Passwords of everybody in clear text over `ldap:` without `startTls`. This host itself is allowed anyway. Default
   * false. */
  readonly allowPlaintext?: boolean;
  /** For a connection with all that belongs to it: TCP, TLS, bind. Default 5,000. */
  readonly connectTimeout?: number;
  /** For one question, waiting and connecting included. The evaluation's own deadline holds besides. Default 10,000. */
  readonly timeout?: number;
  /** Connections for searches; 8 short searches share one at a time. Default 4. */
  readonly connections?: number;
  /** Connections for passwords, one at a time on each. Default 4. */
  readonly bindConnections?: number;
  /** Searches, and passwords, that may wait; more are "could not tell". Default 1,000. */
  readonly waiting?: number;
  /** A connection unused for so long is closed; Active Directory closes it after 15 minutes. Default 60,000. */
  readonly idle?: number;
  /** Entries in a page (RFC 2696); Active Directory sends at most 1,000. Default 500. */
  readonly pageSize?: number;
  /** Entries of one answer, whatever was asked for; more are "could not tell". Default 100,000. */
  readonly maxEntries?: number;
  /** Octets of one answer as they are sent, and 32 for each value; more are "could not tell". Default 33,554,432. */
  readonly maxBytes?: number;
}

export interface LdapEndpoint {
  /** `ldaps://dc1.school.example`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'start-tls' | 'none';
}

type Numbers =
  | 'connectTimeout'
  | 'timeout'
  | 'connections'
  | 'bindConnections'
  | 'waiting'
  | 'idle'
  | 'pageSize'
  | 'maxEntries'
  | 'maxBytes';

export interface LdapSettings extends Readonly<Record<Numbers, number>> {
  /** `ldap ldaps://dc1.school.example`. */
  readonly name: string;
  /** At least one. */
  readonly servers: readonly LdapEndpoint[];
  /** Undefined: anonymous. */
  readonly bind: { readonly dn: string; readonly password: string } | undefined;
  readonly tls: LdapTlsSettings;
}

const ranges: Readonly<Record<Numbers, Range>> = {
  connectTimeout: [5000, 1, MOST_MILLISECONDS],
  timeout: [10_000, 1, MOST_MILLISECONDS],
  connections: [4, 1, 1000],
  bindConnections: [4, 1, 1000],
  waiting: [1000, 0, 1_000_000],
  idle: [60_000, 1, MOST_MILLISECONDS],
  pageSize: [500, 1, 1000],
  maxEntries: [100_000, 1, 10_000_000],
  maxBytes: [33_554_432, 65_536, 1_073_741_824],
};

/** Names of the options, for adapters that take more than these. */
export const LDAP_SERVER_OPTIONS: readonly string[] = [
  'url',
  'bind',
  'startTls',
  'tls',
  'allowPlaintext',
  ...Object.keys(ranges),
];

/** Throws ConfigurationError (code `options`, problems `bad-option`, `no-such-option`, `plaintext-password`). */
export function ldapSettings(options: LdapServerOptions): LdapSettings {
  const problems: Problem[] = [];
  const given = givenOptions('ldap', options, LDAP_SERVER_OPTIONS, problems);
  const settings = readLdapSettings(given, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return settings;
}

/** What is wrong goes to `problems`; where there are any, the settings are of no use. Other names are not looked at. */
export function readLdapSettings(given: LdapServerOptions, problems: Problem[]): LdapSettings {
  const { startTls = false, allowPlaintext = false, tls = {} } = given;
  for (const [name, value] of Object.entries({ startTls, allowPlaintext })) {
    if (typeof value !== 'boolean') problems.push(problem(name, 'is true or false'));
  }
  const servers = serversOf(given.url, startTls, problems);
  const bind = bindOf(given.bind, problems);
  const checkedTls = ldapTlsSettings(tls, problems);
  const numbers = wholeNumbers('ldap', ranges, given, problems);
  for (const { url, host, security } of servers) {
    if (security !== 'none' || allowPlaintext || isLoopback(host)) continue;
    const message = 'ldap: passwords would be sent in clear text; that takes ldaps://, startTls or allowPlaintext';
    problems.push({ code: 'plaintext-password', message, construct: url });
  }
  const name = `ldap ${servers.map(({ url }) => url).join(' ')}`;
  return { ...numbers, name, servers, bind, tls: checkedTls };
}

function serversOf(given: unknown, startTls: boolean, problems: Problem[]): readonly LdapEndpoint[] {
  const urls: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (urls.length === 0) problems.push(problem('url', 'is at least one URL'));
  return urls.flatMap((url) => {
    const server = serverOf(url, startTls);
    if (typeof server === 'object') return [server];
    problems.push({ ...problem('url', server), ...(typeof url === 'string' ? { construct: withoutUser(url) } : {}) });
    return [];
  });
}

/** No password is shown, where one was put into the URL. */
function withoutUser(url: string): string {
  return url.replace(/\/\/.*@/s, '//');
}

/** The server, or what was expected. */
function serverOf(given: unknown, startTls: boolean): LdapEndpoint | string {
  const match = typeof given === 'string' ? URL_FORM.exec(given) : null;
  if (match === null) return `is ldap://host or ldaps://host, perhaps with :port${mistakeIn(given)}`;
  const [, scheme = '', bracketed, plain = '', digits] = match;
  const secure = scheme.toLowerCase() === 'ldaps';
  if (secure && startTls) return 'with the scheme "ldaps" has TLS already and takes no startTls';
  const host = (bracketed ?? plain).toLowerCase();
  if (bracketed !== undefined && isIP(bracketed) !== 6) return 'has an IPv6 address in brackets';
  const standard = secure ? 636 : 389;
  const port = digits === undefined ? standard : Number(digits);
  if (port < 1 || port > 65_535) return 'has a port from 1 to 65535';
  const shown = `${host.includes(':') ? `[${host}]` : host}${port === standard ? '' : `:${port}`}`;
  const security = secure ? 'tls' : startTls ? 'start-tls' : 'none';
  return { url: `${secure ? 'ldaps' : 'ldap'}://${shown}`, host, port, security };
}

/** What is behind the host (RFC 4516) would say what to search: that has options of its own. */
function mistakeIn(given: unknown): string {
  if (typeof given !== 'string') return '';
  if (given.includes('@')) return ', without a name and password, which are for the option bind';
  const isLdap = /^ldaps?:\/\/[^/?]+/i.exec(given);
  const rest = isLdap === null ? '' : given.slice(isLdap[0].length);
  return /^[/?]./.test(rest) ? ', and nothing behind: the name to search below is for the option base' : '';
}

const URL_FORM = /^(ldaps?):\/\/(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::(\d{1,5}))?\/?$/i;

function bindOf(given: unknown, problems: Problem[]): LdapSettings['bind'] {
  if (given === 'anonymous') return undefined;
  if (typeof given !== 'object' || given === null) {
    problems.push(problem('bind', 'is { dn, password }, or "anonymous"'));
    return undefined;
  }
  const { dn, password } = given as { readonly dn?: unknown; readonly password?: unknown };
  // RFC 4513 section 5.1.2: without a password, or a name, it would be anonymous unseen.
  if (isBindName(dn) && isBindPassword(password)) {
    problems.push(...strangersIn(given));
    return { dn, password };
  }
  const wrong = [
    isBindName(dn) ? '' : faultOf('dn', dn),
    isBindPassword(password) ? '' : faultOf('password', password),
  ];
  const faults = [...wrong, ...strangersIn(given).map(({ message }) => message.replace('ldap: bind ', ''))];
  const why = faults.filter((one) => one !== '').join(', ');
  problems.push(problem('bind', `is { dn, password }, or "anonymous": ${why}`));
  return undefined;
}

function faultOf(name: string, value: unknown): string {
  if (value === undefined) return `${name} is missing`;
  if (typeof value !== 'string') return `${name} is no text`;
  return value.includes('\0') ? `${name} has a NUL` : `${name} is empty`;
}

function strangersIn(given: object): readonly Problem[] {
  const names = Object.keys(given).filter((name) => name !== 'dn' && name !== 'password');
  return names.map((name) => problem('bind', `knows no "${name}"`));
}

/** Not what a server may take for nobody: servers written in C take a NUL for the end, and then little may be left. */
export function isBindName(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '' && !name.includes('\0');
}

/** As above. */
export function isBindPassword(password: unknown): password is string {
  return typeof password === 'string' && password !== '' && !password.includes('\0');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function problem(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `ldap: ${name} ${expected}`, construct: name };
}
