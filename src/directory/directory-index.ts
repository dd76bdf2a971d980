/** The users, groups and contacts of a directory in memory, checked and indexed: what is wrong with them is found at
 * once, all of it. */
import type { DirectoryContact, DirectoryGroup, DirectoryMember, DirectoryUser } from '../ports/directory.js';
import { foldedKey, type Mailbox } from '../values/address.js';
import { excerpt } from '../values/characters.js';
import type { Problem } from '../values/errors.js';
import { parseMailbox } from '../values/mailbox.js';
import type { ContactData, DirectoryData, GroupData, UserData } from './data.js';
import { foldName } from './fold.js';
import { byId, byName, grouped, keyOf, mapped, Problems } from './keyed.js';

export interface IndexedGroup {
  readonly group: DirectoryGroup;
  readonly direct: Set<DirectoryMember>;
  /** The groups in it, and those that it is in. */
  readonly groups: Set<IndexedGroup>;
  readonly within: Set<IndexedGroup>;
}

export interface DirectoryIndex {
  readonly usersByLogin: ReadonlyMap<string, DirectoryUser>;
  readonly usersById: ReadonlyMap<string, DirectoryUser>;
  readonly usersByPrincipal: ReadonlyMap<string, DirectoryUser>;
  readonly usersByAddress: ReadonlyMap<string, readonly DirectoryUser[]>;
  /** In the order in which they were given. */
  readonly groups: readonly IndexedGroup[];
  readonly groupsByName: ReadonlyMap<string, readonly IndexedGroup[]>;
  readonly groupsById: ReadonlyMap<string, IndexedGroup>;
  readonly groupsByAddress: ReadonlyMap<string, readonly IndexedGroup[]>;
  readonly groupsOfMember: ReadonlyMap<DirectoryMember, ReadonlySet<IndexedGroup>>;
  /** What each was made of: password, refusal. */
  readonly logins: ReadonlyMap<DirectoryUser, UserData>;
}

export interface IndexOptions {
  readonly sharedAddresses: boolean;
  readonly sharedGroupNames: boolean;
}

/** Throws ConfigurationError `directory`. Everything in it that is given away is frozen. */
export function indexDirectory(data: DirectoryData, options: IndexOptions): DirectoryIndex {
  const problems = new Problems();
  const { users, groups: givenGroups = [], contacts = [] } = data;
  const byLogin = byName('user', users, (user) => user.login, problems);
  const groupsNamed = namedGroups(givenGroups, options.sharedGroupNames, problems);
  const byContactId = byName('contact', contacts, (contact) => contact.id, problems);
  const usersByLogin = mapped(byLogin, (user) => userOf(user, problems));
  const indexedGroups = new Map(groupsNamed.map((group) => [indexed(groupOf(group, problems)), group]));
  const groups = [...indexedGroups.keys()];
  const contactsById = mapped(byContactId, (contact) => contactOf(contact, problems));
  const logins = new Map([...usersByLogin].map(([key, user]) => [user, byLogin.get(key) as UserData]));
  const groupsByName = grouped(groups, ({ group }) => [foldName(group.name) ?? '']);
  const sourceOf = (group: IndexedGroup): Problem['source'] => indexedGroups.get(group)?.source;
  const usersById = byId(
    'user',
    [...usersByLogin.values()],
    (user) => user.id,
    (user) => logins.get(user)?.source,
    problems,
  );
  const groupsById = byId('group', groups, ({ group }) => group.id, sourceOf, problems);
  const all: Named = { usersByLogin, groupsByName, groupsById, contactsById };
  for (const [group, given] of indexedGroups) joinMembers(group, given, all, problems);
  addPrimaryGroups(usersByLogin, groups);
  const usersByAddress = grouped(usersByLogin.values(), (user) => user.addresses.map(foldedKey));
  const groupsByAddress = grouped(groups, ({ group }) => group.addresses.map(foldedKey));
  if (!options.sharedAddresses) checkAddresses(usersByAddress, groupsByAddress, logins, sourceOf, problems);
  const usersByPrincipal = byPrincipal(logins, problems);
  problems.throwIfAny();
  return {
    usersByLogin,
    usersById,
    usersByPrincipal,
    usersByAddress,
    groups,
    groupsByName,
    groupsById,
    groupsByAddress,
    groupsOfMember: groupsOfMembers(groups),
    logins,
  };
}

interface Named {
  readonly usersByLogin: ReadonlyMap<string, DirectoryUser>;
  readonly groupsByName: ReadonlyMap<string, readonly IndexedGroup[]>;
  readonly groupsById: ReadonlyMap<string, IndexedGroup>;
  readonly contactsById: ReadonlyMap<string, DirectoryContact>;
}

function joinMembers(group: IndexedGroup, data: GroupData, all: Named, problems: Problems): void {
  const each = <T>(
    names: readonly string[] = [],
    find: (name: string) => T | undefined,
    kind: string,
    sources: readonly Problem['source'][] = [],
  ): readonly T[] =>
    names.flatMap((name, i) => {
      const one = find(name);
      if (one !== undefined) return [one];
      const message = `group ${excerpt(data.name)} has a member that is no ${kind}`;
      problems.add('no-such-member', message, name, sources[i] ?? data.source);
      return [];
    });
  const { users, groups, contacts } = data.memberSources ?? {};
  const userNamed = (name: string): DirectoryUser | undefined => all.usersByLogin.get(foldName(name) ?? '');
  const contactNamed = (id: string): DirectoryContact | undefined => all.contactsById.get(foldName(id) ?? '');
  // A name that two have is none to name one by.
  const groupNamed = (name: string): IndexedGroup | undefined => {
    const [first, second] = all.groupsByName.get(foldName(name) ?? '') ?? [];
    return second === undefined ? first : undefined;
  };
  for (const user of each(data.users, userNamed, 'user', users)) group.direct.add(user);
  for (const contact of each(data.contacts, contactNamed, 'contact', contacts)) group.direct.add(contact);
  const inner = [
    ...each(data.groups, groupNamed, 'group', groups),
    ...each(data.groupIds, (id) => all.groupsById.get(id), 'group'),
  ];
  for (const one of inner) {
    group.groups.add(one);
    one.within.add(group);
  }
}

