/** The reference directory passes both suites, and the suites find broken ones. */
import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../src/ports/authenticator.js';
import type { Directory } from '../../src/ports/directory.js';
import {
  authenticatorConformance,
  conformanceTree,
  directoryConformance,
  type MemoryDirectory,
  memoryDirectory,
} from '../../src/testing/directory/index.js';
import { type Answer, cannotTell, found, notFound } from '../../src/values/answer.js';

const make = (): MemoryDirectory => memoryDirectory({ ...conformanceTree, sharedAddresses: true });
const faults = {
  down: (one: MemoryDirectory) => one.fail('it is down'),
  silent: (one: MemoryDirectory) => one.hold(new Promise(() => {})),
  // It has no clock.
  deadlines: false,
};

describe('memoryDirectory', () => {
  const count =
    directoryConformance({ test: it, makeDirectory: make, faults, abilities: { principals: true } }) +
    authenticatorConformance({ test: it, makeAuthenticator: make, faults });

  it('was tested by suites that are not empty', () => {
    expect(count).toBeGreaterThanOrEqual(38);
  });

  it('takes the tree that an adapter is given', () => {
    expect(conformanceTree.users.length).toBeGreaterThan(2000);
    expect(make().users).toHaveLength(conformanceTree.users.length);
  });
});

const right = make();

/** Changes what was found. */
const mapped = async <T>(answer: Answer<T> | Promise<Answer<T>>, change: (value: T) => T): Promise<Answer<T>> => {
  const said = await answer;
  return said.kind === 'found' ? found(change(said.value)) : said;
};

