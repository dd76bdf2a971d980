/** The LDAP directory over a real domain controller: every state of an account, every spelling of a name, groups, TLS, restarts. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type LdapDirectory, type LdapDirectoryOptions, ldapDirectory } from '../../../src/adapters/ldap/index.js';
import { accountNames } from '../../../src/directory/account-name.js';
import { directoryCredentials } from '../../../src/directory/credentials.js';
import { mailboxOf } from '../../../src/testing/builders.js';
import { authenticatorConformance, directoryConformance } from '../../../src/testing/directory/index.js';
import { until } from '../private-host.js';
import { sambaMissing, startSamba, type TestSamba } from './samba.js';
import { groupDn, LOCKOUT_AFTER, PASSWORD } from './school-in-ad.js';
import { call, faultsOf, foundIn, groupOf, testUnless, userOf } from './support.js';

const missing = sambaMissing();
const test = testUnless(missing);

let samba: TestSamba;
let directory: LdapDirectory;
const open: LdapDirectory[] = [];

const bind = { dn: 'mailsystem@school.example', password: PASSWORD };
const connect = (more: Partial<LdapDirectoryOptions> = {}): LdapDirectory => {
  const made = ldapDirectory({ url: samba.url, tls: samba.tls, bind, ...more });
  open.push(made);
  return made;
};

beforeAll(async () => {
  if (missing !== undefined) return;
  samba = await startSamba();
  directory = connect();
});
afterAll(async () => {
  for (const one of open) await one.close();
  await samba?.stop();
});

const faults = faultsOf(() => samba);
const suite = {
  test,
  dispose: async (subject: LdapDirectory) => {
    await faults.mend();
    await subject.close();
  },
  faults,
};

describe('Active Directory, the suites', () => {
  // Active Directory's primary groups are others than gid numbers say.
  directoryConformance({ ...suite, makeDirectory: () => connect(), abilities: { primaryGroups: false } });
  authenticatorConformance({ ...suite, makeAuthenticator: () => connect() });
  test('by StartTLS too', async () => {
    const asked = connect({ url: samba.plainUrl, startTls: true });
    expect((await userOf(asked, 'alice')).login).toBe('alice');
    expect(await said('quinn', PASSWORD, asked)).toBe('authenticated quinn');
    expect(await said('quinn', 'wrong', asked)).toBe('wrong-password');
  });
});

/** `authenticated`, or why not. */
async function said(account: string, password: string, asked: LdapDirectory = directory): Promise<string> {
  const answer = await asked.authenticate(account, password, call());
  if (answer.kind !== 'found') return answer.kind;
  return answer.value.kind === 'refused' ? answer.value.cause : `authenticated ${answer.value.account}`;
}

