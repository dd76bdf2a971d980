/** What entries of both families of schemas say. */
import { describe, expect, it } from 'vitest';
import { contactOf, groupOf, memberOf, userOf } from '../../src/directory/entries.js';
import { activeDirectorySchema, type EntrySchema, rfc2307Schema } from '../../src/directory/schema.js';
import type { LdapEntry } from '../../src/ports/ldap-search.js';
import { encodeUtf8 } from '../../src/values/bytes.js';

const NOW = Date.UTC(2026, 10, 22);

function entry(
  attributes: Readonly<Record<string, string | Uint8Array | readonly (string | Uint8Array)[]>>,
): LdapEntry {
  const octets = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? encodeUtf8(value) : value);
  const all = Object.entries(attributes).map(([name, given]) => {
    const values = typeof given === 'string' || given instanceof Uint8Array ? [given] : given;
    return [name, values.map(octets)] as const;
  });
  return { dn: 'cn=x', attributes: new Map(all) };
}

const adUser = { objectclass: ['top', 'person', 'organizationalPerson', 'user'], samaccountname: 's.miller' };
const posixUser = { objectclass: ['inetOrgPerson', 'posixAccount'], uid: 's.miller' };

describe('addresses', () => {
  const texts = (schema: EntrySchema, attributes: Parameters<typeof entry>[0]): readonly string[] | undefined =>
    userOf(entry(attributes), schema, NOW)?.addresses.map(({ text }) => text);

  it('of proxyAddresses: the primary one first, other types left out, each once', () => {
    const proxyaddresses = [
      'smtp:second@school.example',
      'X500:/o=x',
      'sip:sip@school.example',
      'SMTP:First@school.example',
      'smtp:FIRST@school.example',
      'Smtp:third@school.example',
      'SIP:other@school.example',
      'smtp:',
      'smtp:no address',
      'x400:smtp:x@school.example',
    ];
    expect(texts(activeDirectorySchema, { ...adUser, mail: 'mail@school.example', proxyaddresses })).toEqual([
      'First@school.example',
      'mail@school.example',
      'second@school.example',
      'third@school.example',
    ]);
  });

  it('of mail and its like', () => {
    const given = {
      ...posixUser,
      mail: ['a@school.example', ' b@school.example '],
      mailalternateaddress: ['c@school.example', 'A@school.example'],
    };
    expect(texts(rfc2307Schema, given)).toEqual(['a@school.example', 'b@school.example', 'c@school.example']);
    expect(
      texts(rfc2307Schema, { ...posixUser, mail: [new Uint8Array([0xff]), 'x', '@', 'x'.repeat(70_000)] }),
    ).toEqual([]);
    expect(texts(activeDirectorySchema, { ...adUser, userprincipalname: 's.miller@school.example' })).toEqual([]);
  });
});

describe('the state', () => {
  const FILETIME_1970 = 116_444_736_000_000_000n;
  const filetime = (ms: number): string => String(FILETIME_1970 + BigInt(ms) * 10_000n);
  it.each([
    [{ useraccountcontrol: '512' }, 'active'],
    [{ useraccountcontrol: '514' }, 'disabled'],
    [{ useraccountcontrol: '66050' }, 'disabled'],
    [{ useraccountcontrol: 'x' }, 'active'],
    [{ accountexpires: '0' }, 'active'],
    [{ accountexpires: '9223372036854775807' }, 'active'],
    [{ accountexpires: filetime(NOW - 1000) }, 'expired'],
    [{ accountexpires: filetime(NOW + 1000) }, 'active'],
    [{ useraccountcontrol: '514', accountexpires: '1' }, 'disabled'],
    [{ 'msds-user-account-control-computed': '16' }, 'locked-out'],
    [{ 'msds-user-account-control-computed': '8388608' }, 'active'],
    [{ nsaccountlock: 'TRUE' }, 'disabled'],
    [{ nsaccountlock: 'FALSE' }, 'active'],
    [{ shadowexpire: '-1' }, 'active'],
    [{ shadowexpire: '1' }, 'expired'],
    [{ shadowexpire: '99999' }, 'active'],
    [{ pwdaccountlockedtime: '000001010000Z' }, 'locked-out'],
    [{ pwdaccountlockedtime: '20260101000000Z' }, 'active'],
  ])('%j is %s', (attributes, state) => {
    expect(userOf(entry({ ...adUser, ...attributes }), activeDirectorySchema, NOW)?.state).toBe(state);
  });
});

