/** What an `ldap:` table says of its server, as a client of that server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LdapTablesOptions, ldapTables } from '../../../src/adapters/ldap/tables.js';
import type { LdapTableServer } from '../../../src/ports/ldap-search.js';
import { isConfigurationError, renderProblem } from '../../../src/values/errors.js';
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

describe('what is wrong', () => {
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
