/** Exports of directories that are not whole, are of two kinds, or hold values that make no sense. */
import { describe, expect, it } from 'vitest';
import { readStaticDirectory } from '../../src/adapters/static-directory/index.js';
import { readLdifDirectory } from '../../src/directory/ldif-directory.js';
import { encodeUtf8 } from '../../src/values/bytes.js';
import { isConfigurationError, renderProblem } from '../../src/values/errors.js';

const read = (text: string, missingMembers = false) => {
  const { data, problems } = readLdifDirectory(encodeUtf8(text), { file: 'x', missingMembers });
  return { ...data, problems: problems.map(renderProblem) };
};
const person = (dn: string, ...lines: readonly string[]): string =>
  [`dn: ${dn}`, 'objectClass: inetOrgPerson', ...lines, '', ''].join('\n');

describe('the login', () => {
  it('is the value in the name of the entry, whatever the order; with options it is none', () => {
    expect(read(person('uid=max,dc=x', 'uid: root', 'uid: max')).users.map(({ login }) => login)).toEqual(['max']);
    expect(read(person('uid=max,dc=x', 'uid;lang-de: root', 'uid: max')).users).toMatchObject([{ login: 'max' }]);
    expect(read(person('cn=max,dc=x', 'uid;lang-de: max'))).toMatchObject({ users: [], contacts: [{}], problems: [] });
  });

  it('is a problem where none of several is there, or one is no UTF-8', () => {
    const { users, problems } = read(person('cn=max,dc=x', 'uid: a', 'uid: b') + person('uid=c,dc=x', 'uid:: /w=='));
    expect(users).toEqual([]);
    expect(problems).toEqual([
      'x:1: it has several logins, and none is in its name: cn=max,dc=x',
      'x:8: uid: expected a name in UTF-8',
    ]);
  });
});

describe('entries of two kinds of directories', () => {
  it('are each of their own', () => {
    const account = 'dn: cn=b,dc=x\nobjectClass: person\nobjectClass: user\nsAMAccountName: b\nuid: other\n\n';
    const { users, problems } = read(person('uid=a,dc=x', 'uid: a') + account);
    expect([users.map(({ login }) => login), problems]).toEqual([['a', 'b'], []]);
  });

  it('an account without its name is a problem', () => {
    const text = 'dn: cn=b,dc=x\nobjectClass: user\nuserAccountControl: 512\n';
    expect(read(text).problems).toEqual(['x:1: this account has no sAMAccountName in the export: cn=b,dc=x']);
  });
});

describe('what is not whole', () => {
  const text = [
    'dn: ou=p,dc=x\nobjectClass: organizationalUnit\n\n',
    'dn: cn=pc,dc=x\nobjectClass: computer\n\n',
    person('uid=a,dc=x', 'uid: a', 'memberOf: cn=gone,dc=x', 'primaryGroupID: 513'),
    'dn: cn=g,dc=x\nobjectClass: groupOfNames\ncn: g\nmember: cn=pc,dc=x\nmember: ou=p,dc=x\n',
  ].join('');

  it('is told with the line of the value', () => {
    expect(read(text).problems).toEqual([
      'x:17: group "g" has a member that is no user, group, contact or computer: ou=p,dc=x',
      'x:11: the primary group of the user "a" is not there, or has no objectSid: 513',
      'x:10: memberOf names a group of which there is no entry: cn=gone,dc=x',
    ]);
  });

  it('is left out where that is wanted', () => {
    expect(read(text, true)).toMatchObject({ problems: [], groups: [{ users: [] }] });
  });

  it('is told a hundred times at most', () => {
    const many = Array.from({ length: 300 }, (_, i) => person(`uid=a${i},dc=x`, `uid: a${i}`, 'mail: x')).join('');
    const { problems } = read(many);
    expect([problems.length, problems.at(-1)]).toEqual([101, 'x: and 200 more problems']);
  });
});

