/** The tree of the conformance suites as files: JSON, and LDIF as OpenLDAP and as Active Directory export it. */
import { sidBytes } from '../../src/directory/sid.js';
import { conformanceTree, entryNames, type GroupData, type UserData } from '../../src/testing/directory/index.js';
import { escapeDnValue } from '../../src/values/ldap-names.js';

const { users, groups, contacts } = conformanceTree;
const BASE = 'dc=school,dc=example';
const DOMAIN_SID = 'S-1-5-21-1004336348-1177238915-682003330';

export function treeAsJson(passwordOf: (user: UserData) => string | undefined): string {
  const entries = <T>(all: readonly T[], name: (one: T) => string, rest: (one: T) => object): object =>
    Object.fromEntries(all.map((one) => [name(one), rest(one)]));
  return JSON.stringify(
    {
      users: entries(
        users,
        (user) => user.login,
        (user) => ({
          password: passwordOf(user),
          name: user.displayName,
          principal: user.principal,
          addresses: user.addresses,
          state: user.state,
          posix: user.posix,
        }),
      ),
      groups: entries(
        groups,
        (group) => group.name,
        ({ name: _, ...rest }) => rest,
      ),
      contacts: entries(
        contacts,
        (contact) => contact.id,
        ({ displayName: name, addresses }) => ({ name, addresses }),
      ),
    },
    null,
    1,
  );
}

type Attributes = Readonly<Record<string, string | number | Uint8Array | readonly (string | Uint8Array)[] | undefined>>;

function record(dn: string, attributes: Attributes): string {
  const lines = [line('dn', dn)];
  for (const [name, given] of Object.entries(attributes)) {
    if (given === undefined) continue;
    for (const value of Array.isArray(given) ? given : [given]) lines.push(line(name, value));
  }
  return `${lines.join('\n')}\n`;
}

/** In Base64 where RFC 2849 wants it, folded at 76. */
function line(name: string, value: string | number | Uint8Array): string {
  const octets = typeof value === 'object' ? Buffer.from(value) : Buffer.from(String(value));
  const text = octets.toString('latin1');
  const safe = /^[!-9;=-~][ -~]*$/.test(text) && !text.endsWith(' ');
  const whole = safe ? `${name}: ${text}` : `${name}:: ${octets.toString('base64')}`;
  return whole.replace(/(.{76})(?=.)/g, '$1\n ');
}

const userDn = (login: string, attribute: string): string =>
  `${attribute}=${escapeDnValue(entryNames[login] ?? login)},ou=People,${BASE}`;
const groupDn = (name: string): string => `cn=${escapeDnValue(entryNames[name] ?? name)},ou=Groups,${BASE}`;
const contactDn = (id: string): string => `cn=${id},ou=Contacts,${BASE}`;

/** As slapcat and ldapsearch write it. */
export function treeAsLdif(passwordOf: (user: UserData) => string | undefined): string {
  const records = [
    record(BASE, { objectClass: ['dcObject', 'organization'], o: 'School', dc: 'school' }),
    record(`ou=People,${BASE}`, { objectClass: 'organizationalUnit', ou: 'People' }),
    ...users.map((user) => {
      const { uid, gid, home, shell } = user.posix ?? {};
      return record(userDn(user.login, 'uid'), {
        objectClass: ['inetOrgPerson', 'posixAccount', 'shadowAccount'],
        cn: entryNames[user.login] ?? user.login,
        sn: user.login,
        uid: user.login,
        displayName: user.displayName,
        mail: user.addresses ?? [],
        userPassword: passwordOf(user),
        nsAccountLock: user.state === 'disabled' ? 'TRUE' : undefined,
        shadowExpire: user.state === 'expired' ? 1000 : undefined,
        uidNumber: uid,
        gidNumber: gid,
        homeDirectory: home,
        loginShell: shell,
        memberOf: groupDn('Class5b'),
      });
    }),
    ...contacts.map(({ id, displayName, addresses = [] }) =>
      record(contactDn(id), { objectClass: 'inetOrgPerson', displayName, cn: id, sn: id, mail: addresses }),
    ),
    ...groups.map((group) =>
      record(groupDn(group.name), {
        objectClass: ['groupOfNames', 'extensibleObject'],
        cn: group.name,
        mail: group.addresses ?? [],
        gidNumber: group.gid,
        member: membersOf(group, 'uid'),
      }),
    ),
  ];
  return `version: 1\n# extended LDIF\n#\n# LDAPv3\n# a comment that is\n  folded\n\n${records.join('\n')}\n# search result\nsearch: 2\nresult: 0 Success\n\n# numResponses: 3\n`;
}

