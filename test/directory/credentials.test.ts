import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountNames } from '../../src/directory/account-name.js';
import { directoryCredentials } from '../../src/directory/credentials.js';
import { type MemoryDirectory, memoryDirectory } from '../../src/directory/memory-directory.js';
import type { Authentication, Authenticator, LoginRefusal } from '../../src/ports/authenticator.js';
import type { Directory } from '../../src/ports/directory.js';
import { type Answer, cannotTell, found, notFound } from '../../src/values/answer.js';
import { problemsOf } from '../values/support.js';
import { callFrom, school } from './support.js';

const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'], separator: '+' });
const call = callFrom();

/** Says what it is told to, and remembers what it was asked. */
function answering(
  answer: Answer<Authentication>,
): Authenticator & { readonly asked: string[]; readonly shown: string[] } {
  const asked: string[] = [];
  const shown: string[] = [];
  const authenticate = (account: string, password: string): Answer<Authentication> => {
    asked.push(account);
    shown.push(password);
    return answer;
  };
  return { name: 'scripted', asked, shown, authenticate };
}

/** The school, whose users have principals: by principal, the login. */
function withPrincipals(principals: Readonly<Record<string, string>>): MemoryDirectory {
  const base = school();
  const findUser: Directory['findUser'] = (key, asked) => {
    if (key.kind !== 'principal') return base.findUser(key, asked);
    const login = principals[key.principal];
    return login === undefined ? notFound() : base.findUser({ kind: 'login', login }, asked);
  };
  return { ...base, findUser };
}

const yes = (account: string): Answer<Authentication> => found({ kind: 'authenticated', account, user: undefined });

describe('a login', () => {
  const credentials = directoryCredentials(school(), { accounts });

  it.each(['alice', 'ALICE', 'SCHOOL\\alice', 'school+Alice', 'alice@school.example', 'ａｌｉｃｅ'])(
    '%s with the right password is Alice',
    async (login) => {
      expect(await credentials.verify(login, 'rabbit', call)).toEqual(found({ name: 'Alice' }));
      expect(await credentials.accountOf(login, call)).toEqual(found('alice'));
    },
  );

  it.each([
    ['alice', 'carrot', 'wrong-password'],
    ['nobody', 'rabbit', 'no-such-account'],
    ['carol', 'christmas', 'disabled'],
    ['carol', 'easter', 'wrong-password'],
    ['alice', '', 'wrong-password: an empty password'],
    ['OTHER\\alice', 'rabbit', 'no-such-account: of the domain "other"'],
    ['alice@other.example', 'rabbit', 'no-such-account: of another domain'],
    ['a/b', 'rabbit', 'no-such-account: a slash, a backslash or an at sign within the name'],
    ['root', 'toor', 'not-permitted: invalid user root'],
    ['ROOT', 'toor', 'not-permitted: invalid user root'],
    ['SCHOOL\\root', 'toor', 'not-permitted: invalid user root'],
    ['root@school.example', 'toor', 'not-permitted: invalid user root'],
    ['ｒｏｏｔ', 'toor', 'not-permitted: invalid user root'],
    ['toor', 'toor', 'not-permitted: invalid user: uid 0 is root'],
  ])('%s with %j: %s', async (login, password, why) => {
    expect(await credentials.verify(login, password, call)).toEqual(notFound(why));
  });

  it('a directory that cannot tell has not refused', async () => {
    const directory = school();
    directory.fail('it is down');
    const answer = await directoryCredentials(directory).verify('alice', 'rabbit', call);
    expect(answer).toEqual(cannotTell('it is down'));
  });
});