describe('values', () => {
  it('that are no address are told with their lines', () => {
    const { problems } = read(person('uid=a,dc=x', 'uid: a', 'mail: a@school.example', 'mail: a@@school.example'));
    expect(problems).toEqual([expect.stringMatching(/^x:5: mail: no address: .*: a@@school\.example$/)]);
  });

  it('of passwords: any of them counts', async () => {
    const text = person('uid=a,dc=x', 'uid: a', 'userPassword: {CRYPT}x', 'userPassword: one', 'userPassword: two');
    const directory = readStaticDirectory(text, { file: 'x.ldif' });
    expect(directory.unverifiable).toEqual([]);
    for (const password of ['one', 'two']) {
      expect(await directory.authenticate('a', password)).toMatchObject({ value: { kind: 'authenticated' } });
    }
    expect(await directory.authenticate('a', 'x')).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });

  it('of a scheme without a name are not shown', async () => {
    const directory = readStaticDirectory(person('uid=a,dc=x', 'uid: a', 'userPassword: {hunter2}'), {
      file: 'x.ldif',
    });
    const answer = await directory.authenticate('a', 'x');
    expect(answer.kind).toBe('cannot-tell');
    expect(JSON.stringify(answer).toLowerCase()).not.toContain('hunter2');
  });

  it('of when an account expires are heeded at each answer', () => {
    const text = person('uid=a,dc=x', 'uid: a', 'objectClass: shadowAccount', 'shadowExpire: 40000');
    expect(read(text).users).toMatchObject([{ state: 'active', expires: 40_000 * 86_400_000 }]);
  });

  it('of principals are found', async () => {
    const text = 'dn: cn=b\nobjectClass: user\nsAMAccountName: b\nuserPrincipalName: Bob@corp.local\n';
    const directory = readStaticDirectory(text, { file: 'x.ldif' });
    const key = { kind: 'principal', principal: 'bob@CORP.local' } as const;
    expect(await directory.findUser(key)).toMatchObject({ value: { login: 'b' } });
  });
});

it('groups of one name in two places are "could not tell"', async () => {
  const group = (ou: string): string => `dn: cn=g,ou=${ou}\nobjectClass: groupOfNames\ncn: g\nmember: uid=a,dc=x\n\n`;
  const directory = readStaticDirectory(person('uid=a,dc=x', 'uid: a') + group('b') + group('c'), { file: 'x.ldif' });
  expect(await directory.findGroup({ kind: 'name', name: 'g' })).toMatchObject({
    kind: 'cannot-tell',
    temporary: false,
  });
  expect(await directory.groupsOf(directory.users[0] as never)).toMatchObject({ value: [{}, {}] });
});

it('a file without passwords refuses nobody: it cannot tell', async () => {
  const directory = readStaticDirectory('{"users":{"a":{}}}', { file: 'x.json' });
  const answer = { kind: 'cannot-tell', why: 'static x.json: the file holds no passwords', temporary: false };
  for (const login of ['a', 'nobody']) expect(await directory.authenticate(login, 'x')).toMatchObject(answer);
  const some = readStaticDirectory('{"users":{"a":{},"b":{"password":"{PLAIN}x"}}}', { file: 'x.json' });
  expect(await some.authenticate('a', 'x')).toMatchObject({ value: { kind: 'refused' } });
});

it('problems of the tree in JSON have lines: of members, of addresses of two groups', () => {
  const text = `{ "users": { "a": {} },
    "groups": {
      "g": ["a",
        "none"],
      "h": { "addresses": ["x@school.example"] },
      "i": { "addresses": ["X@school.example"] } } }`;
  try {
    readStaticDirectory(text, { file: 'x.json' });
    expect.unreachable();
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    expect(error.problems.map(({ code, source }) => [code, source?.line])).toEqual([
      ['no-such-member', 4],
      ['shared-address', 6],
    ]);
  }
});
