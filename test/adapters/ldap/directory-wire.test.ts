/** The directory over a server: forced ranges and small pages, references, connections that are lost, silence. */
import { expect, test } from 'vitest';
import { type LdapDirectory, type LdapDirectoryOptions, ldapDirectory } from '../../../src/adapters/ldap/index.js';
import { asDomainController } from './as-domain-controller.js';
import { adRefusal, type FakeEntry, type FakeLdap, type FakeOptions } from './fake-server.js';
import { adGroup, adUser, BASE, dn, groupIn, groupNames, memberNames, userIn } from './small-trees.js';
import { closedAtEnd, start } from './support.js';

const SERVICE = { dn: dn('svc'), password: 'Secret-1' };
const pupils = Array.from({ length: 60 }, (_, i) => `pupil${i}`);

const entries: readonly FakeEntry[] = asDomainController(BASE, [
  { dn: SERVICE.dn, attributes: { objectClass: 'person' } },
  ...pupils.map((name) => adUser(name)),
  adUser('dave', { userAccountControl: '514' }),
  adGroup('Big', pupils),
  adGroup('Around', ['Big', 'dave']),
]).map((entry) => {
  if (entry.dn === SERVICE.dn) return { ...entry, password: SERVICE.password };
  if (entry.dn === dn('dave')) return { ...entry, password: 'dave-Pass.1', refuse: adRefusal('533') };
  return entry.dn === dn('pupil7') ? { ...entry, password: 'pupil7-Pass.1' } : entry;
});

const rootDse = { supportedCapabilities: '1.2.840.113556.1.4.800', defaultNamingContext: BASE };

interface Wire {
  readonly fake: FakeLdap;
  readonly directory: LdapDirectory;
}

async function wire(options: Partial<FakeOptions> = {}, more: Partial<LdapDirectoryOptions> = {}): Promise<Wire> {
  const fake = await start({ entries, rootDse, ...options });
  const directory = closedAtEnd(ldapDirectory({ url: fake.url, bind: SERVICE, timeout: 2000, ...more }));
  return { fake, directory };
}

test('ranges that are forced, pages that are small and references leave nobody out', async () => {
  const limits = { maxRange: 7, maxPage: 10, references: ['ldap://elsewhere.example/dc=x'] };
  const { directory } = await wire(limits, { pageSize: 10 });
  expect(await memberNames({ directory }, 'Around')).toEqual(['dave', ...pupils].sort());
  expect(await groupNames({ directory }, 'pupil7')).toEqual(['Around', 'Big', 'Domain Users']);
});

test('a connection that is lost at any search: everybody, or "could not tell"; afterwards nobody searches without rights', async () => {
  const { fake, directory } = await wire({ anonymous: 'nothing' });
  const big = await groupIn({ directory }, 'Around');
  const alice = await userIn({ directory }, 'pupil7');
  for (let at = 1; at <= 6; at++) {
    let searches = 0;
    fake.script = ({ operation }) => (operation === 'search' && ++searches === at ? { do: 'drop' } : undefined);
    const members = await directory.membersOf(big);
    if (members.kind === 'found') expect(members.value).toHaveLength(61);
    else expect(members).toMatchObject({ kind: 'cannot-tell', temporary: true });
    searches = 0;
    const groups = await directory.groupsOf(alice);
    if (groups.kind === 'found') expect(groups.value).toHaveLength(3);
    else expect(groups).toMatchObject({ kind: 'cannot-tell', temporary: true });
  }
  fake.script = undefined;
  fake.drop();
  expect((await userIn({ directory }, 'pupil7')).login).toBe('pupil7');
  const searches = fake.requests.filter(({ operation, name }) => operation === 'search' && name !== '');
  expect(new Set(searches.map(({ bound }) => bound))).toEqual(new Set([SERVICE.dn]));
});

test('logins bind over connections of their own, and searches keep their rights', async () => {
  const { fake, directory } = await wire({ anonymous: 'nothing' });
  const said = async (account: string, password: string): Promise<unknown> => {
    const answer = await directory.authenticate(account, password);
    if (answer.kind !== 'found') return answer;
    return answer.value.kind === 'refused' ? [answer.value.cause, answer.value.detail] : answer.value.account;
  };
  expect(await said('PUPIL7', 'pupil7-Pass.1')).toBe('pupil7');
  expect(await said('pupil7', 'wrong')).toEqual(['wrong-password', expect.any(String)]);
  expect(await said('dave', 'dave-Pass.1')).toEqual(['disabled', 'AD 533']);
  expect(await said('nobody', 'wrong')).toEqual(['no-such-account', undefined]);
  expect(await said('pupil7', '')).toEqual(['wrong-password', 'the password is empty']);
  expect(await said('pupil7', 'pupil7-Pass.1')).toBe('pupil7');
  const over = (kind: string, name: (one: string) => boolean): Set<number> =>
    new Set(
      fake.requests.filter((one) => one.operation === kind && name(one.name)).map(({ connection }) => connection),
    );
  const binds = over('bind', (name) => name !== SERVICE.dn);
  for (const connection of over('search', () => true)) expect(binds.has(connection)).toBe(false);
  fake.script = ({ operation }) => (operation === 'bind' ? { do: 'result', code: 51, message: 'busy' } : undefined);
  for (const account of ['pupil7', 'nobody']) {
    expect(await said(account, 'pupil7-Pass.1')).toMatchObject({ kind: 'cannot-tell', temporary: true });
  }
  fake.script = ({ operation }) =>
    operation === 'bind' ? { do: 'result', code: 8, message: 'TLS, please' } : undefined;
  expect(await said('pupil7', 'pupil7-Pass.1')).toMatchObject({ kind: 'cannot-tell', temporary: false });
});

test('a server that is silent costs no more than the time of the question', async () => {
  const { fake, directory } = await wire({}, { questionTimeout: 150 });
  const big = await groupIn({ directory }, 'Big');
  fake.script = () => ({ do: 'delay', ms: 60 });
  const started = performance.now();
  // Three searches, each of which is in time.
  expect(await directory.membersOf(big)).toMatchObject({ kind: 'cannot-tell', temporary: true });
  expect(performance.now() - started).toBeLessThan(1000);
  const over = new AbortController();
  fake.script = () => ({ do: 'silence' });
  const answer = directory.membersOf(big, { signal: over.signal, deadline: performance.now() + 60_000 });
  over.abort();
  expect((await answer).kind).toBe('cannot-tell');
});

test('no password is in what it says', async () => {
  const { fake, directory } = await wire();
  const secrets = ['Secret-1', 'pupil7-Pass.1'];
  const answers: unknown[] = [directory.name, await directory.probe()];
  for (const code of [1, 8, 49, 53, 80]) {
    fake.script = ({ operation }) => (operation === 'bind' ? { do: 'result', code, message: 'no' } : undefined);
    answers.push(await directory.authenticate('pupil7', 'pupil7-Pass.1'));
  }
  fake.drop();
  answers.push(await directory.authenticate('pupil7', 'pupil7-Pass.1'), await directory.probe());
  for (const secret of secrets) expect(JSON.stringify(answers)).not.toContain(secret);
});
