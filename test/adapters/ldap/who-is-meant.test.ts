/** Which one entry a name, an address or a principal is for: never another's. */
import { describe, expect, test } from 'vitest';
import { loginOf } from '../../../src/directory/login-of.js';
import { isOutside, namingValues, parentOf } from '../../../src/directory/naming.js';
import type { UserKey } from '../../../src/ports/directory.js';
import { encodeUtf8 } from '../../../src/values/bytes.js';
import { parseMailbox } from '../../../src/values/mailbox.js';
import type { PlainEntry } from './as-domain-controller.js';
import { adDirectory, adUser, BASE, dn, group, type Made, memberNames, openDirectory, user } from './small-trees.js';

const find = async ({ directory }: Made, key: UserKey): Promise<string> => {
  const answer = await directory.findUser(key);
  if (answer.kind === 'found') return answer.value.login;
  return answer.kind === 'cannot-tell' ? `cannot-tell${answer.temporary ? '' : ' for good'}` : answer.kind;
};
const byLogin = (made: Made, login: string): Promise<string> => find(made, { kind: 'login', login });
const byAddress = (made: Made, text: string): Promise<string> => {
  const address = parseMailbox(text);
  if (address.kind === 'malformed') throw new Error(address.why);
  return find(made, { kind: 'address', address: address.value });
};

describe('a second value of the login', () => {
  const max = (rdn: string): PlainEntry => ({
    ...user('max', { uid: ['boss', 'max'], mail: 'max@school.example' }),
    dn: `${rdn},${BASE}`,
  });
  const boss = { ...user('boss', { mail: 'boss@school.example' }), dn: `uid=boss,${BASE}` };

  test('makes nobody another: the one in the name of the entry is the login', async () => {
    const made = openDirectory([max('cn=Max+uid=MAX'), boss]);
    expect([await byLogin(made, 'max'), await byLogin(made, 'boss')]).toEqual(['max', 'boss']);
    expect(await byAddress(made, 'max@school.example')).toBe('max');
  });

  test('is nobody, where it is the login of no other', async () => {
    expect(await byLogin(openDirectory([max('uid=max')]), 'boss')).toBe('not-found');
  });

  test('where none is in the name: nobody is guessed, and nobody is tried', async () => {
    const made = openDirectory(
      [max('cn=Max'), group('Class', ['Max', 'other']), user('other')],
      {},
      {
        bind: () => ({ kind: 'bound' }),
      },
    );
    expect([await byLogin(made, 'max'), await byLogin(made, 'boss')]).toEqual([
      'cannot-tell for good',
      'cannot-tell for good',
    ]);
    expect(await byAddress(made, 'max@school.example')).toBe('cannot-tell for good');
    expect((await made.directory.authenticate('max', 'x')).kind).toBe('cannot-tell');
    expect(made.service.binds).toEqual([]);
    expect(await memberNames(made, 'Class')).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });

  test('is no member by that login', async () => {
    const club = group('Club', [], { objectClass: 'posixGroup', memberUid: 'boss' });
    expect(await memberNames(openDirectory([max('uid=max'), club]), 'Club')).toEqual([]);
  });

  test('with an option is none', () => {
    const attributes = new Map([['uid', [encodeUtf8('max'), encodeUtf8('boss')]]]);
    const plain = new Map([['uid', [encodeUtf8('max')]]]);
    expect(loginOf({ dn: dn('Max'), attributes, plain }, ['uid'])).toEqual({ kind: 'login', login: 'max' });
    expect(loginOf({ dn: dn('Max'), attributes, plain: new Map([['uid', []]]) }, ['uid'])).toEqual({ kind: 'none' });
  });
});

describe('a principal', () => {
  const people = [adUser('s.miller', { userPrincipalName: 'Susan@School.example' }), adUser('other')];

  test.each([
    ['susan@school.EXAMPLE', 's.miller'],
    ['s.miller@school.example', 'not-found'],
    ['*', 'not-found'],
    ['', 'not-found'],
  ])('%j of Active Directory: %s', async (principal, expected) => {
    expect(await find(adDirectory(people), { kind: 'principal', principal })).toBe(expected);
  });

  test('is nobody elsewhere, without a search', async () => {
    const made = openDirectory([user('alice', { userPrincipalName: 'a@x' })]);
    expect(await find(made, { kind: 'principal', principal: 'a@x' })).toBe('not-found');
    expect(made.service.queries).toEqual([]);
  });
});

describe('domains', () => {
  const make = (): Made =>
    openDirectory([user('alice', { mail: [] }), user('bob'), user('carl', { mail: 'alice@two.example' })], {
      domains: ['School.example', 'two.example'],
    });

  test.each([
    ['alice@school.example', 'alice'],
    ['ALICE@SCHOOL.example', 'alice'],
    ['bob@two.example', 'bob'],
    ['alice@three.example', 'not-found'],
    ['nobody@school.example', 'not-found'],
    ['alice@two.example', 'cannot-tell for good'],
  ])('%s: %s', async (address, expected) => {
    expect(await byAddress(make(), address)).toBe(expected);
  });

  test('are behind the addresses in the entry', async () => {
    const answer = await make().directory.findUser({ kind: 'login', login: 'carl' });
    const texts = answer.kind === 'found' ? answer.value.addresses.map(({ text }) => text) : [];
    expect(texts).toEqual(['alice@two.example', 'carl@school.example', 'carl@two.example']);
  });

  test.each([[['a b']], ['school.example'], [[7]]])('%j are none', (domains) => {
    expect(() => openDirectory([], { domains: domains as never })).toThrow('domains is a list of domain names');
  });
});

describe('names of entries', () => {
  test.each([
    ['uid=max+cn=Max\\, M,dc=x', 'cn', ['Max, M']],
    ['UID = m\\61x ,dc=x', 'uid', ['max']],
    ['cn=#0403616263,dc=x', 'cn', []],
    ['cn=x,uid=max', 'uid', []],
  ])('%s: %s is %j', (name, attribute, values) => {
    expect(namingValues(name, attribute)).toEqual(values);
  });

  test.each([
    ['cn=a\\,b,ou=c,dc=x', 'ou=c,dc=x'],
    ['cn=a', undefined],
  ])('%s is below %s', (name, above) => {
    expect(parentOf(name)).toBe(above);
  });

  test.each([
    ['cn=a,dc=x', 'DC = X', false],
    ['dc=x', 'dc=x', false],
    ['cn=a,dc=y', 'dc=x', true],
    ['dc=x', 'ou=b,dc=x', true],
    ['cn=a', '', false],
    // Types have several names, and values several forms.
    ['cn=a,0.9.2342.19200300.100.1.25=x', 'dc=x', false],
    ['cn=a,dc=#1601 78', 'dc=x', false],
    ['cn=a,cn=b\\,dc=x', 'dc=x', true],
  ])('%s, %j: outside %s', (name, base, outside) => {
    expect(isOutside(name, base)).toBe(outside);
  });
});