describe('Active Directory, accounts', () => {
  const states: readonly (readonly [string, string, string, string])[] = [
    ['an active account', 'quinn', PASSWORD, 'authenticated quinn'],
    ['of any letter case', 'QUINN', PASSWORD, 'authenticated quinn'],
    ['disabled', 'dave', 'Sleepy-Dormouse.4', 'disabled'],
    ['whose password must be changed', 'erin', 'Velvet-Lobster.5', 'must-change-password'],
    ['that has expired', 'frank', 'Former-Walrus.6', 'account-expired'],
    ['outside of its hours', 'heidi', PASSWORD, 'logon-hours'],
    ['whose password has expired', 'ivan', PASSWORD, 'password-expired'],
    ['without a password', 'mallory', PASSWORD, 'wrong-password'],
    ['a wrong password', 'quinn', 'pupil-pass.1', 'wrong-password'],
    ['an empty password', 'quinn', '', 'wrong-password'],
  ];
  for (const [what, account, password, expected] of states) {
    test(`${what}: ${expected}`, async () => {
      expect(await said(account, password)).toBe(expected);
      if (password !== '') expect(await said(account, `${password}?`)).toBe('wrong-password');
    });
  }

  test('an account that does not exist is refused like a wrong password', async () => {
    expect(['wrong-password', 'no-such-account']).toContain(await said('nobody.here', PASSWORD));
  });

  test(`is locked after ${LOCKOUT_AFTER} wrong passwords, and searches go on`, async () => {
    expect((await userOf(directory, 'grace')).state).toBe('active');
    for (let n = 0; n < LOCKOUT_AFTER; n++) expect(await said('grace', 'wrong')).toBe('wrong-password');
    expect(await said('grace', PASSWORD)).toBe('locked-out');
    expect((await userOf(connect(), 'grace')).state).toBe('locked-out');
    expect((await userOf(directory, 'quinn')).login).toBe('quinn');
    expect(await said('quinn', PASSWORD)).toBe('authenticated quinn');
  });

  test('200 wrong passwords hurt no search', async () => {
    const wrong = Array.from({ length: 200 }, () => said('quinn', 'wrong'));
    const searches = Array.from({ length: 200 }, async (_, n) => (await userOf(directory, `pupil${1000 + n}`)).login);
    expect(new Set(await Promise.all(wrong))).toEqual(new Set(['wrong-password']));
    expect(await Promise.all(searches)).toEqual(Array.from({ length: 200 }, (_, n) => `pupil${1000 + n}`));
    expect(await said('quinn', PASSWORD)).toBe('authenticated quinn');
  });

  const spellings = ['quinn', 'QUINN', 'SCHOOL\\quinn', 'school\\Quinn', 'quinn@school.example', 'quinn@SCHOOL'];
  const foreign = [
    'quinn@elsewhere.example',
    'OTHER\\quinn',
    'quinn@',
    '@school.example',
    'SCHOOL\\',
    'root',
    'SCHOOL\\root',
  ];
  const credentials = () =>
    directoryCredentials(directory, {
      accounts: accountNames({ domain: 'SCHOOL', realms: ['school.example'] }),
      directory,
    });
  for (const login of [...spellings, 'Quinn@School.Example', 'qUINN@school']) {
    test(`the login ${login} is quinn`, async () => {
      const answer = await credentials().verify(login, PASSWORD, { ...call(), client: undefined });
      expect(answer).toEqual({ kind: 'found', value: { name: 'quinn' } });
      const wrong = await credentials().verify(login, 'wrong', { ...call(), client: undefined });
      expect(wrong.kind).toBe('not-found');
    });
  }
  for (const login of foreign) {
    test(`the login ${login} is nobody`, async () => {
      const answer = await credentials().verify(login, PASSWORD, { ...call(), client: undefined });
      expect(answer.kind).toBe('not-found');
    });
  }

  test('an address is a login where that is wanted', async () => {
    const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'] });
    const byAddress = directoryCredentials(directory, { accounts, directory, addresses: true });
    const asked = { ...call(), client: undefined };
    const password = 'Curious-Rabbit.1';
    for (const login of ['a.liddell@school.example', 'LIDDELL@old.school.example', 'alice']) {
      expect(await byAddress.verify(login, password, asked)).toEqual({ kind: 'found', value: { name: 'alice' } });
    }
    expect((await byAddress.verify('liddell@elsewhere.example', password, asked)).kind).toBe('not-found');
  });
});

describe('Active Directory, groups', () => {
  const namesOf = async (login: string, asked: LdapDirectory = directory): Promise<readonly string[]> =>
    foundIn(await asked.groupsOf(await userOf(asked, login), call())).map(({ name }) => name);

  test('the group of a quota, the primary group, and groups for mail alone, nested ones too', async () => {
    const expected = ['Domain Users', 'HardQuota7500', 'Newsletter', 'All News'];
    expect(await namesOf('quinn')).toEqual(expect.arrayContaining(expected));
    expect(await namesOf('quinn')).not.toContain('Class5a');
  });

  test('the groups of twenty groups in each other', async () => {
    const names = await namesOf('alice');
    expect(names).toEqual(expect.arrayContaining(['Class5a', 'Year5', 'School', 'Deep00', 'Deep19', 'Domain Users']));
    expect(new Set(names).size).toBe(names.length);
  });

  test('the members of the primary group, which has none of its own', async () => {
    const members = foundIn(await directory.membersOf(await groupOf(directory, 'Domain Users'), call()));
    expect(members.length).toBeGreaterThan(2000);
  });

  for (const pageSize of [1, 100, 1000]) {
    test(`all of a group of 2,000 in pages of ${pageSize}`, async () => {
      // Members are asked for by name, or in pages: one entry a page would take a while.
      const asked = connect({ pageSize: Math.max(pageSize, 10) });
      const name = pageSize === 1 ? 'Two Hundred' : 'BigGroup';
      const members = foundIn(await asked.membersOf(await groupOf(asked, name), call(60_000)));
      expect(new Set(members.map(({ id }) => id)).size).toBe(pageSize === 1 ? 200 : 2000);
    });
  }

  test('more members than may be are "could not tell", not a part', async () => {
    const asked = connect({ maxMembers: 1500 });
    const answer = await asked.membersOf(await groupOf(asked, 'BigGroup'), call(60_000));
    expect(answer.kind).toBe('cannot-tell');
  });

  test('the addresses of a user, the primary one first', async () => {
    const { addresses } = await userOf(directory, 'alice');
    expect(addresses.map((one) => `${one.localPart}@${one.domain.kind === 'domain' ? one.domain.ascii : ''}`)[0]).toBe(
      'alice@school.example',
    );
    expect(addresses).toHaveLength(3);
    expect(
      (await directory.findUser({ kind: 'address', address: mailboxOf('x400@school.example') }, call())).kind,
    ).toBe('not-found');
  });

  test('the security identifier', async () => {
    expect((await userOf(directory, 'quinn')).sid).toMatch(/^S-1-5-21(-\d+){4}$/);
    expect((await groupOf(directory, 'HardQuota7500')).id).toBe(groupDn('HardQuota7500'));
  });
});

