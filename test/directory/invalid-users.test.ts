import { describe, expect, it } from 'vitest';
import { accountNames } from '../../src/directory/account-name.js';
import { type InvalidUsers, invalidUsers } from '../../src/directory/invalid-users.js';
import type { DirectoryUser } from '../../src/ports/directory.js';
import type { Problem } from '../../src/values/errors.js';

const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'] });
const listed = (entries: readonly string[] = [], problems: Problem[] = []): InvalidUsers =>
  invalidUsers(entries, accounts, problems);
const rules = listed(['SCHOOL\\Administrator', 'Guest', '@Interns', '+wheel', 'ΝΊΚΟΣ']);

const user = (over: Partial<DirectoryUser>): DirectoryUser => ({
  kind: 'user',
  id: 'x',
  login: 'alice',
  displayName: undefined,
  addresses: [],
  state: 'active',
  sid: undefined,
  posix: undefined,
  ...over,
});

describe('invalid users', () => {
  it.each([
    'root',
    'ROOT',
    'ｒｏｏｔ',
    'ro\u00adot',
    'root\u200b',
    ' root ',
    'SCHOOL\\root',
    'school+root',
    'root@school.example',
    'school+root@elsewhere',
    'administrator',
    'GUEST',
    'νίκος',
    'νίκοσ',
  ])('%j is one', (name) => {
    expect(rules.nameFault(name)).toMatch(/^invalid user (root|administrator|guest|νίκοσ)$/);
  });

  it.each(['alice', 'rooty', 'chroot', 'root2', 'r', '', '@', '\\'])('%j is none', (name) => {
    expect(rules.nameFault(name)).toBeUndefined();
  });

  it('root is one without any list', () => {
    expect(listed().nameFault('Root')).toBe('invalid user root');
  });

  it('an entry is one by its name, as uid 0, and as RID 500 where the administrator is', () => {
    const posix = { gid: 0, home: '/', shell: '/bin/sh' };
    expect(rules.userFault(user({}))).toBeUndefined();
    expect(rules.userFault(user({ login: 'ROOT' }))).toBe('invalid user root');
    expect(rules.userFault(user({ login: 'toor', posix: { ...posix, uid: 0 } }))).toBe('invalid user: uid 0 is root');
    expect(rules.userFault(user({ posix: { ...posix, uid: 500 } }))).toBeUndefined();
    const sid = 'S-1-5-21-1-2-3-500';
    expect(rules.userFault(user({ login: 'renamed', sid }))).toBe('invalid user: RID 500 is the administrator');
    expect(listed(['guest']).userFault(user({ login: 'renamed', sid }))).toBeUndefined();
  });

  it('lists groups apart', () => {
    expect(rules.groups).toEqual(['Interns', 'wheel']);
  });

  it('refuses netgroups, and what is no name', () => {
    const wrong: Problem[] = [];
    listed(['&net', '@', '', 'a\0b', 'OTHER\\root', 'ok'], wrong);
    expect(wrong.map((one) => one.construct)).toEqual(['&net', '@', '', 'a\0b', 'OTHER\\root']);
    expect(new Set(wrong.map((one) => one.code))).toEqual(new Set(['bad-name']));
  });
});
