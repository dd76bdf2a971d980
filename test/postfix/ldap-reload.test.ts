/** A configuration with `ldap:` tables that is read again while its server is there: what stays open. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ldapTables } from '../../src/adapters/ldap/tables.js';
import { type PostfixTexts, readPostfix } from '../../src/postfix/index.js';
import { mailboxOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { type FakeLdap, fakeLdap } from '../adapters/ldap/fake-server.js';
import { main, shown } from './support.js';

const BASE = 'dc=school,dc=test';
const servants = ['svc', 'svc2'];
let fake: FakeLdap;
beforeAll(async () => {
  fake = await fakeLdap({
    entries: [
      { dn: BASE, attributes: { objectClass: 'domain' } },
      ...servants.map((name) => ({ dn: `cn=${name},${BASE}`, attributes: { cn: name }, password: 'secret' })),
      { dn: `cn=ann,${BASE}`, attributes: { cn: 'ann', mail: 'ann@v.example' } },
    ],
  });
});
afterAll(() => fake.close());

const texts = (servant = 'svc'): PostfixTexts => {
  const table = (what: string) => `server_host = ${fake.url}\nbind_dn = cn=${servant},${BASE}\nbind_pw = secret
search_base = ${BASE}\nquery_filter = (${what})\nresult_attribute = mail\n`;
  const maps = 'virtual_mailbox_maps = ldap:/etc/postfix/users.cf\nvirtual_alias_maps = ldap:/etc/postfix/others.cf\n';
  return main(`virtual_mailbox_domains = v.example\n${maps}`, {
    'users.cf': table('mail=%s'),
    'others.cf': table('other=%s'),
  });
};

async function told(ldap: ReturnType<typeof ldapTables>, servant?: string): Promise<readonly string[]> {
  const { policy } = readPostfix(texts(servant), { ldap: ldap.open, without: ['resolver', 'policyService'] });
  const { recipients } = await policy.evaluate({
    session: sessionOf({}),
    helo: 'client.example',
    sender: senderOf('stranger@client.example'),
    recipients: [mailboxOf('ann@v.example'), mailboxOf('nobody@v.example')],
  });
  return recipients.map(({ decision }) => shown(decision).slice(0, 16));
}

const right = ['continue', 'reject 550 5.1.1'];

it('connections are those of before, and none is left at the end', async () => {
  const ldap = ldapTables({ connections: 1 });
  const before = fake.accepted;
  for (let read = 0; read < 5; read++) expect(await told(ldap)).toEqual(right);
  expect([fake.accepted - before, fake.open]).toEqual([1, 1]);
  await ldap.close();
  await expect.poll(() => fake.open).toBe(0);
  expect((await told(ldap)).every((one) => one.startsWith('defer 451'))).toBe(true);
  expect(fake.open).toBe(0);
});

it('connections that no table has any more are closed when they have been idle', async () => {
  await using ldap = ldapTables({ connections: 1, idle: 100 });
  expect(await told(ldap, 'svc')).toEqual(right);
  const [first] = fake.requests.slice(-1);
  expect(await told(ldap, 'svc2')).toEqual(right);
  expect(fake.requests.at(-1)?.connection).not.toBe(first?.connection);
  await expect.poll(() => fake.open).toBe(0);
  expect(await told(ldap, 'svc2')).toEqual(right);
});
