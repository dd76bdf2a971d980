/** `ldap:` tables on the command line: asked where a key is asked, never for a check, and no connection is left. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeLdap, fakeLdap } from '../adapters/ldap/fake-server.js';
import { run } from './support.js';

const BASE = 'dc=school,dc=test';
let fake: FakeLdap;
let folder = '';
const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

const table = (more = ''): string => `server_host = ${fake.url}
bind_dn = cn=svc,${BASE}
bind_pw = secret
search_base = ${BASE}
query_filter = (mail=%s)
result_attribute = mail
${more}`;

beforeAll(async () => {
  fake = await fakeLdap({
    anonymous: 'nothing',
    entries: [
      { dn: BASE, attributes: { objectClass: 'domain', dc: 'school' } },
      { dn: `cn=svc,${BASE}`, attributes: { objectClass: 'person', cn: 'svc' }, password: 'secret' },
      { dn: `cn=ann,${BASE}`, attributes: { objectClass: 'person', cn: 'ann', mail: 'ann@school.test' } },
      { dn: `cn=bob,${BASE}`, attributes: { objectClass: 'person', cn: 'bob', mail: 'bob@school.test' } },
    ],
  });
  folder = await mkdtemp(join(tmpdir(), 'cli-ldap-'));
  await put('users.cf', table());
  await put('wrong.cf', table('scope = tree\n'));
  await put('password.cf', table('bind_pw = other\n'));
  await put('ca.cf', table('tls_ca_cert_file = /no/such/ca.pem\n'));
  await put(
    'main.cf',
    `myhostname = mx.school.test
virtual_mailbox_domains = school.test
virtual_mailbox_maps = ldap:/etc/postfix/users.cf
alias_maps = ldap:people
people_server_host = ${fake.url}
people_bind_dn = cn=svc,${BASE}
people_bind_pw = secret
people_search_base = ${BASE}
people_query_filter = (cn=%s)
people_result_attribute = mail
compatibility_level = 3.6
`,
  );
  await put('mail.eml', 'Subject: x\r\n\r\nx\r\n');
});
afterAll(async () => {
  await fake.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  fake.script = undefined;
});

const query = (...args: readonly string[]) => run(['query', ...args], { cwd: folder });

describe('postern query', () => {
  it('asks the server that the file names, and leaves no connection', async () => {
    expect(await query('ldap:./users.cf', 'ann@school.test')).toEqual({ status: 0, out: 'ann@school.test\n', err: '' });
    expect(await query(`proxy:ldap:${join(folder, 'users.cf')}`, 'nobody@school.test')).toEqual({
      status: 1,
      out: '',
      err: '',
    });
    await expect.poll(() => fake.open).toBe(0);
  });

  it('asks several keys of standard input, and several tables', async () => {
    const stdin = 'bob@school.test\nnobody@school.test\nx\n';
    const ran = await run(['query', 'ldap:./users.cf', 'inline:{x=y}', '-'], { cwd: folder, stdin });
    expect(ran).toEqual({ status: 0, out: 'bob@school.test\tbob@school.test\nx\ty\n', err: '' });
  });

  it('takes parameters of main.cf of the folder that is named', async () => {
    expect(await query('-c', folder, 'ldap:people', 'ann')).toEqual({ status: 0, out: 'ann@school.test\n', err: '' });
    expect((await query('ldap:people', 'ann')).err).toMatch(/expected a path that begins with/);
  });

  it('ends with 75 where the server cannot tell', async () => {
    fake.script = ({ operation }) => (operation === 'search' ? { do: 'result', code: 52 } : undefined);
    const busy = await query('ldap:./users.cf', 'ann@school.test');
    expect([busy.status, busy.err]).toEqual([75, expect.stringMatching(/could not tell of "ann@school\.test"/)]);
    fake.script = undefined;
    const refused = await query('ldap:./password.cf', 'ann@school.test');
    expect([refused.status, refused.err]).toEqual([75, expect.stringMatching(/the bind is refused/)]);
    expect(refused.err).not.toContain('other');
  });

  it('ends with 78 where the table is wrong', async () => {
    expect(await query('ldap:./wrong.cf', 'x')).toMatchObject({
      status: 78,
      err: expect.stringMatching(/wrong\.cf:7: scope: expected sub or base or one: tree/),
    });
    expect((await query('ldap:./ca.cf', 'x')).err).toMatch(
      /ca\.cf: the file cannot be read \(ENOENT\): \/no\/such\/ca\.pem/,
    );
  });
});

describe('with --postfix', () => {
  const explain = (to: string) =>
    run(
      `explain mail.eml --postfix . --no-dns --client-ip 192.0.2.1 --mail-from a@b.example --no-durations --rcpt-to ${to}`.split(
        ' ',
      ),
      { cwd: folder },
    );

  it('explain asks the directory', async () => {
    expect((await explain('nobody@school.test')).out).toMatch(/550 5\.1\.1 <nobody@school\.test>/);
    const accepted = await explain('ann@school.test');
    expect(accepted.out).not.toMatch(/5\.1\.1/);
    expect(accepted.out).toMatch(/rule users\.cf: virtualMailboxes: .*matched/);
    await expect.poll(() => fake.open).toBe(0);
  });

  it('explain tells of a directory that is away', async () => {
    fake.script = ({ operation }) => (operation === 'search' ? { do: 'drop' } : undefined);
    expect((await explain('ann@school.test')).out).toMatch(/451 4\.3\.0 <ann@school\.test>: Temporary lookup failure/);
  });

  it('check and describe ask nobody', async () => {
    const before = fake.accepted;
    const checked = await run(['check', '--postfix', '.', '--accounts', 'none'], { cwd: folder });
    expect(checked.out).toMatch(/people_server_host: honoured/);
    expect((await run(['describe', '--postfix', '.'], { cwd: folder })).status).toBe(0);
    expect(fake.accepted).toBe(before);
  });
});
