/** The client of saslauthd over the real daemon: accounts of its own, and an LDAP directory behind it that goes away. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Saslauthd, type SaslauthdOptions, saslauthd } from '../../../src/adapters/saslauthd/index.js';
import { authenticatorConformance, conformanceTree } from '../../../src/testing/directory/index.js';
import { saslauthdMissing, saslauthdOverAccounts, saslauthdOverLdap, type TestSaslauthd } from './saslauthd.js';
import { LDAP_BASE, SEARCHER } from './school-in-openldap.js';
import { slapdMissing, startSlapd, type TestSlapd } from './slapd.js';
import { call, faultsOf, testUnless } from './support.js';

const missing = saslauthdMissing();
const test = testUnless(missing);
const testWithSlapd = testUnless(missing ?? slapdMissing());

const REALM = 'school.example';
const alice = { login: 'alice', password: 'Curious-Rabbit.1' };

let accounts: TestSaslauthd;
let overLdap: TestSaslauthd;
let cached: TestSaslauthd;
let slapd: TestSlapd;
const open: Saslauthd[] = [];

const connect = (daemon: TestSaslauthd, more: SaslauthdOptions = {}): Saslauthd => {
  const made = saslauthd({ path: daemon.path, ...more });
  open.push(made);
  return made;
};

beforeAll(async () => {
  if (missing !== undefined) return;
  const known = conformanceTree.users.flatMap(({ login, password }) =>
    password === undefined ? [] : [{ login, password, realm: REALM }],
  );
  accounts = await saslauthdOverAccounts(known);
  if (slapdMissing() !== undefined) return;
  slapd = await startSlapd();
  const settings = [
    `ldap_servers: ${slapd.url}`,
    `ldap_search_base: ${LDAP_BASE}`,
    'ldap_filter: (uid=%u)',
    `ldap_bind_dn: ${SEARCHER.dn}`,
    `ldap_password: ${SEARCHER.password}`,
    'ldap_auth_method: bind',
    'ldap_referrals: no',
    'ldap_timeout: 2',
  ];
  overLdap = await saslauthdOverLdap(settings);
  cached = await saslauthdOverLdap(settings, true);
});
afterAll(async () => {
  for (const one of open) await one.close();
  await overLdap?.stop();
  await cached?.stop();
  await slapd?.stop();
  await accounts?.stop();
});

const faults = faultsOf(() => accounts);
/** It knows passwords and nothing else. */
const abilities = { states: false, mustChange: false, causes: false };
const dispose = async (subject: Saslauthd): Promise<void> => {
  await faults.mend();
  await subject.close();
};

describe('saslauthd over a sasldb', () => {
  authenticatorConformance({
    test,
    makeAuthenticator: () => connect(accounts, { realm: REALM }),
    dispose,
    abilities: { ...abilities, foldsCase: false },
    faults,
  });

  test('the realm stands in the login where it is split', async () => {
    const split = connect(accounts, { splitRealm: true });
    const asked = await split.authenticate(`alice@${REALM}`, alice.password, call());
    expect(asked).toMatchObject({ kind: 'found', value: { kind: 'authenticated' } });
    const whole = await connect(accounts).authenticate(`alice@${REALM}`, alice.password, call());
    expect(whole).toMatchObject({ kind: 'found', value: { kind: 'refused' } });
  });

  test('200 log-ins at once', async () => {
    const asked = connect(accounts, { realm: REALM });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        asked.authenticate('alice', n % 2 === 0 ? alice.password : 'wrong', call()),
      ),
    );
    const kinds = answers.map((answer) => (answer.kind === 'found' ? answer.value.kind : answer.kind));
    expect(kinds).toEqual(kinds.map((_, n) => (n % 2 === 0 ? 'authenticated' : 'refused')));
  });
});

describe('saslauthd over LDAP', () => {
  const ldapFaults = faultsOf(() => overLdap);
  authenticatorConformance({
    // To LDAP a blank around a name is nothing (RFC 4518 section 2.6.1), and saslauthd sends it: `directoryCredentials` refuses it before.
    test: (name, run) => (name.includes('takes every name as itself') ? undefined : testWithSlapd(name, run)),
    makeAuthenticator: () => connect(overLdap, { witness: alice }),
    dispose: async (subject) => {
      await ldapFaults.mend();
      await subject.close();
    },
    abilities,
    faults: ldapFaults,
  });

  testWithSlapd(
    'a directory that is down is told from a wrong password by the witness, and by nothing else',
    async () => {
      const [plain, careful] = [connect(overLdap), connect(overLdap, { onNo: 'cannot-tell' })];
      const witnessed = connect(overLdap, { witness: alice });
      const said = async (asked: Saslauthd, password: string): Promise<string> => {
        const answer = await asked.authenticate('bob', password, call());
        return answer.kind === 'found' ? answer.value.kind : answer.kind;
      };
      const all = async (password: string): Promise<readonly string[]> => [
        await said(plain, password),
        await said(careful, password),
        await said(witnessed, password),
      ];
      expect(await all('Patient-Turtle.2')).toEqual(['authenticated', 'authenticated', 'authenticated']);
      expect(await all('wrong')).toEqual(['refused', 'cannot-tell', 'refused']);
      await slapd.kill();
      expect(await all('Patient-Turtle.2')).toEqual(['refused', 'cannot-tell', 'cannot-tell']);
      expect(await all('wrong')).toEqual(['refused', 'cannot-tell', 'cannot-tell']);
      await slapd.start();
      expect(await all('Patient-Turtle.2')).toEqual(['authenticated', 'authenticated', 'authenticated']);
    },
  );

  testWithSlapd("the daemon's cache lets the witness in while the directory is down: no witness there", async () => {
    const witnessed = connect(cached, { witness: alice });
    const careful = connect(cached, { onNo: 'cannot-tell' });
    const said = async (asked: Saslauthd, login: string, password: string): Promise<string> => {
      const answer = await asked.authenticate(login, password, call());
      return answer.kind === 'found' ? answer.value.kind : answer.kind;
    };
    const right = ['bob', 'Patient-Turtle.2'] as const;
    expect(await said(careful, alice.login, alice.password)).toBe('authenticated');
    await slapd.kill();
    // A right password is refused, for good.
    expect([await said(witnessed, ...right), await said(careful, ...right)]).toEqual(['refused', 'cannot-tell']);
    await slapd.start();
    expect(await said(witnessed, ...right)).toBe('authenticated');
  });
});
