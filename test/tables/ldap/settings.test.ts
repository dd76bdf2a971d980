/** Every parameter of ldap_table(5), right and wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LdapTableServer } from '../../../src/ports/ldap-search.js';
import { ldapTable } from '../../../src/tables/ldap/ldap-table.js';
import { knownParameters } from '../../../src/tables/ldap/settings.js';
import { renderProblem } from '../../../src/values/errors.js';
import { problemsOf } from '../../values/support.js';
import { asked, lines, nothing, scripted } from './support.js';

function open(text: string) {
  const search = scripted(nothing);
  let server: LdapTableServer | undefined;
  const table = ldapTable(text, {
    file: 'users.cf',
    ldap: (given) => {
      server = given;
      return search;
    },
  });
  return { table, search, server: server as LdapTableServer };
}

const serverOf = (more: string): LdapTableServer => open(lines(more)).server;
async function queryOf(more: string, key = 'ann@a.example') {
  const { table, search } = open(lines(more));
  await asked(table, key);
  return search.queries[0];
}

const usual: LdapTableServer = {
  urls: ['ldap://localhost:389'],
  bind: undefined,
  timeout: 10_000,
  startTls: false,
  caFile: undefined,
  caDirectory: undefined,
  certificateFile: undefined,
  keyFile: undefined,
};

describe('the server', () => {
  it.each<[string, Partial<LdapTableServer>]>([
    ['', {}],
    ['server_host = dc1.example', { urls: ['ldap://dc1.example:389'] }],
    [
      'server_host = dc1.example:1389, dc2.example\nserver_port = 3268',
      { urls: ['ldap://dc1.example:1389', 'ldap://dc2.example:3268'] },
    ],
    [
      'server_host = LDAPS://DC1.example ldap://dc2.example:1389/',
      { urls: ['ldaps://dc1.example:636', 'ldap://dc2.example:1389'] },
    ],
    ['server_host = ldap://[2001:db8::1]:390', { urls: ['ldap://[2001:db8::1]:390'] }],
    ['bind_dn = cn=x\nbind_pw = pass', { bind: { dn: 'cn=x', password: 'pass' } }],
    ['bind = simple\nbind_dn = cn=x\nbind_pw = pass', { bind: { dn: 'cn=x', password: 'pass' } }],
    ['bind = no\nbind_dn = cn=x\nbind_pw = pass', {}],
    ['bind = NONE', {}],
    ['bind_pw = pass', {}],
    ['timeout = 3', { timeout: 3000 }],
    ['start_tls = yes\ntls_require_cert = yes', { startTls: true }],
    ['version = 3\nchase_referrals = no\ndereference = 0\ndebuglevel = 9\nsasl_mechs = PLAIN', {}],
    ['tls_ca_cert_file = /ca.pem\ntls_ca_cert_dir = /ca', { caFile: '/ca.pem', caDirectory: '/ca' }],
    ['tls_cert = /c.pem\ntls_key = /k.pem', { certificateFile: '/c.pem', keyFile: '/k.pem' }],
  ])('%j', (more, expected) => {
    expect(serverOf(more)).toEqual({ ...usual, ...expected });
  });
});

describe('the question', () => {
  it.each([
    [
      '',
      { filter: '(mailacceptinggeneralid=ann@a.example)', scope: 'sub', base: 'dc=school,dc=example', sizeLimit: 0 },
    ],
    ['query_filter = uid=%u', { filter: '(uid=ann)' }],
    ['query_filter = (&(a=%s)(b=%d))', { filter: '(&(a=ann@a.example)(b=a.example))' }],
    ['scope = BASE', { scope: 'base' }],
    ['scope = one', { scope: 'one' }],
    ['search_base = ou=%d,o=%1', { base: 'ou=a.example,o=example' }],
    ['search_base =', { base: '' }],
    ['size_limit = 7', { sizeLimit: 7 }],
    ['expansion_limit = 7', { sizeLimit: 7 }],
    ['expansion_limit = 7\nsize_limit = 0', { sizeLimit: 0 }],
    ['result_attribute = mail, cn;lang-de', { attributes: ['mail', 'cn;lang-de'] }],
    [
      'special_result_attribute = member\nterminal_result_attribute = drop\nleaf_result_attribute = mail\nresult_attribute = cn',
      { attributes: ['drop', 'mail', 'cn', 'member'] },
    ],
  ])('%j', async (more, expected) => {
    expect(await queryOf(more)).toMatchObject(expected);
  });

  it('has the default attribute where none is named', async () => {
    const { table, search } = open('search_base = dc=x\n');
    await asked(table, 'ann');
    expect(search.queries[0]?.attributes).toEqual(['maildrop']);
  });
});

describe('servers', () => {
  const hosts = (count: number): string => Array.from({ length: count }, (_, at) => `h${at}.example`).join(', ');

  it('are 32 at most, and a longer list is refused', () => {
    const { urls } = serverOf(`server_host = ${hosts(32)}`);
    expect([urls.length, urls.at(-1)]).toEqual([32, 'ldap://h31.example:389']);
    expect(problemsOf(() => open(lines(`server_host = ${hosts(33)}`))).map(({ message }) => message)).toEqual([
      'server_host: expected 32 hosts at most',
    ]);
  });
});

describe('what is wrong', () => {
  it.each([
    ['server_host = http://x', 'bad-server'],
    ['server_host = ldapi://%2Frun%2Fldapi', 'bad-server'],
    ['server_host = x:70000', 'bad-server'],
    ['server_host = ldap://x/dc=y', 'bad-server'],
    ['server_host =', 'bad-server'],
    [`server_host = ${'x '.repeat(40)}`, 'bad-server'],
    ['server_port = 0', 'bad-number'],
    ['server_port = 99999', 'bad-number'],
    ['timeout = 10s', 'bad-number'],
    ['timeout = 0', 'bad-number'],
    ['timeout = -5', 'bad-number'],
    ['search_base = school.example', 'bad-base'],
    ['search_base = ou=%x', 'bad-template'],
    ['query_filter = (uid=%s', 'bad-filter'],
    ['query_filter =', 'bad-filter'],
    ['query_filter = (uid=%q)', 'bad-template'],
    ['result_format = %', 'bad-template'],
    ['result_filter = %z', 'bad-template'],
    ['scope = tree', 'bad-word'],
    ['scope =', 'bad-word'],
    ['result_attribute = ma il:', 'bad-attribute'],
    ['result_attribute = *', 'bad-attribute'],
    ['result_attribute =', 'no-attributes'],
    ['special_result_attribute = (x)', 'bad-attribute'],
    ['leaf_result_attribute = mail;lang-de', 'bad-attribute'],
    ['expansion_limit = x', 'bad-number'],
    ['size_limit = -1', 'bad-number'],
    ['recursion_limit = 0', 'bad-number'],
    ['bind = maybe', 'bad-word'],
    ['bind = sasl', 'unsupported'],
    ['bind_dn = cn=x', 'no-password'],
    ['version = 2', 'unsupported'],
    ['version = 4', 'bad-number'],
    ['chase_referrals = yes', 'unsupported'],
    ['chase_referrals = on', 'bad-word'],
    ['dereference = 3', 'unsupported'],
    ['dereference = 4', 'bad-number'],
    ['start_tls = maybe', 'bad-word'],
    ['start_tls = yes\nserver_host = ldaps://x', 'start-tls'],
    ['tls_require_cert = maybe', 'bad-word'],
    ['domain = /file', 'bad-domain'],
    ['domain = hash:file', 'bad-domain'],
    ['nonsense', 'no-equals'],
  ])('%j: %s, with its line', (more, code) => {
    const problems = problemsOf(() => open(lines(more)));
    expect(problems.map((one) => one.code)).toContain(code);
    for (const one of problems) expect(renderProblem(one)).toMatch(/^users\.cf:[2-4]: /);
  });

  it('is told all at once', () => {
    const found = problemsOf(() =>
      open('timeout = x\nscope = y\nquery_filter = (\nresult_format = %\nbind_dn = cn=x\n'),
    );
    expect(found.map(renderProblem).map((text) => text.replace(/expected .*/, ''))).toEqual([
      'users.cf:5: bind_dn: ',
      'users.cf:1: timeout: ',
      'users.cf: search_base: ',
      'users.cf:3: query_filter: ',
      'users.cf:4: result_format: ',
      'users.cf:2: scope: ',
    ]);
  });

  it('never repeats a password', () => {
    const found = problemsOf(() => open('bind_pw = secret\nbind = x\nsearch_base = %\nserver_host = ?\n'));
    expect(found.length).toBeGreaterThan(2);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});

