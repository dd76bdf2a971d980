/** What an `ldap:` table says of its server, as a client of that server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LdapTables, type LdapTablesOptions, ldapTables } from '../../../src/adapters/ldap/tables.js';
import type { Table } from '../../../src/core/table.js';
import type { LdapTableServer } from '../../../src/ports/ldap-search.js';
import { ldapTable } from '../../../src/tables/ldap/ldap-table.js';
import { isConfigurationError, renderProblem } from '../../../src/values/errors.js';
import { problemsOf } from '../../values/support.js';
import { type FakeLdap, fakeLdap } from './fake-server.js';

const BASE = 'dc=school,dc=test';
const query = { base: BASE, scope: 'sub', filter: '(cn=ann)', attributes: ['mail'], sizeLimit: 0 } as const;
const entries = [
  { dn: BASE, attributes: { objectClass: 'domain' } },
  { dn: `cn=svc,${BASE}`, attributes: { cn: 'svc' }, password: 'secret' },
  { dn: `cn=ann,${BASE}`, attributes: { cn: 'ann', mail: 'ann@school.test' } },
];
const source = { file: 'users.cf' };
let [plain, secure] = [undefined, undefined] as unknown as [FakeLdap, FakeLdap];
let folder = '';

beforeAll(async () => {
  plain = await fakeLdap({ entries });
  secure = await fakeLdap({ entries, tls: 'ldaps' });
  folder = mkdtempSync(join(tmpdir(), 'ldap-tables-'));
  writeFileSync(join(folder, 'ca.pem'), secure.ca);
  writeFileSync(join(folder, 'no.pem'), 'nonsense');
  mkdirSync(join(folder, 'ca'));
  writeFileSync(join(folder, 'ca/0123abcd.0'), secure.ca);
  writeFileSync(join(folder, 'ca/README'), 'no certificate');
  mkdirSync(join(folder, 'empty'));
});
afterAll(async () => {
  await plain.close();
  await secure.close();
  rmSync(folder, { recursive: true, force: true });
});

const server = (more: Partial<LdapTableServer> = {}): LdapTableServer => ({
  urls: [plain.url],
  bind: { dn: `cn=svc,${BASE}`, password: 'secret' },
  timeout: 5000,
  startTls: false,
  caFile: undefined,
  caDirectory: undefined,
  certificateFile: undefined,
  keyFile: undefined,
  ...more,
});

async function ask(more: Partial<LdapTableServer>, options?: LdapTablesOptions): Promise<string> {
  await using tables = ldapTables(options);
  const answer = await tables.open(server(more), source).search(query);
  if (answer.kind !== 'found') return `${answer.kind} ${answer.why}`;
  return answer.value.map(({ dn }) => dn).join(' ');
}

const ann = `cn=ann,${BASE}`;
const overTls = (): Partial<LdapTableServer> => ({ urls: [secure.url.replace('127.0.0.1', 'localhost')] });

describe('a server', () => {
  it('is asked as the table says, and no connection is left', async () => {
    const tables = ldapTables();
    const search = tables.open(server(), source);
    expect(plain.accepted).toBe(0);
    expect((await search.search(query)).kind).toBe('found');
    expect(plain.requests.find(({ operation }) => operation === 'search')?.bound).toBe(`cn=svc,${BASE}`);
    await tables.close();
    expect((await search.search(query)).kind).toBe('cannot-tell');
  });

  it.each([
    ['a file of authorities', () => ({ ...overTls(), caFile: join(folder, 'ca.pem') })],
    ['a folder of authorities', () => ({ ...overTls(), caDirectory: join(folder, 'ca') })],
    [
      'StartTLS',
      () => ({
        urls: [plain.url.replace('127.0.0.1', 'localhost')],
        startTls: true,
        caFile: join(folder, 'plain.pem'),
      }),
    ],
  ])('is verified by %s', async (_what, more) => {
    writeFileSync(join(folder, 'plain.pem'), plain.ca);
    expect(await ask(more())).toBe(ann);
  });

  it('is not asked where nobody vouches for it', async () => {
    expect(await ask(overTls())).toMatch(/^cannot-tell .*no authority that is known/);
  });

  it('may have what the program adds', async () => {
    expect(await ask(overTls(), { tls: { ca: secure.ca }, connections: 1 })).toBe(ann);
  });
});

describe('tables', () => {
  const table = (ldap: LdapTables, more = '', file = 'users.cf') =>
    ldapTable(
      `server_host = ${plain.url}\nbind_dn = cn=svc,${BASE}\nbind_pw = secret
search_base = ${BASE}\nquery_filter = (cn=%s)\nresult_attribute = mail\n${more}`,
      { file, ldap: ldap.open },
    );
  const value = async (one: Table) => {
    const answer = await one.lookup('ann');
    return answer.kind === 'found' ? answer.value.value : `${answer.kind} ${answer.why}`;
  };

  it('that name the same servers share their connections', async () => {
    const before = plain.accepted;
    await using ldap = ldapTables();
    expect(await value(table(ldap))).toBe('ann@school.test');
    expect(await value(table(ldap, 'query_filter = (mail=%s@school.test)\n', 'others.cf'))).toBe('ann@school.test');
    expect(plain.accepted - before).toBe(1);
    expect(await value(table(ldap, 'timeout = 9\n'))).toBe('ann@school.test');
    expect(plain.accepted - before).toBe(2);
  });

  it.each<[string, Partial<LdapTableServer>]>([
    ['urls', { urls: ['ldap://127.0.0.1:1'] }],
    ['name', { bind: { dn: `cn=ann,${BASE}`, password: 'secret' } }],
    ['password', { bind: { dn: `cn=svc,${BASE}`, password: 'other' } }],
    ['rights', { bind: undefined }],
    ['timeout', { timeout: 1 }],
    ['security', { startTls: true }],
  ])('share none where the %s are others', async (_what, more) => {
    await using ldap = ldapTables();
    const one = ldap.open(server(), source);
    expect(ldap.open(server(more), source)).not.toBe(one);
    expect(ldap.open(server(), { file: 'others.cf' })).toBe(one);
  });

  it('have the certificates of the time when they are opened', async () => {
    const other = await fakeLdap({ entries, certificateName: 'other.school.test' });
    await other.close();
    const file = join(folder, 'renewed.pem');
    writeFileSync(file, other.ca);
    await using ldap = ldapTables();
    const open = () => ldap.open(server({ ...overTls(), caFile: file }), source);
    const before = open();
    expect(open()).toBe(before);
    expect((await before.search(query)).kind).toBe('cannot-tell');
    writeFileSync(file, secure.ca);
    expect((await open().search(query)).kind).toBe('found');
  });

  it('that are opened when all is closed ask nobody', async () => {
    const before = plain.accepted;
    const ldap = ldapTables();
    await ldap.close();
    expect(await value(table(ldap))).toMatch(/^cannot-tell .*closed/);
    expect(plain.accepted).toBe(before);
  });
});

describe('what is wrong', () => {
  it.each<[LdapTablesOptions, readonly string[]]>([
    [{ pool: 3 } as never, ['no-such-option']],
    [{ timeout: 3000, connections: 0, tls: { ca: 'x' } } as never, ['no-such-option', 'bad-option', 'bad-option']],
    [[] as never, ['bad-option']],
  ])('is %j, told before a table is opened', (options, codes) => {
    expect(problemsOf(() => ldapTables(options)).map(({ code }) => code)).toEqual(codes);
  });

  const problems = (more: Partial<LdapTableServer>): readonly string[] => {
    try {
      ldapTables().open(server(more), source);
      return [];
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      return error.problems.map((one) => renderProblem(one).replaceAll(folder, ''));
    }
  };

  it.each<[string, () => Partial<LdapTableServer>, readonly unknown[]]>([
    [
      'files that are not there, all at once',
      () => ({ caFile: join(folder, 'x'), certificateFile: join(folder, 'y'), keyFile: folder }),
      [
        'users.cf: the file cannot be read (ENOENT): /y',
        'users.cf: the file cannot be read (not a file of at most 16777216 octets): ',
        'users.cf: the file cannot be read (ENOENT): /x',
      ],
    ],
    [
      'a folder without certificates',
      () => ({ caDirectory: join(folder, 'empty') }),
      ['users.cf: no certificate in it: see c_rehash: /empty'],
    ],
    [
      'a folder that is not there',
      () => ({ caDirectory: join(folder, 'x') }),
      ['users.cf: the file cannot be read (ENOENT): /x'],
    ],
    [
      'a certificate without a key',
      () => ({ certificateFile: join(folder, 'ca.pem') }),
      [expect.stringMatching(/^users\.cf: .*tls\.key/)],
    ],
  ])('is %s', (_what, more, expected) => {
    expect(problems(more())).toEqual(expected);
  });
});