describe('entries', () => {
  it('are users with what they have', () => {
    const objectsid = new Uint8Array([1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0]);
    const posix = { uidnumber: '1000', gidnumber: '100', unixhomedirectory: '/home/x', loginshell: '/bin/sh' };
    expect(
      userOf(entry({ ...adUser, displayname: 'Müller', objectsid, ...posix }), activeDirectorySchema, NOW),
    ).toEqual({
      kind: 'user',
      id: 'cn=x',
      login: 's.miller',
      displayName: 'Müller',
      addresses: [],
      state: 'active',
      sid: 'S-1-5-32-544',
      posix: { uid: 1000, gid: 100, home: '/home/x', shell: '/bin/sh' },
    });
    expect(userOf(entry({ ...posixUser, cn: 'S', uidnumber: '1' }), rfc2307Schema, NOW)).toMatchObject({
      displayName: 'S',
      posix: undefined,
      sid: undefined,
    });
    expect(userOf(entry({ ...adUser, objectsid: new Uint8Array(3) }), activeDirectorySchema, NOW)?.sid).toBeUndefined();
  });

  it('are groups with what they have', () => {
    const group = entry({
      objectclass: ['top', 'group'],
      samaccountname: 'G',
      cn: 'C',
      mail: 'g@school.example',
      gidnumber: '7',
    });
    expect(groupOf(group, activeDirectorySchema)).toMatchObject({
      id: 'cn=x',
      name: 'G',
      gid: 7,
      addresses: [{ text: 'g@school.example' }],
    });
    expect(groupOf(entry({ objectclass: 'POSIXGROUP', cn: 'C' }), rfc2307Schema)).toMatchObject({
      name: 'C',
      gid: undefined,
    });
    expect(memberOf(group, activeDirectorySchema, NOW)).toBeUndefined();
    expect(userOf(group, activeDirectorySchema, NOW)).toBeUndefined();
  });

  it('are contacts: of their own class, and persons without a login', () => {
    const contact = entry({ objectclass: ['top', 'person', 'contact'], cn: 'C', mail: 'c@far.example' });
    expect(memberOf(contact, activeDirectorySchema, NOW)).toMatchObject({ kind: 'contact', displayName: 'C' });
    expect(contactOf(entry({ objectclass: ['inetOrgPerson'], cn: 'C' }), rfc2307Schema)).toMatchObject({
      kind: 'contact',
    });
    expect(contactOf(entry(posixUser), rfc2307Schema)).toBeUndefined();
  });

  it('are nobody: computers, and what has no name that can be one', () => {
    const computer = entry({ objectclass: [...adUser.objectclass, 'computer'], samaccountname: 'PC1$' });
    expect(memberOf(computer, activeDirectorySchema, NOW)).toBeUndefined();
    expect(memberOf(entry({ objectclass: 'organizationalUnit', uid: 'x' }), rfc2307Schema, NOW)).toBeUndefined();
    expect(memberOf(entry({ uid: 'x' }), rfc2307Schema, NOW)).toBeUndefined();
    for (const uid of ['', 'a\0', 'x'.repeat(2000), new Uint8Array([0xff])]) {
      expect(userOf(entry({ ...posixUser, uid }), rfc2307Schema, NOW)).toBeUndefined();
      expect(groupOf(entry({ objectclass: 'posixGroup', cn: uid }), rfc2307Schema)).toBeUndefined();
    }
    expect(userOf(entry({ ...posixUser, uid: ['\n', 'second'] }), rfc2307Schema, NOW)?.login).toBe('second');
  });
});
