/**
 * The people of the conformance suites in Active Directory's form, and beside them what only Active Directory has: an account in
 * every state, groups that are quotas, a group for the benches.
 */
import type { ContactData, GroupData, UserData } from '../../../src/directory/data.js';
import { conformanceTree, entryNames } from '../../../src/testing/directory/tree.js';
import { inName, type LdifEntry, unicodePwd } from './ldif.js';

export const AD_BASE = 'DC=school,DC=example';
const PEOPLE = `OU=People,${AD_BASE}`;
const GROUPS = `OU=Groups,${AD_BASE}`;
/** Of the accounts that only Active Directory has. */
export const PASSWORD = 'Pupil-Pass.1';

/** Flags of userAccountControl ([MS-ADTS] section 2.2.16). */
const DISABLED = 0x2;
const NO_PASSWORD_NEEDED = 0x20;
const NORMAL = 0x200;
/** Wrong passwords after which the account of grace is locked. */
export const LOCKOUT_AFTER = 3;
/** Of a global group that gives no rights ([MS-ADTS] section 2.2.12). */
const DISTRIBUTION = '2';
/** 100 ns since 1601: in 2019. */
export const LONG_AGO = '132000000000000000';

type Attributes = LdifEntry['attributes'];

export const userDn = (login: string): string => `CN=${inName(entryNames[login] ?? login)},${PEOPLE}`;
export const groupDn = (name: string): string => `CN=${inName(entryNames[name] ?? name)},${GROUPS}`;

/** `more` replaces what is made of `data`. */
function user(data: UserData, more: Attributes = {}): LdifEntry {
  const { login, addresses = [], password, posix, state, refusal } = data;
  const control = NORMAL | (state === 'disabled' ? DISABLED : 0) | (password === undefined ? NO_PASSWORD_NEEDED : 0);
  const attributes: Attributes = {
    objectClass: 'user',
    sAMAccountName: login,
    userPrincipalName: password === undefined ? undefined : `${login}@school.example`,
    displayName: data.displayName,
    ...addressAttributes(addresses),
    userAccountControl: String(control),
    unicodePwd: password === undefined ? undefined : unicodePwd(password),
    accountExpires: state === 'expired' ? LONG_AGO : undefined,
    pwdLastSet: refusal === 'must-change-password' ? '0' : undefined,
    uidNumber: posix && String(posix.uid),
    gidNumber: posix && String(posix.gid),
    unixHomeDirectory: posix?.home,
    loginShell: posix?.shell,
    ...more,
  };
  return { dn: userDn(login), attributes };
}

function contact({ id, displayName, addresses = [] }: ContactData): LdifEntry {
  return { dn: userDn(id), attributes: { objectClass: 'contact', displayName, ...addressAttributes(addresses) } };
}

/** Exchange: the type in upper case marks the primary address. */
function addressAttributes([first, ...others]: readonly string[]): Attributes {
  if (others.length === 0) return { mail: first };
  return { mail: first, proxyAddresses: [...others.map((one) => `smtp:${one}`), `SMTP:${first}`, 'x400:c=xx'] };
}

/** Without its groups, which may be in a circle: `nesting`. */
function group({ name, addresses = [], users = [], contacts = [], gid }: GroupData, more: Attributes = {}): LdifEntry {
  const members = [...users, ...contacts].map(userDn);
  const gidNumber = gid === undefined ? undefined : String(gid);
  const attributes = { objectClass: 'group', sAMAccountName: name, ...addressAttributes(addresses), gidNumber };
  return { dn: groupDn(name), attributes: { ...attributes, member: members, ...more } };
}

export interface Nesting {
  readonly dn: string;
  readonly members: readonly string[];
}

const active = (login: string): UserData => ({ login, addresses: [`${login}@school.example`], password: PASSWORD });

const further: readonly LdifEntry[] = [
  // Whom the mail system searches as: an ordinary account.
  user({ login: 'mailsystem', password: PASSWORD }),
  user(active('grace')),
  user(active('heidi'), { logonHours: new Uint8Array(21) }),
  user(active('ivan')),
  user(active('quinn')),
  group({ name: 'HardQuota7500', users: ['quinn'] }),
  group({ name: 'HardQuota20000' }),
  // For mail alone: in no token.
  group({ name: 'Newsletter', users: ['quinn'] }, { groupType: DISTRIBUTION }),
  group({ name: 'All News' }, { groupType: DISTRIBUTION, member: groupDn('Newsletter') }),
  group({ name: 'Two Hundred', users: (conformanceTree.groups.find(isBig)?.users ?? []).slice(0, 200) }),
];

function isBig({ users = [] }: GroupData): boolean {
  return users.length >= 2000;
}

/** A policy for one account alone: the suites try wrong passwords of the others by the dozen. Times in 100 ns, negative. */
const lockout: LdifEntry = {
  dn: `CN=Lockout,CN=Password Settings Container,CN=System,${AD_BASE}`,
  attributes: {
    objectClass: 'msDS-PasswordSettings',
    'msDS-PasswordSettingsPrecedence': '1',
    'msDS-PasswordReversibleEncryptionEnabled': 'FALSE',
    'msDS-PasswordHistoryLength': '0',
    'msDS-PasswordComplexityEnabled': 'TRUE',
    'msDS-MinimumPasswordLength': '7',
    'msDS-MinimumPasswordAge': '0',
    'msDS-MaximumPasswordAge': '-9223372036854775808',
    'msDS-LockoutThreshold': String(LOCKOUT_AFTER),
    'msDS-LockoutObservationWindow': '-18000000000',
    'msDS-LockoutDuration': '-18000000000',
    'msDS-PSOAppliesTo': userDn('grace'),
  },
};

/** Every entry in the order in which it can be added. */
export const schoolInAd: readonly LdifEntry[] = [
  ...[PEOPLE, GROUPS].map((dn) => ({ dn, attributes: { objectClass: 'organizationalUnit' } })),
  ...conformanceTree.users.map((one) => user(one)),
  ...conformanceTree.contacts.map(contact),
  ...conformanceTree.groups.map((one) => group(one)),
  ...further,
  lockout,
];

/** Groups in groups, to be added when all are there. */
export const nestingInAd: readonly Nesting[] = conformanceTree.groups.flatMap(({ name, groups = [] }) =>
  groups.length === 0 ? [] : [{ dn: groupDn(name), members: groups.map(groupDn) }],
);
