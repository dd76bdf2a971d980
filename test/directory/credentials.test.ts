import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountNames } from '../../src/directory/account-name.js';
import { directoryCredentials } from '../../src/directory/credentials.js';
import type { Authentication, Authenticator, LoginRefusal } from '../../src/ports/authenticator.js';
import { type Answer, cannotTell, found, notFound } from '../../src/values/answer.js';
import { problemsOf } from '../values/support.js';
import { callFrom, school } from './support.js';

const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'], separator: '+' });
const call = callFrom();

/** Says what it is told to, and remembers what it was asked. */
function answering(answer: Answer<Authentication>): Authenticator & { readonly asked: string[] } {
  const asked: string[] = [];
  const authenticate = (account: string): Answer<Authentication> => {
    asked.push(account);
    return answer;
  };
  return { name: 'scripted', asked, authenticate };
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

describe('who is never asked', () => {
  it.each([
    ['alice', ''],
    ['root', 'toor'],
    ['Root@School', 'toor'],
    ['a\0b', 'x'],
    ['OTHER\\alice', 'x'],
    ['x'.repeat(65_536), 'x'],
  ])('%j with %j', async (login, password) => {
    const authenticator = answering(yes('root'));
    const answer = await directoryCredentials(authenticator, { accounts }).verify(login, password, call);
    expect(answer.kind).toBe('not-found');
    expect(authenticator.asked).toEqual([]);
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

  it('the name is that of the entry, where there is a directory', async () => {
    const credentials = directoryCredentials(answering(yes('alice')), { directory: school() });
    expect(await credentials.verify('alice', 'x', call)).toEqual(found({ name: 'Alice' }));
    const without = directoryCredentials(answering(yes('alice')));
    expect(await without.verify('ALICE', 'x', call)).toEqual(found({ name: 'alice' }));
  });

  it('an account that the directory does not know may log in, unless groups are asked for', async () => {
    const directory = school();
    const may = directoryCredentials(answering(yes('local')), { directory, invalidUsers: ['@Interns'] });
    expect(await may.verify('local', 'x', call)).toEqual(found({ name: 'local' }));
    const mayNot = directoryCredentials(answering(yes('local')), { directory, allowedGroups: ['Staff'] });
    expect((await mayNot.verify('local', 'x', call)).kind).toBe('not-found');
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
    const before = directory.questions;
    const answer = await credentials.verify('operator@school.example', 'toor', call);
    expect(answer).toEqual(notFound('not-permitted: invalid user root'));
    expect(directory.questions - before).toBe(1);
  });

  it('a directory that cannot tell whose it is', async () => {
    const down = school();
    down.fail('it is down');
    const other = directoryCredentials(answering(yes('alice')), { accounts, directory: down, addresses: true });
    expect(await other.verify('head@partner.example', 'x', call)).toEqual(cannotTell('it is down'));
    expect(await other.accountOf('head@partner.example', call)).toEqual(cannotTell('it is down'));
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

describe('rules', () => {
  it('that need a directory are refused without one, all at once', () => {
    const wrong = problemsOf(() =>
      directoryCredentials(school(), { addresses: true, allowedGroups: ['Staff', ''], invalidUsers: ['@x'] }),
    );
    expect(wrong.map(({ code, construct }) => [code, construct])).toEqual([
      ['bad-option', 'addresses'],
      ['bad-option', 'allowedGroups'],
      ['bad-option', 'invalidUsers'],
      ['bad-name', ''],
    ]);
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
