/**
 * A directory of 2,000 users on a real domain controller (Samba): groups of a user, members of a group, a user, a log-in, beside what
 * bare ldapts takes for the same on connections of its own. Needs root and Samba; where they are missing, that is said.
 */
import { Client, type SearchOptions } from 'ldapts';
import { cachedDirectory } from '../../src/adapters/directory-cache/index.js';
import { type LdapDirectory, ldapDirectory } from '../../src/adapters/ldap/index.js';
import type { DirectoryGroup, DirectoryUser } from '../../src/ports/directory.js';
import type { Answer } from '../../src/values/answer.js';
import { sambaMissing, startSamba, type TestSamba } from '../daemons/directory/samba.js';
import { AD_BASE, groupDn, PASSWORD, userDn } from '../daemons/directory/school-in-ad.js';
import { type BenchRow, median, row } from './row.js';

const SEARCHER = 'mailsystem@school.example';
const ROUNDS = 21;
/** In 20 groups in each other, among others. */
const NESTED = 'alice';
const IN_CHAIN = '1.2.840.113556.1.4.1941';

export async function benchDirectory(): Promise<readonly BenchRow[]> {
  const missing = sambaMissing();
  if (missing !== undefined) {
    process.stdout.write(`  skipped: all of it: ${missing}\n`);
    return [];
  }
  const samba = await startSamba();
  const bare = new Client({ url: samba.url, tlsOptions: samba.tls });
  try {
    await bare.bind(SEARCHER, PASSWORD);
    return [
      ...(await groupsOfOne(samba, bare)),
      ...(await membersOfMany(samba, bare)),
      ...(await oneUser(samba, bare)),
      await oneLogin(samba),
    ];
  } finally {
    await bare.unbind();
    await samba.stop();
  }
}

function connect({ url, tls }: TestSamba): LdapDirectory {
  return ldapDirectory({ url, tls, bind: { dn: SEARCHER, password: PASSWORD } });
}

async function groupsOfOne(samba: TestSamba, bare: Client): Promise<readonly BenchRow[]> {
  const cold: number[] = [];
  const again: number[] = [];
  const cached: number[] = [];
  const inChain: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // A new one remembers nothing; its connection is there.
    const directory = connect(samba);
    const user = await userOf(directory, NESTED);
    cold.push(await milliseconds(async () => foundIn(await directory.groupsOf(user))));
    again.push(await milliseconds(async () => foundIn(await directory.groupsOf(user))));
    const cache = cachedDirectory(directory);
    await cache.groupsOf(user);
    cached.push(await milliseconds(async () => foundIn(await cache.groupsOf(user))));
    await directory.close();
    if (round < 5)
      inChain.push(
        await search(bare, AD_BASE, { filter: `(member:${IN_CHAIN}:=${userDn(NESTED)})`, attributes: ['cn'] }),
      );
  }
  const name = 'groups of a user, 24 of them nested, of 2,000 users';
  const ours = median(cold);
  return [
    row({ name, unit: 'ms', ours, against: 'limit', rival: 10, goal: '<= 1' }),
    row({ name, unit: 'ms', ours, against: 'bare ldapts, in-chain rule', rival: median(inChain), goal: '<= 1' }),
    row({ name: 'the same again', unit: 'ms', ours: median(again), against: 'at first', rival: ours, goal: '<= 1' }),
    row({
      name: 'the same again, cached',
      unit: 'ms',
      ours: median(cached),
      against: 'limit',
      rival: 0.1,
      goal: '<= 1',
    }),
  ];
}