function namedGroups(groups: readonly GroupData[], shared: boolean, problems: Problems): readonly GroupData[] {
  if (!shared) return [...byName('group', groups, ({ name }) => name, problems).values()];
  return groups.filter(({ name, source }) => keyOf('group', name, source, problems) !== undefined);
}

function byPrincipal(
  logins: ReadonlyMap<DirectoryUser, UserData>,
  problems: Problems,
): ReadonlyMap<string, DirectoryUser> {
  const given = [...logins].flatMap(([user, { principal, source }]) =>
    principal === undefined ? [] : [{ user, principal, ...(source === undefined ? {} : { source }) }],
  );
  return mapped(
    byName('principal', given, ({ principal }) => principal, problems),
    ({ user }) => user,
  );
}

function userOf(user: UserData, problems: Problems): DirectoryUser {
  const { login, id = `user ${login}`, displayName, state = 'active', posix, source } = user;
  for (const number of [posix?.uid, posix?.gid]) checkNumber(number, login, source, problems);
  return Object.freeze({
    kind: 'user',
    id,
    login,
    displayName,
    addresses: mailboxesOf(user, login, problems),
    state,
    sid: sidOf(user, login, problems),
    posix: posix === undefined ? undefined : Object.freeze({ ...posix }),
  });
}

function groupOf(group: GroupData, problems: Problems): DirectoryGroup {
  const { name, id = `group ${name}`, gid, source } = group;
  checkNumber(gid, name, source, problems);
  const addresses = mailboxesOf(group, name, problems);
  return Object.freeze({ id, name, addresses, sid: sidOf(group, name, problems), gid });
}

function contactOf(contact: ContactData, problems: Problems): DirectoryContact {
  const { id, displayName } = contact;
  return Object.freeze({ kind: 'contact', id, displayName, addresses: mailboxesOf(contact, id, problems) });
}

function indexed(group: DirectoryGroup): IndexedGroup {
  return { group, direct: new Set(), groups: new Set(), within: new Set() };
}

type Addressed = UserData | GroupData | ContactData;

function mailboxesOf({ addresses = [], source }: Addressed, of: string, problems: Problems): readonly Mailbox[] {
  const mailboxes = new Map<string, Mailbox>();
  for (const text of addresses) {
    const answer = parseMailbox(text);
    if (answer.kind === 'malformed')
      problems.add('bad-address', `no address of ${excerpt(of)}: ${answer.why}`, text, source);
    else if (!mailboxes.has(foldedKey(answer.value))) mailboxes.set(foldedKey(answer.value), answer.value);
  }
  return Object.freeze([...mailboxes.values()].map((mailbox) => Object.freeze(mailbox)));
}

function sidOf({ sid, source }: UserData | GroupData, of: string, problems: Problems): string | undefined {
  if (sid === undefined || /^S-1(?:-[0-9]{1,15}){1,16}$/.test(sid)) return sid;
  problems.add('bad-sid', `${excerpt(of)}: expected S-1- and numbers`, sid, source);
  return undefined;
}

/** uid_t and gid_t, without the one that means none. */
const MOST_ID = 4_294_967_294;

function checkNumber(number: number | undefined, of: string, source: Problem['source'], problems: Problems): void {
  if (number === undefined || (Number.isInteger(number) && number >= 0 && number <= MOST_ID)) return;
  problems.add(
    'bad-number',
    `${excerpt(of)}: uid and gid are whole numbers from 0 to ${MOST_ID}`,
    String(number),
    source,
  );
}

/** passwd(5): the user is a member of the group that his gid names. */
function addPrimaryGroups(users: ReadonlyMap<string, DirectoryUser>, groups: readonly IndexedGroup[]): void {
  const byGid = grouped(groups, ({ group }) => (group.gid === undefined ? [] : [group.gid]));
  for (const user of users.values()) {
    for (const group of byGid.get(user.posix?.gid ?? -1) ?? []) group.direct.add(user);
  }
}

function checkAddresses(
  users: ReadonlyMap<string, readonly DirectoryUser[]>,
  groups: ReadonlyMap<string, readonly IndexedGroup[]>,
  logins: ReadonlyMap<DirectoryUser, UserData>,
  sourceOf: (group: IndexedGroup) => Problem['source'],
  problems: Problems,
): void {
  for (const address of new Set([...users.keys(), ...groups.keys()])) {
    const owners = [
      ...(users.get(address) ?? []).map((user) => [`user ${excerpt(user.login)}`, logins.get(user)?.source] as const),
      ...(groups.get(address) ?? []).map((one) => [`group ${excerpt(one.group.name)}`, sourceOf(one)] as const),
    ];
    const [, second] = owners;
    if (second === undefined) continue;
    const names = owners.slice(0, 3).map(([name]) => name);
    problems.add('shared-address', `one address of ${names.join(' and ')}`, address, second[1]);
  }
}

function groupsOfMembers(groups: Iterable<IndexedGroup>): ReadonlyMap<DirectoryMember, ReadonlySet<IndexedGroup>> {
  const map = new Map<DirectoryMember, Set<IndexedGroup>>();
  for (const group of groups) {
    for (const member of group.direct) {
      const there = map.get(member);
      if (there === undefined) map.set(member, new Set([group]));
      else there.add(group);
    }
  }
  return map;
}