describe('Active Directory, what cannot be told', () => {
  const cases: readonly (readonly [string, () => Partial<LdapDirectoryOptions>, RegExp])[] = [
    [
      'a certificate that nobody vouches for',
      () => ({ tls: { servername: samba.tls.servername } }),
      /certificate|CERT|SELF_SIGNED/,
    ],
    [
      'the certificate of another name',
      () => ({ tls: { ca: samba.tls.ca, servername: 'dc2.school.example' } }),
      /certificate|ALTNAME/,
    ],
    ['no name for the certificate but an address', () => ({ tls: { ca: samba.tls.ca } }), /certificate|ALTNAME/],
    ['no TLS, which it insists on', () => ({ url: samba.plainUrl, tls: {} }), /8|strong/i],
    ['a wrong password of our own', () => ({ bind: { ...bind, password: 'wrong' } }), /49|52e|credentials/i],
    ['nobody who listens', () => ({ url: `ldaps://${samba.host}:1` }), /ECONNREFUSED/],
    ['TLS to the plain port', () => ({ url: `ldaps://${samba.host}:389` }), /./],
    ['plain text to the TLS port', () => ({ url: `ldap://${samba.host}:636`, tls: {} }), /./],
  ];
  for (const [what, more, why] of cases) {
    test(`${what}: neither "no such user" nor "wrong password"`, async () => {
      const asked = connect({ connectTimeout: 3000, timeout: 5000, ...more() });
      const searched = await asked.findUser({ kind: 'login', login: 'quinn' }, call());
      expect(searched.kind).toBe('cannot-tell');
      if (searched.kind === 'cannot-tell') {
        expect(searched.why).toMatch(why);
        expect(searched.why).not.toContain(PASSWORD);
      }
      expect(await said('quinn', PASSWORD, asked)).toBe('cannot-tell');
      expect(await said('quinn', 'wrong', asked)).toBe('cannot-tell');
    });
  }

  test('the anonymous are told nothing, and so say nothing', async () => {
    const asked = connect({ bind: 'anonymous' });
    expect((await asked.findUser({ kind: 'login', login: 'quinn' }, call())).kind).toBe('cannot-tell');
  });

  test('a restart in the middle: questions wait or cannot be told, and the same object goes on', async () => {
    const asked = connect({ connectTimeout: 2000, timeout: 5000 });
    const kinds = new Map<string, number>();
    let over = false;
    const ask = async (n: number): Promise<void> => {
      while (!over) {
        const answer = await asked.findUser({ kind: 'login', login: 'quinn' }, call());
        const login = await said('quinn', PASSWORD, asked);
        for (const kind of [answer.kind, login]) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (answer.kind === 'cannot-tell') await new Promise((resolve) => setTimeout(resolve, 5 + n));
      }
    };
    const asking = Array.from({ length: 8 }, (_, n) => ask(n));
    for (let round = 0; round < 3; round++) {
      await until('it answers', async () => (await said('quinn', PASSWORD, asked)).startsWith('authenticated'));
      await samba.kill();
      expect((await asked.findUser({ kind: 'login', login: 'quinn' }, call())).kind).toBe('cannot-tell');
      expect(await said('quinn', PASSWORD, asked)).toBe('cannot-tell');
      await samba.start();
    }
    await until(
      'it answers again',
      async () => (await asked.findUser({ kind: 'login', login: 'quinn' }, call())).kind === 'found',
    );
    expect(await said('quinn', PASSWORD, asked)).toBe('authenticated quinn');
    over = true;
    await Promise.all(asking);
    expect([...kinds.keys()].sort()).toEqual(['authenticated quinn', 'cannot-tell', 'found']);
  });
});