async function membersOfMany(samba: TestSamba, bare: Client): Promise<readonly BenchRow[]> {
  const directory = connect(samba);
  const [large, small] = [await groupOf(directory, 'BigGroup'), await groupOf(directory, 'Two Hundred')];
  const [of2000, of200, narrowed]: [number[], number[], number[]] = [[], [], []];
  const filter = `(&(objectCategory=person)(objectClass=user)(memberOf:${IN_CHAIN}:=${groupDn('BigGroup')}))`;
  const attributes = ['sAMAccountName', 'mail', 'proxyAddresses', 'displayName', 'userAccountControl', 'objectSid'];
  for (let round = 0; round < 7; round++) {
    of2000.push(await milliseconds(async () => foundIn(await directory.membersOf(large))));
    of200.push(await milliseconds(async () => foundIn(await directory.membersOf(small))));
    narrowed.push(await search(bare, AD_BASE, { filter, attributes, paged: { pageSize: 500 } }));
  }
  await directory.close();
  const ours = median(of2000);
  const rival = median(narrowed);
  return [
    row({
      name: 'members of a group of 2,000',
      unit: 'ms',
      ours,
      against: 'bare ldapts, in-chain rule, narrowed',
      rival,
      goal: '<= 2',
    }),
    row({
      name: 'the same',
      unit: 'ms',
      ours,
      against: '10 times a group of 200',
      rival: 10 * median(of200),
      goal: '<= 1.5',
    }),
  ];
}

async function oneUser(samba: TestSamba, bare: Client): Promise<readonly BenchRow[]> {
  const directory = connect(samba);
  const logins = Array.from({ length: 300 }, (_, at) => `pupil${String(at).padStart(4, '0')}`);
  const filter = (login: string): string => `(&(objectCategory=person)(sAMAccountName=${login}))`;
  const attributes = ['sAMAccountName', 'mail', 'proxyAddresses', 'displayName', 'userAccountControl', 'objectSid'];
  const [ours, rival]: [number[], number[]] = [[], []];
  for (const login of logins) {
    ours.push(await milliseconds(() => userOf(directory, login)));
    rival.push(await search(bare, AD_BASE, { filter: filter(login), attributes }));
  }
  const [oursAtOnce, rivalAtOnce]: [number[], number[]] = [[], []];
  for (let round = 0; round < 5; round++) {
    oursAtOnce.push(await milliseconds(() => Promise.all(logins.map((login) => userOf(directory, login)))));
    rivalAtOnce.push(
      await milliseconds(() =>
        Promise.all(logins.map((login) => bare.search(AD_BASE, { filter: filter(login), attributes }))),
      ),
    );
  }
  await directory.close();
  const against = 'bare ldapts';
  return [
    row({ name: 'a user by login', unit: 'ms', ours: median(ours), against, rival: median(rival), goal: '<= 1.5' }),
    row({
      name: '300 users at once',
      unit: 'ms',
      ours: median(oursAtOnce),
      against,
      rival: median(rivalAtOnce),
      goal: '<= 1.5',
    }),
  ];
}

async function oneLogin(samba: TestSamba): Promise<BenchRow> {
  const directory = connect(samba);
  const [ours, rival]: [number[], number[]] = [[], []];
  await directory.authenticate('quinn', PASSWORD);
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await milliseconds(async () => foundIn(await directory.authenticate('quinn', PASSWORD))));
    rival.push(
      await milliseconds(async () => {
        const client = new Client({ url: samba.url, tlsOptions: { ...samba.tls } });
        await client.bind('quinn@school.example', PASSWORD);
        await client.unbind();
      }),
    );
  }
  await directory.close();
  const against = 'bare ldapts, a connection each';
  return row({ name: 'a log-in', unit: 'ms', ours: median(ours), against, rival: median(rival), goal: '<= 1' });
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function search(bare: Client, base: string, options: SearchOptions): Promise<number> {
  return milliseconds(async () => {
    const { searchEntries } = await bare.search(base, options);
    if (searchEntries.length === 0) throw new Error('the rival finds nothing');
  });
}

async function userOf(directory: LdapDirectory, login: string): Promise<DirectoryUser> {
  return foundIn(await directory.findUser({ kind: 'login', login }));
}

async function groupOf(directory: LdapDirectory, name: string): Promise<DirectoryGroup> {
  return foundIn(await directory.findGroup({ kind: 'name', name }));
}

function foundIn<T>(answer: Answer<T>): T {
  if (answer.kind === 'found') return answer.value;
  throw new Error(`expected "found", got ${JSON.stringify(answer)}`);
}