/** OpenLDAP's groups must have a member. */
function membersOf({ users = [], groups = [], contacts = [] }: GroupData, attribute: string): readonly string[] {
  const all = [...users.map((login) => userDn(login, attribute)), ...groups.map(groupDn), ...contacts.map(contactDn)];
  return all.length === 0 ? [''] : all;
}

/** As ldifde writes it, with CRLF; names of other spelling than where they are members. */
export function treeAsAdLdif(): string {
  const rid = (i: number): string => `${DOMAIN_SID}-${i}`;
  const sid = (i: number): Uint8Array => {
    const bytes = sidBytes(rid(i));
    if (bytes.kind === 'malformed') throw new Error(bytes.why);
    return bytes.value;
  };
  const staff = 5000 + groups.findIndex(({ name }) => name === 'Staff');
  const add = { changetype: 'add' };
  const records = [
    ...users.map((user, i) =>
      record(userDn(user.login, 'CN').replace('ou=People,dc=school', 'OU=People, DC=School'), {
        ...add,
        objectClass: ['top', 'person', 'organizationalPerson', 'user'],
        sAMAccountName: user.login,
        displayName: user.displayName,
        userPrincipalName: user.principal,
        proxyAddresses: [
          'X500:/o=School/cn=x',
          'sip:x@school.example',
          ...(user.addresses ?? []).map((one, at) => `${at === 0 ? 'SMTP' : 'smtp'}:${one}`).reverse(),
        ],
        mail: user.addresses?.[0],
        userAccountControl: user.state === 'disabled' ? 514 : 512,
        accountExpires: user.state === 'expired' ? '132000000000000000' : '9223372036854775807',
        objectSid: sid(2000 + i),
        primaryGroupID: user.login === 'silent' ? staff : 513,
      }),
    ),
    ...contacts.map(({ id, displayName, addresses = [] }) =>
      record(contactDn(id), {
        ...add,
        objectClass: ['top', 'person', 'organizationalPerson', 'contact'],
        displayName,
        cn: id,
        proxyAddresses: addresses.map((one) => `SMTP:${one}`),
      }),
    ),
    record(`CN=Domain Users,CN=Users,${BASE}`, {
      ...add,
      objectClass: ['top', 'group'],
      sAMAccountName: 'Domain Users',
      objectSid: sid(513),
    }),
    record(`CN=PC1,OU=Computers,${BASE}`, {
      ...add,
      objectClass: ['top', 'person', 'organizationalPerson', 'user', 'computer'],
      sAMAccountName: 'PC1$',
    }),
    ...groups.map((group, i) =>
      record(groupDn(group.name), {
        ...add,
        objectClass: ['top', 'group'],
        sAMAccountName: group.name,
        cn: entryNames[group.name] ?? group.name,
        proxyAddresses: (group.addresses ?? []).map((one) => `smtp:${one}`),
        objectSid: sid(5000 + i),
        member: [...membersOf(group, 'cn'), `CN=PC1,OU=Computers,${BASE}`],
      }),
    ),
  ];
  return `\ufeff${records.join('\n').replace(/\n/g, '\r\n')}`;
}
