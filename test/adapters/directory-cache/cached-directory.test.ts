/** The cache keeps the promises of the port, asks once for what it may remember, and tells apart what it may not. */
import { describe, expect, it } from 'vitest';
import {
  type CachedDirectory,
  cachedDirectory,
  type StaleAnswer,
} from '../../../src/adapters/directory-cache/index.js';
import type { PortCall } from '../../../src/core/stage.js';
import type { Directory } from '../../../src/ports/directory.js';
import { mailboxOf } from '../../../src/testing/builders.js';
import {
  authenticatorConformance,
  conformanceTree,
  directoryConformance,
  type MemoryDirectory,
  memoryDirectory,
} from '../../../src/testing/directory/index.js';
import { type Answer, cannotTell, found, notFound } from '../../../src/values/answer.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { problemsOf } from '../../values/support.js';

const tree = memoryDirectory({ ...conformanceTree, sharedAddresses: true });
const fresh = (): MemoryDirectory => memoryDirectory({ ...conformanceTree, sharedAddresses: true });
const behind = new WeakMap<object, MemoryDirectory>();
const over = (directory: MemoryDirectory): ReturnType<typeof makeCached> => {
  const cached = makeCached(directory);
  behind.set(cached, directory);
  return cached;
};
const makeCached = (directory: MemoryDirectory) => cachedDirectory(directory, { ttl: 0, negativeTtl: 0 });

describe('the suites', () => {
  directoryConformance({ test: it, makeDirectory: () => cachedDirectory(tree), abilities: { principals: true } });
  authenticatorConformance({ test: it, makeAuthenticator: () => cachedDirectory(tree) });
});

describe('the suites, with faults, where nothing is remembered', () => {
  const down = (cached: object): void => behind.get(cached)?.fail('it is down');
  const silent = (cached: object): void => behind.get(cached)?.hold(new Promise(() => {}));
  directoryConformance({ test: it, makeDirectory: () => over(fresh()), faults: { down, silent } });
});

const alice = { kind: 'login', login: 'alice' } as const;
const nobody = { kind: 'login', login: 'nobody' } as const;
const call = (ms = 60_000, signal = new AbortController().signal): PortCall => ({
  signal,
  deadline: performance.now() + ms,
});

interface Bench {
  readonly memory: MemoryDirectory;
  readonly cached: CachedDirectory;
  readonly stale: StaleAnswer[];
  /** Seconds. */
  pass(seconds: number): void;
}

function bench(options: Parameters<typeof cachedDirectory>[1] = {}): Bench {
  let at = 1_000_000;
  const stale: StaleAnswer[] = [];
  const memory = memoryDirectory({
    users: [{ login: 'alice', addresses: ['alice@school.example'] }, { login: 'bob' }, { login: 'carol' }],
    groups: [
      { name: 'a', users: ['alice', 'bob'] },
      { name: 'b', users: ['alice', 'bob', 'carol'] },
    ],
  });
  const cached = cachedDirectory(memory as Directory, { now: () => at, onStale: (one) => stale.push(one), ...options });
  return { memory, cached, stale, pass: (seconds) => (at += seconds * 1000) };
}

const loginOf = (answer: Answer<{ readonly login: string }>): string =>
  answer.kind === 'found' ? answer.value.login : answer.kind;