describe('who is never asked for', () => {
  it('with an empty password nobody is', async () => {
    const authenticator = answering(yes('alice'));
    expect((await directoryCredentials(authenticator).verify('alice', '', call)).kind).toBe('not-found');
    expect(authenticator.asked).toEqual([]);
  });

  it.each([
    ['root', 'toor'],
    ['Root@School', 'toor'],
    ['a\0b', 'x'],
    ['OTHER\\alice', 'x'],
    ['x'.repeat(65_536), 'x'],
  ])('%j with %j', async (login, password) => {
    const authenticator = answering(yes('root'));
    const answer = await directoryCredentials(authenticator, { accounts }).verify(login, password, call);
    expect(answer.kind).toBe('not-found');
    // It takes as long as for anybody.
    expect(authenticator.asked).toEqual(['postern-no-such-account']);
    expect(authenticator.shown).toEqual(['x'.repeat(password.length)]);
  });

  it('whoever is refused for a name stays refused where nothing can be told', async () => {
    const down = answering(cannotTell('it is down'));
    expect((await directoryCredentials(down).verify('root', 'x', call)).kind).toBe('not-found');
  });

  it('whoever turns out to be root afterwards is refused', async () => {
    const authenticator = answering(yes('root'));
    const answer = await directoryCredentials(authenticator).verify('rööt', 'x', call);
    expect(answer).toEqual(notFound('not-permitted: invalid user root'));
    expect(authenticator.asked).toEqual(['rööt']);
  });
});

describe('what an authenticator says', () => {
  const causes: readonly LoginRefusal[] = [
    ...([
      'wrong-password',
      'no-such-account',
      'disabled',
      'account-expired',
      'locked-out',
      'password-expired',
    ] as const),
    ...(['must-change-password', 'logon-hours', 'workstation', 'not-permitted', 'unspecified'] as const),
  ];
  it.each(causes)('%s is "not found", with the cause', async (cause) => {
    const plain = answering(found({ kind: 'refused', cause, detail: undefined }));
    expect(await directoryCredentials(plain).verify('alice', 'x', call)).toEqual(notFound(cause));
    const detailed = answering(found({ kind: 'refused', cause, detail: 'AD 52e' }));
    expect(await directoryCredentials(detailed).verify('alice', 'x', call)).toEqual(notFound(`${cause}: AD 52e`));
  });

  it('"not found", which it should not say, is a refusal', async () => {
    expect(await directoryCredentials(answering(notFound())).verify('alice', 'x', call)).toEqual(
      notFound('unspecified'),
    );
  });

  it('a right password of an account that its entry calls closed is refused', async () => {
    const directory = school();
    const credentials = directoryCredentials(answering(yes('carol')), { directory });
    expect(await credentials.verify('carol', 'christmas', call)).toEqual(notFound('disabled: by its entry'));
  });

  it('what the authenticator has just seen of its own entry counts, not what was known before', async () => {
    const directory = school();
    const before = await directory.findUser({ kind: 'login', login: 'alice' });
    if (before.kind !== 'found') throw new Error(before.kind);
    const late = { ...directory, findUser: () => found({ ...before.value, state: 'disabled' as const }) };
    const credentials = directoryCredentials(late, { directory: late });
    expect(await credentials.verify('alice', 'rabbit', call)).toEqual(found({ name: 'Alice' }));
  });

  it('the name is that of the entry, where there is a directory', async () => {
    const credentials = directoryCredentials(answering(yes('alice')), { directory: school() });
    expect(await credentials.verify('alice', 'x', call)).toEqual(found({ name: 'Alice' }));
    const without = directoryCredentials(answering(yes('alice')));
    expect(await without.verify('ALICE', 'x', call)).toEqual(found({ name: 'alice' }));
  });

  it('an account that the directory does not know may log in, unless groups are asked for', async () => {
    const directory = school();
    const may = directoryCredentials(answering(yes('local')), { directory, invalidUsers: ['guest'] });
    expect(await may.verify('local', 'x', call)).toEqual(found({ name: 'local' }));
    for (const groups of [{ allowedGroups: ['Staff'] }, { invalidUsers: ['@Interns'] }]) {
      const mayNot = directoryCredentials(answering(yes('local')), { directory, ...groups });
      expect(await mayNot.verify('local', 'x', call)).toEqual(
        notFound('not-permitted: the directory, which knows the groups, has no entry for it'),
      );
    }
  });
});