describe('the suite finds', () => {
  const broken: Readonly<Record<string, Partial<Directory>>> = {
    'a directory without a name': { name: '' },
    'one that knows nobody': { findUser: () => notFound() },
    'one that never knows': { findUser: () => cannotTell('down') },
    'one that says "cannot tell" of who is not there': {
      findUser: async (key) => {
        const said = await right.findUser(key);
        return said.kind === 'not-found' ? cannotTell('nothing found') : said;
      },
    },
    'one that heeds letter case': {
      findUser: (key) =>
        key.kind === 'login' && !conformanceTree.users.some(({ login }) => login === key.login)
          ? notFound()
          : right.findUser(key),
    },
    'one that trims names': {
      findUser: (key) => right.findUser(key.kind === 'login' ? { ...key, login: key.login.trim() } : key),
    },
    'one that cuts names at a NUL': {
      findUser: (key) =>
        right.findUser(key.kind === 'login' ? { ...key, login: key.login.split('\0', 1)[0] ?? '' } : key),
    },
    'one that takes stars for a pattern': {
      findUser: (key) =>
        right.findUser(key.kind === 'login' && key.login === 'a*' ? { kind: 'login', login: 'alice' } : key),
    },
    'one that chooses between two users with one address': {
      findUser: async (key) => {
        const said = await right.findUser(key);
        return said.kind === 'cannot-tell' ? right.findUser({ kind: 'login', login: 'twin1' }) : said;
      },
    },
    'one that sorts addresses': {
      findUser: (key) => mapped(right.findUser(key), (user) => ({ ...user, addresses: [...user.addresses].reverse() })),
    },
    'one that takes a login for a principal': {
      findUser: (key) => right.findUser(key.kind === 'principal' ? { kind: 'login', login: key.principal } : key),
    },
    'one that gives direct groups alone': {
      groupsOf: (user) =>
        mapped(right.groupsOf(user), (groups) => groups.filter(({ name }) => !/^(Year5|LoopB|Deep0\d)$/.test(name))),
    },
    'one that gives a group twice': {
      groupsOf: (user) => mapped(right.groupsOf(user), (groups) => [...groups, ...groups]),
    },
    'one that forgets the primary group': {
      groupsOf: (user) => mapped(right.groupsOf(user), (groups) => groups.filter(({ name }) => name !== 'Staff')),
    },
    'one that gives the first 1,500 members': {
      membersOf: (group) => mapped(right.membersOf(group), (members) => members.slice(0, 1500)),
    },
    'one that gives a member twice': {
      membersOf: (group) => mapped(right.membersOf(group), (members) => [...members, ...members.slice(0, 1)]),
    },
    'one that leaves contacts out': {
      membersOf: (group) => mapped(right.membersOf(group), (members) => members.filter(({ kind }) => kind === 'user')),
    },
    'one that finds nothing in a group that is gone': {
      membersOf: async (group) => {
        const said = await right.membersOf(group);
        return said.kind === 'not-found' ? found([]) : said;
      },
    },
    'one whose disabled accounts are active': {
      findUser: (key) => mapped(right.findUser(key), (user) => ({ ...user, state: 'active' })),
    },
    'one that answers with the one before': (() => {
      let before: Answer<never> | Awaited<ReturnType<Directory['findUser']>> = notFound();
      return {
        findUser: async (key) => {
          const said = before;
          before = await right.findUser(key);
          return said;
        },
      } satisfies Partial<Directory>;
    })(),
    'one that says "not found" when the time is over': {
      findUser: (key, call) => (call?.signal.aborted === true ? notFound() : right.findUser(key)),
    },
    'one whose data can be changed for all': (() => {
      const shared = new Map<string, unknown>();
      return {
        groupsOf: (user) => {
          const groups = shared.get(user.id) ?? structuredClone(right.groupsOf(user));
          shared.set(user.id, groups);
          return groups as ReturnType<Directory['groupsOf']>;
        },
      } satisfies Partial<Directory>;
    })(),
    'one that rejects': { findGroup: () => Promise.reject(new Error('EIO')) },
  };

  it.each(Object.entries(broken))('%s', async (_, change) => {
    expect(
      await failures((test) =>
        directoryConformance({ test, makeDirectory: () => ({ ...right, ...change }), abilities: { principals: true } }),
      ),
    ).not.toEqual([]);
  });

  const open: Readonly<Record<string, Authenticator['authenticate']>> = {
    'an authenticator that lets everybody in': (account) => found({ kind: 'authenticated', account, user: undefined }),
    'one that refuses all': () => found({ kind: 'refused', cause: 'wrong-password', detail: undefined }),
    'one that never knows': () => cannotTell('down'),
    'one that says "not found"': async (account, password) => {
      const said = await right.authenticate(account, password);
      return said.kind === 'found' && said.value.kind === 'refused' ? notFound() : said;
    },
    'one that takes an empty password': (account, password) =>
      password === ''
        ? found({ kind: 'authenticated', account, user: undefined })
        : right.authenticate(account, password),
    'one that cuts passwords at a NUL': (account, password) =>
      right.authenticate(account, password.split('\0', 1)[0] ?? ''),
    'one that trims passwords': (account, password) => right.authenticate(account, password.trim()),
    'one that lets in who is disabled': (account, password) =>
      account === 'dave' && password === 'Sleepy-Dormouse.4'
        ? found({ kind: 'authenticated', account, user: undefined })
        : right.authenticate(account, password),
    'one that tells everybody who is disabled': (account, password) =>
      account === 'dave'
        ? found({ kind: 'refused', cause: 'disabled', detail: undefined })
        : right.authenticate(account, password),
    'one that repeats the password': async (account, password) => {
      const said = await right.authenticate(account, password);
      return said.kind === 'found' && said.value.kind === 'refused'
        ? found({ ...said.value, detail: `not ${password}` })
        : said;
    },
    'one that says "wrong" when the time is over': (account, password, call) =>
      right.authenticate(account, call?.signal.aborted === true ? 'x' : password),
  };

  it.each(Object.entries(open))('%s', async (_, authenticate) => {
    const makeAuthenticator = (): Authenticator => ({ name: 'x', authenticate });
    expect(await failures((test) => authenticatorConformance({ test, makeAuthenticator }))).not.toEqual([]);
  });

  it('and leaves out what a directory is said to be without', async () => {
    const names: string[] = [];
    const reasons: string[] = [];
    directoryConformance({
      test: (name, run) => {
        names.push(name);
        if (name.includes('not had here')) void run({ skip: (why) => reasons.push(why) });
      },
      makeDirectory: () => ({ ...right, groupsOf: () => notFound() }),
      abilities: { contacts: false, posix: false },
    });
    expect(reasons).toEqual(
      expect.arrayContaining(['not had here: contacts', 'not had here: posix', 'not had here: faults.down']),
    );
    expect(names.filter((name) => name.includes('not had here'))).toHaveLength(reasons.length);
  });
});

type Register = (name: string, run: () => Promise<void>) => unknown;

async function failures(register: (test: Register) => number): Promise<readonly string[]> {
  const failed: string[] = [];
  const runs: (() => Promise<void>)[] = [];
  register((name, run) => runs.push(() => run().catch(() => void failed.push(name))));
  for (const run of runs) await run();
  return failed;
}