describe('what is remembered', () => {
  it('is found for ttl, not found for negativeTtl, and keys are of any letter case', async () => {
    const { memory, cached, pass } = bench({ ttl: 300, negativeTtl: 30 });
    for (const login of ['alice', 'ALICE', 'Alice'])
      expect(loginOf(await cached.findUser({ kind: 'login', login }))).toBe('alice');
    for (const address of ['alice@school.example', 'Alice@School.Example']) {
      expect(loginOf(await cached.findUser({ kind: 'address', address: mailboxOf(address) }))).toBe('alice');
    }
    expect(loginOf(await cached.findUser(nobody))).toBe('not-found');
    expect(loginOf(await cached.findUser(nobody))).toBe('not-found');
    expect(memory.questions).toBe(3);
    pass(29.9);
    await cached.findUser(nobody);
    await cached.findUser(alice);
    expect(memory.questions).toBe(3);
    pass(0.1);
    await cached.findUser(nobody);
    expect(memory.questions).toBe(4);
    pass(270);
    await cached.findUser(alice);
    expect(memory.questions).toBe(5);
  });

  it('a hit is given at once, without a promise', () => {
    const { cached } = bench();
    expect(cached.findUser(alice)).toMatchObject({ kind: 'found' });
    expect(cached.findUser(alice, call())).toMatchObject({ kind: 'found' });
  });

  it('does not mix up users and groups, names and addresses, groups of and members of', async () => {
    const { memory, cached } = bench();
    const user = await cached.findUser({ kind: 'login', login: 'alice' });
    const group = await cached.findGroup({ kind: 'name', name: 'a' });
    if (user.kind !== 'found' || group.kind !== 'found') throw new Error('not there');
    expect(await cached.findGroup({ kind: 'name', name: 'alice' })).toEqual(notFound());
    expect(await cached.findUser({ kind: 'login', login: 'a' })).toEqual(notFound());
    const asked = memory.questions;
    for (let i = 0; i < 3; i++) {
      expect(await cached.groupsOf(user.value)).toMatchObject({ value: [{ name: 'a' }, { name: 'b' }] });
      expect(await cached.membersOf(group.value)).toMatchObject({ value: [{ login: 'alice' }, { login: 'bob' }] });
    }
    expect(memory.questions).toBe(asked + 2);
  });

  it('is never what could not be told', async () => {
    const { memory, cached } = bench();
    memory.fail('down');
    expect(await cached.findUser(alice)).toEqual(cannotTell('down'));
    memory.fail(undefined);
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
  });

  it('is bounded in answers and in members, what was used longest ago goes first', async () => {
    const { memory, cached } = bench({ most: 2, mostMembers: 4 });
    const ask = (login: string) => cached.findUser({ kind: 'login', login });
    for (const login of ['alice', 'bob', 'alice', 'carol', 'alice']) await ask(login);
    expect([cached.size, memory.questions]).toEqual([2, 3]);
    await ask('bob');
    expect(memory.questions).toBe(4);
    const groups = memory.groups;
    for (const group of [...groups, ...groups]) await cached.membersOf(group);
    // Two and three members do not fit together.
    expect(memory.questions).toBe(8);
    expect(cached.size).toBeLessThanOrEqual(2);
    const small = bench({ mostMembers: 1 });
    for (const group of [...small.memory.groups, ...small.memory.groups]) await small.cached.membersOf(group);
    expect([small.cached.size, small.memory.questions]).toEqual([0, 4]);
  });

  it('can be forgotten; an answer that was under way then is not remembered', async () => {
    const { memory, cached } = bench();
    await cached.findUser(alice);
    cached.clear();
    expect(cached.size).toBe(0);
    let release = (): void => {};
    memory.hold(
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    const before = cached.findUser(alice);
    cached.clear();
    const after = cached.findUser(alice);
    release();
    expect([loginOf(await before), loginOf(await after)]).toEqual(['alice', 'alice']);
    memory.hold(undefined);
    expect(memory.questions).toBe(3);
  });

  it('what was said before it was forgotten is not remembered, though nobody has asked since', async () => {
    let reply = (_: Answer<never>): void => {};
    const late = new Promise<Answer<never>>((resolve) => {
      reply = resolve;
    });
    let asked = 0;
    const cached = cachedDirectory({ ...tree, findUser: () => (asked++ === 0 ? late : notFound()) } as Directory);
    const before = cached.findUser(alice);
    cached.clear();
    reply(found({ login: 'alice' } as never));
    expect(loginOf((await before) as never)).toBe('alice');
    expect(cached.size).toBe(0);
    expect(await cached.findUser(alice)).toEqual(notFound());
  });

  it('principals too, which are no logins', async () => {
    const memory = memoryDirectory({ users: [{ login: 'a', principal: 'b@x' }, { login: 'b@x' }] });
    const cached = cachedDirectory(memory as Directory);
    for (const principal of ['b@x', 'B@X']) {
      expect(loginOf(await cached.findUser({ kind: 'principal', principal }))).toBe('a');
    }
    expect(loginOf(await cached.findUser({ kind: 'login', login: 'b@x' }))).toBe('b@x');
    expect(memory.questions).toBe(2);
  });

  it('belongs to nobody: it cannot be changed', async () => {
    const user = { kind: 'user', id: '1', login: 'x', displayName: undefined, addresses: [mailboxOf('x@[192.0.2.1]')] };
    const odd = {
      ...tree,
      findUser: () => found({ ...user, state: 'active', sid: undefined, posix: undefined }),
    } as never as Directory;
    const answer = await cachedDirectory(odd).findUser(alice);
    if (answer.kind !== 'found') throw new Error('not there');
    expect(Object.isFrozen(answer.value) && Object.isFrozen(answer.value.addresses) && Object.isFrozen(answer)).toBe(
      true,
    );
  });

  it('passwords are not: every login reaches the directory', async () => {
    const memory = fresh();
    const cached = cachedDirectory(memory);
    for (let i = 0; i < 3; i++) await cached.authenticate('alice', 'Curious-Rabbit.1');
    expect(memory.questions).toBe(3);
    expect('authenticate' in cachedDirectory({ ...memory, authenticate: undefined } as never as Directory)).toBe(false);
  });
});

describe('questions under way', () => {
  it('are asked once, and end for each who waits in his own time', async () => {
    const { memory, cached } = bench();
    let release = (): void => {};
    memory.hold(
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    const gone = new AbortController();
    const answers = [
      cached.findUser(alice, call(60_000, gone.signal)),
      cached.findUser(alice, call(30)),
      cached.findUser(alice, call()),
      cached.findUser(alice),
    ];
    gone.abort();
    expect(await answers[0]).toEqual(cannotTell('the evaluation is over'));
    expect(await answers[1]).toMatchObject({ kind: 'cannot-tell', temporary: true });
    release();
    expect([loginOf((await answers[2]) as never), loginOf((await answers[3]) as never)]).toEqual(['alice', 'alice']);
    expect(memory.questions).toBe(1);
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
    expect(memory.questions).toBe(1);
  });

  it('have an end of their own, and a bound in number', async () => {
    const { memory, cached } = bench({ timeout: 50, atOnce: 1 });
    memory.hold(new Promise(() => {}));
    const first = cached.findUser(alice);
    expect(await cached.findUser(nobody)).toMatchObject({
      kind: 'cannot-tell',
      why: 'memory: too many questions are under way',
    });
    expect(await first).toMatchObject({ kind: 'cannot-tell', why: 'memory: no answer within 50 ms' });
    memory.hold(undefined);
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
  });

  it('that throw or reject are "could not tell"', async () => {
    const reject = { ...tree, findUser: () => Promise.reject(new Error('EIO')) };
    const fail = {
      ...tree,
      findUser: () => {
        throw new Error('EIO');
      },
    };
    for (const directory of [reject, fail]) {
      expect(await cachedDirectory(directory as Directory).findUser(alice)).toEqual(
        cannotTell('memory: it failed: EIO'),
      );
    }
  });

  it('go on in peace when a hundred wait on one signal', async () => {
    const { memory, cached } = bench();
    const warnings: unknown[] = [];
    const warn = (warning: unknown): number => warnings.push(warning);
    process.on('warning', warn);
    memory.hold(new Promise((resolve) => setTimeout(resolve, 10)));
    const one = call();
    await Promise.all(Array.from({ length: 100 }, (_, i) => cached.findUser({ kind: 'login', login: `x${i}` }, one)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });
});

describe('while the directory cannot tell', () => {
  it('what was found serves on for staleFor, and is told; what was not found does not', async () => {
    const { memory, cached, stale, pass } = bench({ ttl: 300, negativeTtl: 30, staleFor: 600, rest: 0 });
    await cached.findUser(alice);
    await cached.findUser(nobody);
    memory.fail('it is down');
    pass(400);
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
    expect(stale).toEqual([{ question: 'user login alice', age: 400, why: 'it is down' }]);
    expect(await cached.findUser(nobody)).toEqual(cannotTell('it is down'));
    pass(499);
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
    pass(1);
    expect(await cached.findUser(alice)).toEqual(cannotTell('it is down'));
    expect(stale).toHaveLength(2);
  });

  it('also when the log of that fails', async () => {
    const onStale = (): void => {
      throw new Error('the disk is full');
    };
    const { memory, cached, pass } = bench({ onStale, patience: 5 });
    await cached.findUser(alice);
    pass(301);
    memory.hold(new Promise(() => {}));
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
    memory.hold(undefined);
    memory.fail('it is down');
    cached.clear();
    expect(loginOf(await cached.findUser(alice))).toBe('cannot-tell');
  });

  it('but not when it cannot tell for good', async () => {
    const { memory, cached, stale, pass } = bench();
    await cached.findUser(alice);
    memory.fail('two of them', false);
    pass(301);
    expect(await cached.findUser(alice)).toEqual(cannotTell('two of them', false));
    expect(stale).toEqual([]);
  });

  it('what is not there any more does not serve on', async () => {
    const { memory, cached, pass } = bench();
    let there = true;
    const directory = cachedDirectory(
      { ...memory, findUser: (key) => (there ? memory.findUser(key) : notFound()) } as Directory,
      {
        ttl: 0,
      },
    );
    await directory.findUser(alice);
    there = false;
    expect(await directory.findUser(alice)).toEqual(notFound());
    pass(1);
    await cached.findUser(alice);
  });

  it('is left alone for a while, where an outdated answer serves', async () => {
    const { memory, cached, stale, pass } = bench({ ttl: 300, rest: 5000 });
    await cached.findUser(alice);
    await cached.findUser({ kind: 'login', login: 'bob' });
    pass(301);
    memory.fail('it is down');
    for (let i = 0; i < 10; i++) expect(loginOf(await cached.findUser(alice))).toBe('alice');
    expect(loginOf(await cached.findUser({ kind: 'login', login: 'bob' }))).toBe('bob');
    expect([memory.questions, stale.length]).toEqual([4, 11]);
    expect(loginOf(await cached.findUser({ kind: 'login', login: 'carol' }))).toBe('cannot-tell');
    pass(6);
    memory.fail(undefined);
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
    expect([memory.questions, stale.length]).toEqual([6, 11]);
  });

  it('one question that fails keeps no other answer alive: a stranger asks it every four seconds, a mailbox is deleted', async () => {
    let deleted = false;
    const broken = { kind: 'login', login: 'broken' } as const;
    let at = 0;
    const later = async <T>(answer: T): Promise<T> => answer;
    const cached = cachedDirectory(
      {
        ...tree,
        findUser: (key) => {
          if (key.kind === 'login' && key.login === 'broken') return later(cannotTell('size limit'));
          return later(deleted ? notFound() : found({ login: 'alice' }));
        },
      } as Directory,
      { now: () => at },
    );
    await cached.findUser(alice);
    deleted = true;
    const said: string[] = [];
    for (at = 0; at < 3_900_000; at += 4000) {
      await cached.findUser(broken);
      if (at > 300_000) said.push(loginOf(await cached.findUser(alice)));
    }
    expect(said.filter((one) => one === 'alice').length).toBeLessThanOrEqual(1);
    expect(said.at(-1)).toBe('not-found');
  });

  it('nobody waits where the directory has just failed for another: the answer is renewed behind', async () => {
    const { memory, cached, stale, pass } = bench({ patience: 60_000 });
    await cached.findUser(alice);
    await cached.findUser({ kind: 'login', login: 'bob' });
    pass(301);
    memory.fail('it is down');
    expect(loginOf(await cached.findUser(alice))).toBe('alice');
    let release = (): void => {};
    memory.hold(
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    expect(cached.findUser({ kind: 'login', login: 'bob' })).toMatchObject({ kind: 'found' });
    memory.fail(undefined);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    const before = stale.length;
    expect(cached.findUser({ kind: 'login', login: 'bob' })).toMatchObject({ kind: 'found' });
    expect([stale.length - before, memory.questions]).toEqual([0, 4]);
  });

  it('or is slow: the outdated answer is given after `patience`, the new one is there for those who come later', async () => {
    const { memory, cached, stale, pass } = bench({ patience: 20 });
    await cached.findUser(alice);
    pass(301);
    let release = (): void => {};
    memory.hold(
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    const before = performance.now();
    expect(loginOf(await cached.findUser(alice, call()))).toBe('alice');
    expect(performance.now() - before).toBeLessThan(1000);
    expect(stale).toMatchObject([{ age: 301, why: 'memory: no answer within 20 ms' }]);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(cached.findUser(alice)).toMatchObject({ kind: 'found' });
    expect([memory.questions, stale.length]).toEqual([2, 1]);
  });
});

describe('options', () => {
  it('are checked, all at once', () => {
    const wrong = { ttl: -1, negativeTtl: 0.5, most: 'x', onStale: 1, now: 2, hat: 1, timeout: 0 };
    try {
      cachedDirectory({} as never, wrong as never);
      expect.unreachable();
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.problems.map(({ construct }) => construct).sort()).toEqual([
        'directory',
        'hat',
        'most',
        'negativeTtl',
        'now',
        'onStale',
        'timeout',
        'ttl',
      ]);
    }
  });

  it('are nothing without a directory', () => {
    for (const none of [undefined, null]) {
      expect(problemsOf(() => cachedDirectory(none as never)).map(({ construct }) => construct)).toEqual(['directory']);
    }
  });

  it('a hit costs microseconds', () => {
    const { cached } = bench();
    const one = call();
    for (let i = 0; i < 20_000; i++) cached.findUser(alice, one);
    const before = performance.now();
    for (let i = 0; i < 100_000; i++) cached.findUser(alice, one);
    const each = ((performance.now() - before) / 100_000) * 1000;
    expect(each).toBeLessThan(50);
  });
});