describe('by mail address', () => {
  const directory = school();
  const credentials = directoryCredentials(directory, { accounts, directory, addresses: true });

  it.each(['alice.miller@school.example', 'head@partner.example', 'Head@PARTNER.example'])(
    '%s is Alice',
    async (login) => {
      expect(await credentials.verify(login, 'rabbit', call)).toEqual(found({ name: 'Alice' }));
      expect(await credentials.accountOf(login, call)).toEqual(found('alice'));
    },
  );

  it('what is no address of anybody is an account of our domain', async () => {
    expect(await credentials.verify('renamed@school.example', 'admin', call)).toEqual(found({ name: 'renamed' }));
    expect((await credentials.verify('renamed@other.example', 'admin', call)).kind).toBe('not-found');
  });

  it('an address of root is root', async () => {
    const authenticator = answering(yes('root'));
    const byAddress = directoryCredentials(authenticator, { accounts, directory, addresses: true });
    const answer = await byAddress.verify('operator@school.example', 'toor', call);
    expect(answer).toEqual(notFound('not-permitted: invalid user root'));
    expect(authenticator.asked).not.toContain('root');
  });

  it('a directory that cannot tell whose it is', async () => {
    const down = school();
    down.fail('it is down');
    const other = directoryCredentials(answering(yes('alice')), { accounts, directory: down, addresses: true });
    expect(await other.verify('head@partner.example', 'x', call)).toEqual(cannotTell('it is down'));
    expect(await other.accountOf('head@partner.example', call)).toEqual(cannotTell('it is down'));
  });
});

/** As Active Directory has them: of any suffix, and without the name of the account. */
describe('by principal', () => {
  const principals: Readonly<Record<string, string>> = {
    'clara.oswald@alt.example': 'alice',
    // The name of one in the principal of another.
    'bob@alt.example': 'alice',
    'alice@school.example': 'bob',
    'boss@alt.example': 'root',
  };
  const directory = withPrincipals(principals);
  const suffixes = accountNames({ realms: ['school.example', 'alt.example'] });
  const credentials = directoryCredentials(directory, { accounts: suffixes, directory, addresses: true });

  it.each([
    ['clara.oswald@alt.example', 'rabbit', 'Alice'],
    ['Clara.Oswald@ALT.example', 'rabbit', 'Alice'],
    ['bob@alt.example', 'rabbit', 'Alice'],
    // It comes before the address of Alice.
    ['alice@school.example', 'builder', 'bob'],
    ['alice.miller@school.example', 'rabbit', 'Alice'],
    ['intern@alt.example', 'coffee', 'intern'],
    ['bob', 'builder', 'bob'],
  ])('%s with %s is %s', async (login, password, name) => {
    expect(await credentials.verify(login, password, call)).toEqual(found({ name }));
    expect(await credentials.accountOf(login, call)).toEqual(found(name.toLowerCase()));
  });

  it.each([
    ['bob@alt.example', 'builder'],
    ['alice@school.example', 'rabbit'],
    ['boss@alt.example', 'toor'],
    ['clara.oswald@elsewhere.example', 'rabbit'],
  ])('%s with %s is nobody', async (login, password) => {
    expect((await credentials.verify(login, password, call)).kind).toBe('not-found');
  });

  it('over a directory that has them', async () => {
    const users = [{ login: 'clara', password: 'run', principal: 'clara.oswald@school.example' }];
    const clara = memoryDirectory({ users });
    const login = directoryCredentials(clara, { directory: clara });
    expect(await login.verify('Clara.Oswald@school.example', 'run', call)).toEqual(found({ name: 'clara' }));
  });

  it('without the option addresses, and without realms', async () => {
    const plain = directoryCredentials(directory, { directory });
    expect(await plain.verify('clara.oswald@alt.example', 'rabbit', call)).toEqual(found({ name: 'Alice' }));
    expect((await plain.verify('head@partner.example', 'rabbit', call)).kind).toBe('not-found');
  });

  it('a directory that cannot tell whose it is', async () => {
    const half: Directory = {
      ...directory,
      findUser: (key, asked) =>
        key.kind === 'principal' ? cannotTell('it is down') : (directory.findUser(key, asked) as never),
    };
    const other = directoryCredentials(directory, { accounts: suffixes, directory: half });
    expect(await other.verify('intern@alt.example', 'coffee', call)).toEqual(cannotTell('it is down'));
    expect(await other.accountOf('intern@alt.example', call)).toEqual(cannotTell('it is down'));
  });
});

