/** The LDAP directory over OpenLDAP, which shows the anonymous nothing: size limits, TLS, losses of every kind, a reference. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  type LdapDirectory,
  type LdapDirectoryOptions,
  ldapDirectory,
  ldapSearch,
} from '../../../src/adapters/ldap/index.js';
import { authenticatorConformance, directoryConformance } from '../../../src/testing/directory/index.js';
import { until } from '../private-host.js';
import { LDAP_BASE, ldapUserDn, PLACES, REFERRED_BASE, SEARCHER } from './school-in-openldap.js';
import { type SlapdOptions, slapdMissing, startSlapd, type TestSlapd } from './slapd.js';
import { call, faultsOf, foundIn, groupOf, testUnless, userOf } from './support.js';

const missing = slapdMissing();
const test = testUnless(missing);

const running: TestSlapd[] = [];
const open: { close(): Promise<void> }[] = [];
/** Pages may pass the limit on entries. */
let slapd: TestSlapd;

async function start(options: SlapdOptions): Promise<TestSlapd> {
  const made = await startSlapd(options);
  running.push(made);
  return made;
}

function connect(more: Partial<LdapDirectoryOptions> = {}, to: TestSlapd = slapd): LdapDirectory {
  const made = ldapDirectory({ url: to.url, bind: SEARCHER, ...PLACES, ...more });
  open.push(made);
  return made;
}

const based = (base: string): Partial<LdapDirectoryOptions> => {
  return { base, usersBase: base, groupsBase: base, schema: 'rfc2307' };
};

beforeAll(async () => {
  if (missing === undefined)
    slapd = await start({ settings: ['sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited'] });
});
afterAll(async () => {
  for (const one of open) await one.close();
  for (const one of running) await one.stop();
});

const faults = faultsOf(() => slapd);
const suite = {
  dispose: async (subject: LdapDirectory) => {
    await faults.mend();
    await subject.close();
  },
  faults,
};
/** OpenLDAP without overlays for passwords has no states of accounts. */
const logins = { states: false, mustChange: false };

describe('OpenLDAP, the suites', () => {
  const ways: readonly (readonly [string, () => LdapDirectory])[] = [
    ['in clear text', () => connect()],
    ['LDAPS', () => connect({ url: slapd.tlsUrl, tls: slapd.tls })],
    ['StartTLS', () => connect({ startTls: true, tls: slapd.tls })],
  ];
  for (const [way, make] of ways) {
    const named: typeof test = (name, run) => test(`${way}: ${name}`, run);
    directoryConformance({ ...suite, test: named, makeDirectory: make, abilities: { states: false } });
    authenticatorConformance({ ...suite, test: named, makeAuthenticator: make, abilities: logins });
  }
});

async function said(account: string, password: string, asked: LdapDirectory): Promise<string> {
  const answer = await asked.authenticate(account, password, call());
  if (answer.kind !== 'found') return answer.kind;
  return answer.value.kind === 'refused' ? answer.value.cause : answer.value.kind;
}

const PASSWORD = 'Curious-Rabbit.1';

describe('OpenLDAP, limits', () => {
  test('more entries than one answer may have come in pages', async () => {
    const search = ldapSearch({ url: slapd.url, bind: SEARCHER });
    open.push(search);
    const query = { base: LDAP_BASE, scope: 'sub', filter: '(uid=*)', attributes: ['uid'], sizeLimit: 0 } as const;
    expect(foundIn(await search.search(query, call())).length).toBeGreaterThan(2000);
  });

  test('where pages may not either, it cannot be told', async () => {
    const strict = await start({ settings: ['sizelimit size.soft=500 size.hard=500 size.prtotal=500'] });
    const search = ldapSearch({ url: strict.url, bind: SEARCHER });
    open.push(search);
    const query = { base: LDAP_BASE, scope: 'sub', filter: '(uid=*)', attributes: ['uid'], sizeLimit: 0 } as const;
    expect((await search.search(query, call())).kind).toBe('cannot-tell');
    const asked = connect({}, strict);
    const answer = await asked.membersOf(await groupOf(asked, 'BigGroup'), call());
    // By name a few at a time they can be had; a part of them is no answer.
    if (answer.kind === 'found') expect(answer.value).toHaveLength(2000);
    else expect(answer.kind).toBe('cannot-tell');
    expect((await userOf(asked, 'alice')).login).toBe('alice');
  });

  test('a limit of one entry cuts nothing off in silence', async () => {
    const strict = await start({ settings: ['sizelimit size.soft=1 size.hard=1 size.prtotal=1'] });
    const asked = connect({}, strict);
    expect((await userOf(asked, 'alice')).login).toBe('alice');
    const twins = await asked.findUser(
      { kind: 'address', address: (await userOf(connect(), 'twin2')).addresses[1] ?? never() },
      call(),
    );
    expect(twins.kind).toBe('cannot-tell');
    const members = await asked.membersOf(await groupOf(asked, 'Class5a'), call());
    if (members.kind === 'found') expect(members.value).toHaveLength(3);
    else expect(members.kind).toBe('cannot-tell');
  });
});

