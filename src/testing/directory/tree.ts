/**
 * The people of the conformance suites: who makes an adapter for them loads all of this into what is behind it. Where
 * the entry of a user or group has a name of its own (a distinguished name), that is `entryNames`, else the login or
 * name: there every character of RFC 4514 that needs an escape comes up. Logins and passwords are such as Active
 * Directory takes too.
 */
import type { ContactData, DirectoryData, GroupData, UserData } from '../../directory/data.js';

const DOMAIN = 'school.example';
const BIG = 2000;
const DEEP = 20;
/** gid number of the group Staff, which is the primary group of `silent`. */
const STAFF = 14_000;

/** The first address is always the login at school.example, where it can be. Passwords that are left out: none that is
 * known. */
const people: readonly Omit<UserData, 'posix'>[] = [
  {
    login: 'alice',
    displayName: 'Alice Liddell',
    addresses: [`alice@${DOMAIN}`, `A.Liddell@${DOMAIN}`, 'liddell@old.school.example'],
    password: 'Curious-Rabbit.1',
  },
  { login: 'bob', displayName: 'Bob', addresses: [`bob@${DOMAIN}`], password: 'Patient-Turtle.2' },
  { login: 'Carol', displayName: 'Carol Ann', addresses: [`carol@${DOMAIN}`], password: 'Morning-Gryphon.3' },
  { login: 'dave', addresses: [`dave@${DOMAIN}`], password: 'Sleepy-Dormouse.4', state: 'disabled' },
  { login: 'erin', addresses: [`erin@${DOMAIN}`], password: 'Velvet-Lobster.5', refusal: 'must-change-password' },
  { login: 'frank', addresses: [`frank@${DOMAIN}`], password: 'Former-Walrus.6', state: 'expired' },
  {
    login: 'jmüller',
    displayName: 'Müller, Jürgen "Jr." (5a)',
    addresses: [`juergen.mueller@${DOMAIN}`],
    password: 'Grüner-Schlüssel.7',
  },
  {
    login: "o'neill",
    displayName: "Shane O'Neill",
    addresses: [`o'neill@${DOMAIN}`],
    password: `Sp ace:"q"\\{x}*)(&$1.8`,
  },
  { login: 'silent', password: 'Without-Address.9' },
  { login: 'twin1', addresses: [`twin1@${DOMAIN}`, `twins@${DOMAIN}`], password: 'Tweedle-First.10' },
  { login: 'twin2', addresses: [`twin2@${DOMAIN}`, `Twins@${DOMAIN}`], password: 'Tweedle-Second.11' },
  // Mallory has no password: nobody logs in as her.
  { login: 'mallory', addresses: [`mallory@${DOMAIN}`] },
];

/** Of the big group. */
const pupils: readonly Omit<UserData, 'posix'>[] = Array.from({ length: BIG }, (_, i) => {
  const login = `pupil${String(i).padStart(4, '0')}`;
  return { login, addresses: [`${login}@${DOMAIN}`] };
});

const contacts: readonly ContactData[] = [
  { id: 'parent', displayName: 'Parent of Alice', addresses: ['parent@far.example'] },
  { id: 'fax', displayName: 'The Fax (without address)' },
];

/** LoopA has LoopB, which has LoopC, which has LoopA. Deep00 has Deep01, which has Deep02 ... the last has alice. */
const named: readonly GroupData[] = [
  { name: 'Class5a', addresses: [`class5a@${DOMAIN}`, `5A@${DOMAIN}`], users: ['alice', 'bob', 'jmüller'] },
  { name: 'Class5b', addresses: [`class5b@${DOMAIN}`], users: ['Carol', 'dave', "o'neill"] },
  { name: 'Year5', addresses: [`year5@${DOMAIN}`], groups: ['Class5a', 'Class5b'] },
  { name: 'School', users: ['alice', 'frank'], groups: ['Year5', 'Class5a'], contacts: ['parent'] },
  { name: 'Parents', addresses: [`parents@${DOMAIN}`], contacts: ['parent', 'fax'] },
  { name: 'LoopA', users: ['bob'], groups: ['LoopB'] },
  { name: 'LoopB', users: ['Carol'], groups: ['LoopC'] },
  { name: 'LoopC', groups: ['LoopA'] },
  { name: 'Klasse Süd (5a)', users: ['jmüller', 'bob'] },
  { name: 'Nobody-At-All' },
  { name: 'Staff', users: ['bob'], gid: STAFF },
  { name: 'BigGroup', addresses: [`everyone@${DOMAIN}`], users: pupils.map(({ login }) => login) },
  { name: 'AroundBigGroup', users: ['bob'], groups: ['BigGroup'] },
];

const deep: readonly GroupData[] = Array.from({ length: DEEP }, (_, i) => ({
  name: deepName(i),
  ...(i === DEEP - 1 ? { users: ['alice'] } : { groups: [deepName(i + 1)] }),
}));

function deepName(i: number): string {
  return `Deep${String(i).padStart(2, '0')}`;
}

/** Who has a password has a principal, the login at school.example, which is not always an address. uid numbers count
 * from 10000 in the order of the list, gid numbers of groups from 15000. The gid of a user is his uid, and no group has
 * it; but that of `silent` is Staff. */
export const conformanceTree: Required<DirectoryData> = {
  users: [...people, ...pupils].map((user, i) => ({
    ...user,
    ...(user.password === undefined ? {} : { principal: `${user.login}@${DOMAIN}` }),
    posix: posix(user.login, 10_000 + i),
  })),
  groups: [...named, ...deep].map((group, i) => ({ gid: 15_000 + i, ...group })),
  contacts,
};

function posix(login: string, uid: number): NonNullable<UserData['posix']> {
  return { uid, gid: login === 'silent' ? STAFF : uid, home: `/home/${login}`, shell: '/bin/sh' };
}

/** Common names of entries that are called otherwise than by login or name. */
export const entryNames: Readonly<Record<string, string>> = {
  jmüller: 'Müller, Jürgen "Jr." (5a)',
  "o'neill": "#O'Neill <o+n>; a=b \\ *",
  'Klasse Süd (5a)': 'Eltern, "5a" \\ (Süd) + #1*',
};