/** An entry that the directory finds by more names than one. */
describe('by another name of the entry', () => {
  const base = school();
  const directory: Directory = {
    ...base,
    findUser: (key, asked) =>
      base.findUser(key.kind === 'login' && key.login === 'al' ? { kind: 'login', login: 'Alice' } : key, asked),
  };

  it('it is barred by its own, before the password is tried', async () => {
    const authenticator = answering(yes('al'));
    const credentials = directoryCredentials(authenticator, { directory, invalidUsers: ['alice'] });
    expect(await credentials.verify('al', 'x', call)).toEqual(notFound('not-permitted: invalid user alice'));
    expect(authenticator.asked).toEqual(['postern-no-such-account']);
  });

  it('it is counted and asked for by its own', async () => {
    const authenticator = answering(yes('alice'));
    const credentials = directoryCredentials(authenticator, { directory });
    expect(await credentials.accountOf('al', call)).toEqual(found('alice'));
    expect(await credentials.verify('al', 'x', call)).toEqual(found({ name: 'Alice' }));
    expect(authenticator.asked).toEqual(['alice']);
  });
});

describe('by group', () => {
  const directory = school();
  const staff = directoryCredentials(directory, {
    directory,
    allowedGroups: ['STAFF'],
    invalidUsers: ['administrator'],
  });

  it.each([
    ['alice', 'rabbit', 'found'],
    ['bob', 'builder', 'found'],
    ['intern', 'coffee', 'not-found'],
    ['renamed', 'admin', 'not-found'],
    ['alice', 'wrong', 'not-found'],
  ])('%s: %s', async (login, password, kind) => {
    expect((await staff.verify(login, password, call)).kind).toBe(kind);
  });

  it('members of an invalid group may not', async () => {
    const credentials = directoryCredentials(directory, { directory, invalidUsers: ['@interns'] });
    expect(await credentials.verify('intern', 'coffee', call)).toEqual(notFound('not-permitted: a member of interns'));
    expect((await credentials.verify('alice', 'rabbit', call)).kind).toBe('found');
  });

  it('a membership that cannot be told lets nobody in, and refuses nobody', async () => {
    const down = school();
    down.fail('it is down');
    for (const options of [{ allowedGroups: ['Staff'] }, { invalidUsers: ['@Interns'] }, {}]) {
      const credentials = directoryCredentials(answering(yes('alice')), { directory: down, ...options });
      expect(await credentials.verify('alice', 'x', call)).toEqual(cannotTell('it is down'));
    }
  });

  it('groups that cannot be told though the entry can', async () => {
    const half = { ...school(), groupsOf: () => cannotTell('size limit exceeded') };
    const credentials = directoryCredentials(half, { directory: half, allowedGroups: ['Staff'] });
    expect(await credentials.verify('alice', 'rabbit', call)).toEqual(cannotTell('size limit exceeded'));
  });
});

