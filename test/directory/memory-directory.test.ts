/** What the suites do not ask of the directory in memory: what is wrong with its data, shared names, its faults, large trees. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectoryData } from '../../src/directory/data.js';
import { foldName } from '../../src/directory/fold.js';
import { memoryDirectory } from '../../src/directory/memory-directory.js';
import { reachable } from '../../src/directory/nested.js';
import { mailboxOf } from '../../src/testing/builders.js';
import { type Answer, cannotTell, found } from '../../src/values/answer.js';
import { isConfigurationError } from '../../src/values/errors.js';

function problems(data: DirectoryData): readonly string[] {
  try {
    memoryDirectory(data);
    return [];
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return error.problems.map(({ code, construct }) => `${code} ${construct}`);
  }
}

const valueIn = <T>(answer: Answer<T>): T => {
  if (answer.kind !== 'found') throw new Error(answer.kind);
  return answer.value;
};

describe('data', () => {
  it('has all of its problems told at once', () => {
    const long = 'x'.repeat(1025);
    expect(
      problems({
        users: [
          { login: 'a', addresses: ['a@school.example', 'no address'] },
          { login: 'A' },
          { login: '' },
          { login: 'b\n', id: 'user a' },
          { login: long },
          { login: 'c', addresses: ['A@School.example'], posix: { uid: -1, gid: 2 ** 32, home: '', shell: '' } },
          { login: 'd', id: 'user a', sid: 'S-1' },
        ],
        groups: [
          { name: 'a', users: ['none', 'A'], groups: ['none', 'a'], contacts: ['none'], gid: Number.NaN },
          { name: 'G', addresses: ['c@school.example'] },
          { name: 'g', addresses: ['a@school.example'] },
        ],
        contacts: [{ id: 'x' }, { id: 'X', addresses: ['a@school.example'] }],
      }),
    ).toEqual([
      'duplicate-name A',
      'bad-name ',
      'bad-name b?',
      `bad-name ${'x'.repeat(57)}...`,
      'duplicate-name g',
      'duplicate-name X',
      'bad-address no address',
      'bad-number -1',
      'bad-number 4294967296',
      'bad-sid S-1',
      'bad-number NaN',
      'duplicate-id user a',
      'no-such-member none',
      'no-such-member none',
      'no-such-member none',
      'shared-address a@school.example',
    ]);
  });

  it('may give a user and a group one name, a contact an address of a user, and a group itself', async () => {
    const directory = memoryDirectory({
      users: [{ login: 'staff', addresses: ['s@school.example', 'S@School.example'] }],
      groups: [{ name: 'Staff', users: ['STAFF', 'staff'], groups: ['Staff'], contacts: ['c'] }],
      contacts: [{ id: 'c', addresses: ['s@school.example'] }],
    });
    const user = valueIn(await directory.findUser({ kind: 'login', login: 'STAFF' }));
    expect(user.addresses.map(({ text }) => text)).toEqual(['s@school.example']);
    const group = valueIn(await directory.findGroup({ kind: 'name', name: 'staff' }));
    expect(valueIn(await directory.membersOf(group)).map(({ kind }) => kind)).toEqual(['user', 'contact']);
    expect(valueIn(await directory.groupsOf(user))).toEqual([group]);
    expect([directory.users, directory.groups]).toEqual([[user], [group]]);
  });

  it('may share addresses where that is said', async () => {
    const users = ['a', 'b'].map((login) => ({ login, addresses: ['x@school.example'] }));
    const directory = memoryDirectory({
      users,
      groups: [{ name: 'g', addresses: ['x@school.example'] }],
      sharedAddresses: true,
    });
    const key = { kind: 'address', address: mailboxOf('X@school.example') } as const;
    expect(await directory.findUser(key)).toMatchObject({ kind: 'cannot-tell', temporary: false });
    expect(await directory.findGroup(key)).toMatchObject({ kind: 'found' });
  });

  it('names are compared in NFC', async () => {
    const directory = memoryDirectory({ users: [{ login: 'ju\u0308rgen' }] });
    expect(await directory.findUser({ kind: 'login', login: 'J\u00dcRGEN' })).toMatchObject({ kind: 'found' });
  });
});

describe('principals', () => {
  it('are found in any letter case, and are neither logins nor addresses', async () => {
    const directory = memoryDirectory({ users: [{ login: 'a', principal: 'Alice@corp.local' }, { login: 'b' }] });
    const principal = (text: string) => directory.findUser({ kind: 'principal', principal: text });
    expect(await principal('alice@CORP.local')).toMatchObject({ value: { login: 'a' } });
    for (const text of ['a', 'b', '', 'alice']) expect(await principal(text)).toMatchObject({ kind: 'not-found' });
    expect(await directory.findUser({ kind: 'login', login: 'alice@corp.local' })).toMatchObject({ kind: 'not-found' });
    expect(
      problems({
        users: [
          { login: 'a', principal: 'x@y' },
          { login: 'b', principal: 'X@Y' },
        ],
      }),
    ).toEqual(['duplicate-name X@Y']);
  });
});

describe('accounts that expire', () => {
  it('have the state of the moment, in every answer and at the login', async () => {
    let at = 1000;
    const directory = memoryDirectory({
      users: [
        { login: 'a', password: 'x', expires: 2000 },
        { login: 'b', password: 'x', expires: 2000, state: 'disabled' },
      ],
      groups: [{ name: 'g', users: ['a'] }],
      now: () => at,
    });
    const states = async () => {
      const user = valueIn(await directory.findUser({ kind: 'login', login: 'a' }));
      const [member] = valueIn(await directory.membersOf(directory.groups[0] as never));
      const login = valueIn(await directory.authenticate('a', 'x'));
      const other = valueIn(await directory.authenticate('b', 'x'));
      return [
        user.state,
        member?.kind === 'user' && member.state,
        directory.users[0]?.state,
        login.kind === 'refused' ? login.cause : login.kind,
        other.kind === 'refused' && other.cause,
      ];
    };
    at = 1999;
    expect(await states()).toEqual(['active', 'active', 'active', 'authenticated', 'disabled']);
    at = 2000;
    expect(await states()).toEqual(['expired', 'expired', 'expired', 'account-expired', 'disabled']);
    expect(() => memoryDirectory({ users: [{ login: 'a', expires: 1 }] })).toThrow('now is a function');
  });
});

describe('faults', () => {
  it('are as told: a failure, a wait, both', async () => {
    const directory = memoryDirectory({ users: [{ login: 'a', password: 'x' }], name: 'mine' });
    const ask = () => directory.findUser({ kind: 'login', login: 'a' });
    directory.fail('down', false);
    expect(ask()).toEqual(cannotTell('down', false));
    let release = (): void => {};
    directory.hold(
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    const [held, login] = [ask(), directory.authenticate('a', 'x')];
    directory.fail(undefined);
    release();
    expect([await held, await login]).toMatchObject([{ kind: 'found' }, { value: { kind: 'authenticated' } }]);
    directory.hold(undefined);
    expect(ask()).toMatchObject({ kind: 'found' });
    expect([directory.name, directory.questions]).toEqual(['mine', 4]);
  });
});

describe('passwords', () => {
  it('are checked as `verify` says, also of whom there is none', async () => {
    const asked: (string | undefined)[] = [];
    const directory = memoryDirectory({
      users: [{ login: 'a', password: 'ab' }, { login: 'b' }],
      verify: async (stored, given) => {
        asked.push(stored);
        return given === 'slow' ? cannotTell('slow') : found(given === 'yes');
      },
    });
    const said = async (login: string, password: string) => {
      const answer = await directory.authenticate(login, password);
      return answer.kind === 'found' ? answer.value.kind : answer.kind;
    };
    expect(await said('A', 'yes')).toBe('authenticated');
    expect(await said('a', 'no')).toBe('refused');
    expect(await said('a', 'slow')).toBe('cannot-tell');
    for (const login of ['b', 'nobody']) expect(await said(login, 'yes')).toBe('refused');
    expect(await said('a', '')).toBe('refused');
    expect(asked).toEqual(['ab', 'ab', 'ab', undefined, undefined]);
  });

  it('any of several counts; what cannot be told matters only where none is right', async () => {
    const directory = memoryDirectory({
      users: [{ login: 'a', password: 'one', otherPasswords: ['two', 'odd'] }],
      verify: async (stored, given) => (stored === 'odd' ? cannotTell('odd', false) : found(stored === given)),
    });
    for (const password of ['one', 'two']) {
      expect(await directory.authenticate('a', password)).toMatchObject({ value: { kind: 'authenticated' } });
    }
    expect(await directory.authenticate('a', 'three')).toEqual(cannotTell('odd', false));
  });
});

describe('groups of one name', () => {
  it('are "could not tell" for good where that is allowed; their members are found by id', async () => {
    const directory = memoryDirectory({
      users: [{ login: 'a' }],
      groups: [
        { name: 'g', id: '1', users: ['a'] },
        { name: 'G', id: '2', groupIds: ['1'] },
      ],
      sharedGroupNames: true,
    });
    expect(await directory.findGroup({ kind: 'name', name: 'g' })).toMatchObject({
      kind: 'cannot-tell',
      temporary: false,
    });
    expect(valueIn(await directory.groupsOf(directory.users[0] as never)).map(({ id }) => id)).toEqual(['1', '2']);
  });
});

describe('large trees', () => {
  it('of whatever shape: members and groups are what the walk finds, and each the inverse of the other', async () => {
    const size = 12;
    const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(edges, edges, async (inner, members) => {
        const of = (list: readonly (readonly [number, number])[], i: number): readonly string[] =>
          list.filter(([from]) => from === i).map(([, to]) => `n${to}`);
        const numbers = Array.from({ length: size }, (_, i) => i);
        const directory = memoryDirectory({
          users: numbers.map((i) => ({ login: `n${i}` })),
          groups: numbers.map((i) => ({ name: `n${i}`, users: of(members, i), groups: of(inner, i) })),
        });
        for (const group of directory.groups) {
          const reached = reachable([group.name], (name) => of(inner, Number(name.slice(1))));
          const expected = new Set([...reached].flatMap((name) => of(members, Number(name.slice(1)))));
          const all = valueIn(await directory.membersOf(group)).map((one) => (one.kind === 'user' ? one.login : ''));
          expect([...all].sort()).toEqual([...expected].sort());
          for (const user of directory.users) {
            const groups = valueIn(await directory.groupsOf(user)).map(({ name }) => name);
            expect(groups.includes(group.name)).toBe(expected.has(user.login));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of 20,000 groups in each other end, in time', async () => {
    const size = 20_000;
    const groups = Array.from({ length: size }, (_, i) => ({
      name: `g${i}`,
      groups: [`g${(i + 1) % size}`],
      users: ['u'],
    }));
    const directory = memoryDirectory({ users: [{ login: 'u' }], groups });
    const before = performance.now();
    expect(valueIn(await directory.groupsOf(directory.users[0] as never))).toHaveLength(size);
    expect(valueIn(await directory.membersOf(directory.groups[0] as never))).toHaveLength(1);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe('foldName', () => {
  it.each([
    ['Alice', 'alice'],
    ['JMÜLLER', 'jmüller'],
    ["O'Neill", "o'neill"],
    [' a ', ' a '],
    ['', undefined],
    ['a\0', undefined],
    ['a\u0085', undefined],
    ['\ud800', undefined],
    ['😀', '😀'],
    ['x'.repeat(1024), 'x'.repeat(1024)],
    ['x'.repeat(1025), undefined],
  ])('%j', (name, key) => {
    expect(foldName(name)).toBe(key);
  });
});
