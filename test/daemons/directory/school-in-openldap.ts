/**
 * The people of the conformance suites as OpenLDAP has them with the schemas that come with it: inetOrgPerson and posixAccount (RFC
 * 2798, RFC 2307), groupOfNames (RFC 4519).
 */
import type { ContactData, GroupData, UserData } from '../../../src/directory/data.js';
import { conformanceTree, entryNames } from '../../../src/testing/directory/tree.js';
import { inName, type LdifEntry } from './ldif.js';

export const LDAP_BASE = 'dc=school,dc=example';
export const LDAP_PEOPLE = `ou=People,${LDAP_BASE}`;
const GROUPS = `ou=Groups,${LDAP_BASE}`;
/** Where users and groups are: another server has a part of what is below the base. */
export const PLACES = { usersBase: LDAP_PEOPLE, groupsBase: GROUPS };
/** Whom the mail system searches as. */
export const SEARCHER = { dn: `cn=mailsystem,${LDAP_BASE}`, password: 'Search-Pass.1' };
/** A reference to another server, in the tree itself (RFC 3296). */
export const REFERRED_BASE = `ou=Elsewhere,${LDAP_BASE}`;

export const ldapUserDn = (login: string): string => `cn=${inName(entryNames[login] ?? login)},${LDAP_PEOPLE}`;
/** By another attribute where the entry is not called as the group is: of several names the one in the entry's counts. */
const groupDn = (name: string): string => {
  const other = entryNames[name];
  return other === undefined ? `cn=${inName(name)},${GROUPS}` : `ou=${inName(other)},${GROUPS}`;
};

function user({ login, displayName, addresses = [], password, posix }: UserData): LdifEntry {
  const attributes: LdifEntry['attributes'] = {
    objectClass: ['inetOrgPerson', 'posixAccount'],
    sn: login,
    uid: login,
    displayName,
    mail: addresses,
    // In plain, as slapd takes it too.
    userPassword: password === undefined ? undefined : password,
    uidNumber: String(posix?.uid),
    gidNumber: String(posix?.gid),
    homeDirectory: posix?.home,
    loginShell: posix?.shell,
  };
  return { dn: ldapUserDn(login), attributes };
}

/** Without a login. */
function contact({ id, displayName, addresses = [] }: ContactData): LdifEntry {
  return { dn: ldapUserDn(id), attributes: { objectClass: 'inetOrgPerson', sn: id, displayName, mail: addresses } };
}

/** extensibleObject (RFC 4512 section 4.3): a group of names has neither addresses nor numbers of its own. */
function group({ name, addresses = [], users = [], groups = [], contacts = [], gid }: GroupData): LdifEntry {
  const members = [...users.map(ldapUserDn), ...contacts.map(ldapUserDn), ...groups.map(groupDn)];
  const attributes: LdifEntry['attributes'] = {
    objectClass: ['groupOfNames', 'extensibleObject'],
    cn: name,
    mail: addresses,
    gidNumber: gid === undefined ? undefined : String(gid),
    // It must have a member: one that is gone.
    member: members.length > 0 ? members : `cn=gone,${LDAP_PEOPLE}`,
  };
  return { dn: groupDn(name), attributes };
}

/** `elsewhere`: the server that the reference leads to. */
export function schoolInOpenLdap(elsewhere: string): readonly LdifEntry[] {
  const unit = (dn: string): LdifEntry => ({ dn, attributes: { objectClass: 'organizationalUnit' } });
  return [
    { dn: LDAP_BASE, attributes: { objectClass: ['dcObject', 'organization'], o: 'School' } },
    unit(LDAP_PEOPLE),
    unit(GROUPS),
    {
      dn: SEARCHER.dn,
      attributes: { objectClass: ['applicationProcess', 'simpleSecurityObject'], userPassword: SEARCHER.password },
    },
    {
      dn: REFERRED_BASE,
      attributes: { objectClass: ['referral', 'extensibleObject'], ref: `${elsewhere}/${REFERRED_BASE}` },
    },
    ...conformanceTree.users.map(user),
    ...conformanceTree.contacts.map(contact),
    ...conformanceTree.groups.map(group),
  ];
}