describe('groups that are not as they should be', () => {
  it('of a user who is gone meanwhile cannot be told', async () => {
    const gone = { ...school(), groupsOf: () => notFound() };
    for (const groups of [{ invalidUsers: ['@Interns'] }, { allowedGroups: ['Staff'] }]) {
      const credentials = directoryCredentials(gone, { directory: gone, ...groups });
      expect((await credentials.verify('alice', 'rabbit', call)).kind).toBe('cannot-tell');
    }
  });

  it('that the directory does not have are told, once', async () => {
    const directory = school();
    const told: string[] = [];
    const credentials = directoryCredentials(directory, {
      directory,
      invalidUsers: ['@Interns', '@Intern'],
      allowedGroups: ['Staff', 'Staf'],
      onUnknownGroup: (group) => told.push(group),
    });
    directory.fail('it is down');
    expect((await credentials.verify('alice', 'rabbit', call)).kind).toBe('cannot-tell');
    expect(told).toEqual([]);
    directory.fail(undefined);
    for (let i = 0; i < 2; i++)
      expect(await credentials.verify('alice', 'rabbit', call)).toEqual(found({ name: 'Alice' }));
    expect(told).toEqual(['Intern', 'Staf']);
  });
});

describe('rules', () => {
  const directory = school();
  const make = directoryCredentials as (...given: readonly unknown[]) => unknown;

  it.each<[readonly unknown[], readonly string[]]>([
    [[], ['bad-option authenticator']],
    [[{}, {}], ['bad-option authenticator']],
    [
      [null, null],
      ['bad-option authenticator', 'bad-option options'],
    ],
    [[directory, { directory, allowedGroup: ['Staff'] }], ['no-such-option allowedGroup']],
    [[directory, { directory, allowedGroups: 'Staff' }], ['bad-option allowedGroups']],
    [[directory, { directory, allowedGroups: [7] }], ['bad-option allowedGroups']],
    [[directory, { invalidUsers: 'toor' }], ['bad-option invalidUsers']],
    [[directory, { accounts: { domain: 'S' } }], ['bad-option accounts']],
    [[directory, { directory: answering(yes('x')), addresses: true }], ['bad-option directory']],
    [
      [{}, { adresses: true, addresses: 'yes', onUnknownGroup: 1 }],
      ['authenticator', 'adresses', 'addresses', 'onUnknownGroup'].map(
        (name) => `${name === 'adresses' ? 'no-such' : 'bad'}-option ${name}`,
      ),
    ],
  ])('%# that are none', (given, expected) => {
    const wrong = problemsOf(() => make(...given));
    expect(wrong.map(({ code, construct }) => `${code} ${construct}`)).toEqual(expected);
  });

  it('that need a directory are refused without one, all at once', () => {
    const wrong = problemsOf(() =>
      make(school(), { addresses: true, allowedGroups: ['Staff', ''], invalidUsers: ['@x'] }),
    );
    expect(wrong.map(({ code, construct }) => [code, construct])).toEqual([
      ['bad-option', 'addresses'],
      ['bad-option', 'allowedGroups'],
      ['bad-option', 'invalidUsers'],
      ['bad-name', ''],
    ]);
  });

  it('that need a directory do not compile without one', () => {
    const wrong = [
      // @ts-expect-error: addresses need a directory
      () => directoryCredentials(directory, { addresses: true }),
      // @ts-expect-error: groups need a directory
      () => directoryCredentials(directory, { allowedGroups: ['Staff'] }),
    ];
    for (const one of wrong) expect(one).toThrow();
  });

  it('never show the password', async () => {
    const directory = school();
    const credentials = directoryCredentials(directory, {
      accounts,
      directory,
      addresses: true,
      allowedGroups: ['Staff'],
    });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.uuid(), async (login, password) => {
        const answer = await credentials.verify(login, password, call);
        expect(answer.kind).toBe('not-found');
        expect(JSON.stringify(answer)).not.toContain(password);
      }),
      { numRuns: 300 },
    );
  });
});
