import { describe, expect, it } from 'vitest';
import { ldapSearch } from '../../../src/adapters/ldap/ldap-search.js';
import { schemaProblems } from '../../../src/adapters/ldap/schema.js';
import { type LdapServerOptions, ldapSettings } from '../../../src/adapters/ldap/settings.js';
import type { ConfigurationError } from '../../../src/values/errors.js';

const bind = { dn: 'cn=svc', password: 'secret' };
const settings = (options: object) =>
  ldapSettings({ url: 'ldaps://dc1.school.test', bind, ...options } as LdapServerOptions);

function problemsOf(options: object): readonly string[] {
  try {
    settings(options);
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems.map(({ code, construct }) => `${code} ${construct}`);
  }
}

describe('URLs', () => {
  it.each([
    ['ldaps://dc1.school.test', 'ldaps://dc1.school.test', 'dc1.school.test', 636],
    ['LDAPS://DC1.School.test:636/', 'ldaps://dc1.school.test', 'dc1.school.test', 636],
    ['ldaps://dc1.school.test:3269', 'ldaps://dc1.school.test:3269', 'dc1.school.test', 3269],
    ['ldap://localhost', 'ldap://localhost', 'localhost', 389],
    ['ldap://[::1]:3890', 'ldap://[::1]:3890', '::1', 3890],
    ['ldap://127.0.20.1', 'ldap://127.0.20.1', '127.0.20.1', 389],
  ])('%s', (given, url, host, port) => {
    expect(settings({ url: given }).servers).toMatchObject([{ url, host, port }]);
  });

  it.each([
    '',
    'dc1.school.test',
    'ldapi://%2frun%2fslapd',
    'http://x',
    'ldap://',
    'ldap:///dc=x',
    'ldaps://user:pw@x',
    'ldaps://x/dc=school',
    'ldaps://x?filter',
    'ldaps://x:0',
    'ldaps://x:65536',
    'ldaps://[x]',
    'ldaps://a b',
    'ldaps://x\n',
    undefined,
    7,
    [],
    ['ldaps://a', null],
  ])('%j is none', (url) => {
    expect(problemsOf({ url })).toHaveLength(1);
  });

  it('are named together', () => {
    expect(settings({ url: ['ldaps://a', 'ldaps://b:3269'] }).name).toBe('ldap ldaps://a ldaps://b:3269');
  });
});

describe('passwords in clear text', () => {
  it.each([
    [{ url: 'ldap://dc1.school.test' }, ['plaintext-password ldap://dc1.school.test']],
    [{ url: 'ldap://dc1.school.test', bind: 'anonymous' }, ['plaintext-password ldap://dc1.school.test']],
    [
      { url: ['ldaps://a', 'ldap://b', 'ldap://localhost.x'] },
      ['plaintext-password ldap://b', 'plaintext-password ldap://localhost.x'],
    ],
    [{ url: 'ldap://10.1.2.3' }, ['plaintext-password ldap://10.1.2.3']],
    [{ url: 'ldap://127.0.0.1.school.test' }, ['plaintext-password ldap://127.0.0.1.school.test']],
    [{ url: 'ldap://dc1.school.test', startTls: true }, []],
    [{ url: 'ldap://dc1.school.test', allowPlaintext: true }, []],
    [{ url: 'ldap://localhost' }, []],
    [{ url: 'ldap://[::1]' }, []],
  ])('%j: %j', (options, problems) => {
    expect(problemsOf(options)).toEqual(problems);
  });
});

it.each([
  [{ bind: undefined }, ['bad-option bind']],
  [{ bind: {} }, ['bad-option bind']],
  [{ bind: { dn: '', password: 'x' } }, ['bad-option bind']],
  [{ bind: { dn: 'cn=a', password: '' } }, ['bad-option bind']],
  [{ bind: { dn: 'cn=a', password: '\0' } }, ['bad-option bind']],
  [{ bind: 'Anonymous' }, ['bad-option bind']],
  [{ bind: { dn: 'svc@school.test', password: 'x' } }, []],
  [{ startTls: true }, ['bad-option ldaps://dc1.school.test']],
  [{ startTls: 'yes' }, ['bad-option startTls', 'bad-option ldaps://dc1.school.test']],
  [{ allowPlaintext: 1 }, ['bad-option allowPlaintext']],
  [{ tls: null }, ['bad-option tls']],
  [{ tls: { rejectUnauthorized: false } }, ['no-such-option rejectUnauthorized']],
  [{ tls: { ca: '/etc/ssl/ca.pem' } }, ['bad-option tls.ca']],
  [{ tls: { ca: '-----BEGIN CERTIFICATE-----\nx' } }, ['bad-option tls']],
  [{ tls: { cert: '-----BEGIN CERTIFICATE-----' } }, ['bad-option tls.cert']],
  [{ tls: { servername: '' } }, ['bad-option tls.servername']],
  [{ tls: { minVersion: 'TLSv1' } }, ['bad-option tls.minVersion']],
  [{ tls: { minVersion: 'TLSv1.3' } }, []],
  [{ pageSize: 1001 }, ['bad-option pageSize']],
  [
    { timeout: 0, connections: 0, bindConnections: 1.5 },
    ['bad-option timeout', 'bad-option connections', 'bad-option bindConnections'],
  ],
  [{ Timeout: 1 }, ['no-such-option Timeout']],
])('%j: %j', (options, problems) => {
  expect(problemsOf(options)).toEqual(problems);
});

it('all problems are told at once, and no password', () => {
  let message = '';
  try {
    ldapSearch({ url: 'http://x', bind: { dn: '', password: 'hush' }, idle: -1 } as never);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message.split('\n')).toHaveLength(3);
  expect(message).not.toContain('hush');
});

it.each([
  [
    { url: 'ldaps://x/dc=school' },
    'ldap: url is ldap://host or ldaps://host, perhaps with :port, and nothing behind: the name to search below is for the option base',
  ],
  [
    { url: 'ldaps://u:hush@x' },
    'ldap: url is ldap://host or ldaps://host, perhaps with :port, without a name and password, which are for the option bind',
  ],
  [{ tls: { ca: '/etc/ssl/ca.pem' } }, 'ldap: tls.ca is PEM text, not the name of a file'],
  [
    { bind: { user: 'cn=a', password: 'hush' } },
    'ldap: bind is { dn, password }, or "anonymous": dn is missing, knows no "user"',
  ],
  [{ bind: { dn: 'cn=a', password: '' } }, 'ldap: bind is { dn, password }, or "anonymous": password is empty'],
])('what is wrong is said: %j', (options, text) => {
  let message = '';
  try {
    settings(options);
  } catch (error) {
    message = (error as ConfigurationError).problems.map((one) => one.message).join('\n');
    expect(String(error)).not.toContain('hush');
  }
  expect(message).toBe(text);
});

it.each([
  [{ users: ['x'] }, ['needs like: "active-directory" or "rfc2307"']],
  [{ like: 'openldap', logins: ['x'] }, ['not "openldap"', 'knows no "logins" (users, groups, ']],
])('what is wrong with a schema is said: %j', (schema, texts) => {
  const messages = schemaProblems(schema).map(({ message }) => message);
  expect(messages).toEqual(texts.map((text) => expect.stringContaining(text)));
});