describe('what is odd', () => {
  it.each([
    ['serch_base = x', 'unknown-parameter'],
    ['scope = sub\nscope = one', 'duplicate-parameter'],
    ['query_filter = (uid=x)', 'fixed-filter'],
    ['cache = yes', 'ignored-parameter'],
    ['cache_expiry = 5', 'ignored-parameter'],
    ['cache_size = 5', 'ignored-parameter'],
    ['tls_cipher_suite = HIGH', 'ignored-parameter'],
    ['tls_random_file = /dev/random', 'ignored-parameter'],
    ['start_tls = yes\ntls_require_cert = no', 'verified-anyway'],
    ['server_host = ldaps://x\ntls_require_cert = NO', 'verified-anyway'],
    ['server_host = dc1.example\nbind_dn = cn=x\nbind_pw = y', 'plaintext-password'],
  ])('%j: %s', (more, code) => {
    const { warnings } = open(lines(more)).table;
    expect(warnings.map((one) => one.code)).toEqual([code]);
    expect(warnings[0]?.source?.file).toBe('users.cf');
  });

  it.each([
    'server_host = localhost, ldaps://x\ntls_require_cert = yes',
    'server_host = ldaps://x',
    'start_tls = yes',
    'server_host = localhost\ntls_require_cert = no',
  ])('is nothing in a usual table: %j', (more) => {
    const usualTable = lines(`bind_dn = cn=x\nbind_pw = y\nquery_filter = mail=%s\n${more}`);
    expect(open(usualTable).table.warnings).toEqual([]);
  });
});

it('knows every parameter of the manual page, and each can be read', () => {
  expect(knownParameters.size).toBe(38);
  for (const name of knownParameters) {
    const { warnings } = readAny(`${name} = 1`);
    expect(warnings.filter((code) => code === 'unknown-parameter')).toEqual([]);
  }
});

function readAny(more: string): { readonly warnings: readonly string[] } {
  try {
    return { warnings: open(lines(more)).table.warnings.map(({ code }) => code) };
  } catch (error) {
    expect((error as { kind?: string }).kind).toBe('configuration-error');
    return { warnings: [] };
  }
}

it('opens any text, or refuses it with a configuration error', () => {
  const name = fc.constantFrom(...knownParameters, 'x');
  const value = fc.oneof(
    fc.constantFrom('yes', 'no', '0', '3', '%s', '(a=%u)', 'mail', 'dc=x', 'ldaps://x', '%', '\\', 'a, b'),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (pairs) => {
      readAny(pairs.map(([left, right]) => `${left} = ${right}`).join('\n'));
    }),
    { numRuns: 1000 },
  );
});