function never(): never {
  throw new Error('no address');
}

describe('OpenLDAP, what cannot be told', () => {
  const cases: readonly (readonly [string, () => Partial<LdapDirectoryOptions>, RegExp])[] = [
    [
      'an unknown authority',
      () => ({ url: slapd.tlsUrl, tls: { servername: slapd.tls.servername } }),
      /certificate|CERT/i,
    ],
    [
      'a certificate of another name',
      () => ({ url: slapd.tlsUrl, tls: { ca: slapd.tls.ca, servername: 'dc2.school.example' } }),
      /ALTNAME|altname|certificate/,
    ],
    [
      'an unknown authority by StartTLS',
      () => ({ startTls: true, tls: { servername: slapd.tls.servername } }),
      /certificate|CERT/i,
    ],
    ['TLS to the plain port', () => ({ url: slapd.url.replace('ldap:', 'ldaps:'), tls: slapd.tls }), /./],
    ['plain text to the TLS port', () => ({ url: slapd.tlsUrl.replace('ldaps:', 'ldap:') }), /./],
    ['a wrong password of our own', () => ({ bind: { ...SEARCHER, password: 'wrong' } }), /49|credentials/i],
    [
      'a name of our own that does not exist',
      () => ({ bind: { ...SEARCHER, dn: `cn=nobody,${LDAP_BASE}` } }),
      /49|credentials/i,
    ],
    ['a name of our own that is none', () => ({ bind: { ...SEARCHER, dn: 'mailsystem@school.example' } }), /34|DN/i],
    ['a base that does not exist', () => based('dc=elsewhere,dc=example'), /./],
    ['a base on another server', () => based(REFERRED_BASE), /refer|10/i],
    ['a server that shows the anonymous nothing', () => ({ bind: 'anonymous' }), /./],
  ];
  for (const [what, more, why] of cases) {
    test(`${what}: never "no such user"`, async () => {
      const asked = connect({ connectTimeout: 3000, timeout: 5000, ...more() });
      const answer = await asked.findUser({ kind: 'login', login: 'alice' }, call());
      expect(answer.kind).toBe('cannot-tell');
      if (answer.kind !== 'cannot-tell') return;
      expect(answer.why).toMatch(why);
      expect(answer.why).not.toContain(SEARCHER.password);
      expect(await said('alice', PASSWORD, asked)).toBe('cannot-tell');
    });
  }

  test('an account whose rights are gone sees nobody, and nobody is "no such user" for it', async () => {
    // A user may log in and see nothing: what he asks is answered as if there were no tree.
    const asked = connect({ bind: { dn: ldapUserDn('alice'), password: PASSWORD } });
    expect((await asked.findUser({ kind: 'login', login: 'bob' }, call())).kind).toBe('cannot-tell');
  });

  test('killed again and again: never anonymous, and the same object goes on', async () => {
    const asked = connect({ connectTimeout: 2000, timeout: 5000 });
    const kinds = new Map<string, number>();
    let over = false;
    const ask = async (n: number): Promise<void> => {
      while (!over) {
        const answer = await asked.findUser({ kind: 'login', login: 'alice' }, call());
        const login = await said('alice', PASSWORD, asked);
        const groups = answer.kind === 'found' ? await asked.groupsOf(answer.value, call()) : answer;
        for (const kind of [answer.kind, groups.kind, login]) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (groups.kind === 'found') expect(groups.value.length).toBeGreaterThan(20);
        if (answer.kind === 'cannot-tell') await new Promise((resolve) => setTimeout(resolve, 3 + n));
      }
    };
    const asking = Array.from({ length: 16 }, (_, n) => ask(n));
    for (let round = 0; round < 10; round++) {
      const before = kinds.get('found') ?? 0;
      await until('it answers', () => (kinds.get('found') ?? 0) > before + 10 * round);
      await slapd.kill();
      if (round === 0)
        expect((await asked.findUser({ kind: 'login', login: 'alice' }, call())).kind).toBe('cannot-tell');
      await slapd.start();
    }
    await until(
      'it answers again',
      async () => (await asked.findUser({ kind: 'login', login: 'alice' }, call())).kind === 'found',
    );
    over = true;
    await Promise.all(asking);
    expect([...kinds.keys()].sort()).toEqual(['authenticated', 'cannot-tell', 'found']);
  });

  test('a second server is asked when the first is gone, and is not taken for good', async () => {
    const other = await start({});
    const asked = connect({ url: [other.url, slapd.url], connectTimeout: 2000 });
    expect((await userOf(asked, 'alice')).login).toBe('alice');
    await other.kill();
    await until(
      'the second answers',
      async () => (await asked.findUser({ kind: 'login', login: 'alice' }, call())).kind === 'found',
      { ms: 5000 },
    );
    expect(await said('alice', PASSWORD, asked)).toBe('authenticated');
  });
});
