/** The users, groups and contacts of a directory in memory, checked and indexed: what is wrong with them is found at once, all of it. */
import type { DirectoryContact, DirectoryGroup, DirectoryMember, DirectoryUser } from '../ports/directory.js';
import { foldedKey, type Mailbox } from '../values/address.js';
import { excerpt } from '../values/characters.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import { parseMailbox } from '../values/mailbox.js';
import type { ContactData, DirectoryData, GroupData, UserData } from './data.js';
import { foldName, LONGEST_NAME } from './fold.js';

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
  readonly usersByAddress: ReadonlyMap<string, readonly DirectoryUser[]>;
  readonly groupsByName: ReadonlyMap<string, IndexedGroup>;
  readonly groupsById: ReadonlyMap<string, IndexedGroup>;
  readonly groupsByAddress: ReadonlyMap<string, readonly IndexedGroup[]>;
  readonly groupsOfMember: ReadonlyMap<DirectoryMember, ReadonlySet<IndexedGroup>>;
  /** What each was made of: password, refusal. */
  readonly logins: ReadonlyMap<DirectoryUser, UserData>;
}

/** Throws ConfigurationError `directory`. Everything in it that is given away is frozen. */
export function indexDirectory(data: DirectoryData, sharedAddresses: boolean): DirectoryIndex {
  const problems = new Problems();
  const { users, groups = [], contacts = [] } = data;
  const byLogin = byName('user', users, (user) => user.login, problems);
  const byGroupName = byName('group', groups, (group) => group.name, problems);
  const byContactId = byName('contact', contacts, (contact) => contact.id, problems);
  const usersByLogin = mapped(byLogin, (user) => userOf(user, problems));
  const groupsByName = mapped(byGroupName, (group) => indexed(groupOf(group, problems)));
  const contactsById = mapped(byContactId, (contact) => contactOf(contact, problems));
  const logins = new Map([...usersByLogin].map(([key, user]) => [user, byLogin.get(key) as UserData]));
  for (const [key, group] of groupsByName) {
    joinMembers(group, byGroupName.get(key) as GroupData, { usersByLogin, groupsByName, contactsById }, problems);
  }
  addPrimaryGroups(usersByLogin, groupsByName);
  const usersByAddress = byAddress(usersByLogin.values(), (user) => user.addresses);
  const groupsByAddress = byAddress(groupsByName.values(), ({ group }) => group.addresses);
  if (!sharedAddresses) checkAddresses(usersByAddress, groupsByAddress, logins, problems);
  const usersById = byId('user', usersByLogin.values(), (user) => user.id, problems);
  const groupsById = byId('group', groupsByName.values(), ({ group }) => group.id, problems);
  problems.throwIfAny();
  return {
    usersByLogin,
    usersById,
    usersByAddress,
    groupsByName,
    groupsById,
    groupsByAddress,
    groupsOfMember: groupsOfMembers(groupsByName.values()),
    logins,
  };
}

interface Named {
  readonly usersByLogin: ReadonlyMap<string, DirectoryUser>;
  readonly groupsByName: ReadonlyMap<string, IndexedGroup>;
  readonly contactsById: ReadonlyMap<string, DirectoryContact>;
}

function joinMembers(group: IndexedGroup, data: GroupData, all: Named, problems: Problems): void {
  const each = <T>(names: readonly string[] = [], map: ReadonlyMap<string, T>, kind: string): readonly T[] =>
    names.flatMap((name) => {
      const one = map.get(foldName(name) ?? '');
      if (one !== undefined) return [one];
      const message = `group ${excerpt(data.name)} has a member that is no ${kind}`;
      problems.add('no-such-member', message, name, data.source);
      return [];
    });
  for (const user of each(data.users, all.usersByLogin, 'user')) group.direct.add(user);
  for (const contact of each(data.contacts, all.contactsById, 'contact')) group.direct.add(contact);
  for (const inner of each(data.groups, all.groupsByName, 'group')) {
    group.groups.add(inner);
    inner.within.add(group);
  }
}

class Problems {
  readonly #all: Problem[] = [];

  add(code: string, message: string, text: string, source: Problem['source']): void {
    const construct = excerpt(text).slice(1, -1);
    this.#all.push({ code, message, construct, ...(source === undefined ? {} : { source }) });
  }

  throwIfAny(): void {
    if (this.#all.length > 0) throw new ConfigurationError('directory', this.#all);
  }
}

/** By folded name; of two with one name the first. */
function byName<T extends { readonly source?: Problem['source'] }>(
  kind: string,
  all: readonly T[],
  nameOf: (one: T) => string,
  problems: Problems,
): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const one of all) {
    const name = nameOf(one);
    const key = foldName(name);
    if (key === undefined) {
      const expected = `a ${kind} has a name of 1 to ${LONGEST_NAME} characters without control characters`;
      problems.add('bad-name', expected, name, one.source);
    } else if (map.has(key)) {
      problems.add('duplicate-name', `another ${kind} has this name, of whatever letter case`, name, one.source);
    } else map.set(key, one);
  }
  return map;
}

function mapped<T, U>(map: ReadonlyMap<string, T>, make: (one: T) => U): ReadonlyMap<string, U> {
  return new Map([...map].map(([key, one]) => [key, make(one)]));
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
function addPrimaryGroups(users: ReadonlyMap<string, DirectoryUser>, groups: ReadonlyMap<string, IndexedGroup>): void {
  const byGid = new Map<number, IndexedGroup[]>();
  for (const group of groups.values()) {
    if (group.group.gid === undefined) continue;
    const there = byGid.get(group.group.gid);
    if (there === undefined) byGid.set(group.group.gid, [group]);
    else there.push(group);
  }
  for (const user of users.values()) {
    for (const group of byGid.get(user.posix?.gid ?? -1) ?? []) group.direct.add(user);
  }
}

function byAddress<T>(
  all: Iterable<T>,
  addressesOf: (one: T) => readonly Mailbox[],
): ReadonlyMap<string, readonly T[]> {
  const map = new Map<string, T[]>();
  for (const one of all) {
    for (const address of addressesOf(one)) {
      const there = map.get(foldedKey(address));
      if (there === undefined) map.set(foldedKey(address), [one]);
      else there.push(one);
    }
  }
  return map;
}

function checkAddresses(
  users: ReadonlyMap<string, readonly DirectoryUser[]>,
  groups: ReadonlyMap<string, readonly IndexedGroup[]>,
  logins: ReadonlyMap<DirectoryUser, UserData>,
  problems: Problems,
): void {
  for (const address of new Set([...users.keys(), ...groups.keys()])) {
    const owners = users.get(address) ?? [];
    const names = [
      ...owners.map(({ login }) => `user ${excerpt(login)}`),
      ...(groups.get(address) ?? []).map(({ group }) => `group ${excerpt(group.name)}`),
    ];
    if (names.length < 2) continue;
    const [, second = owners[0]] = owners;
    const source = second === undefined ? undefined : logins.get(second)?.source;
    problems.add('shared-address', `one address of ${names.slice(0, 3).join(' and ')}`, address, source);
  }
}

function byId<T>(kind: string, all: Iterable<T>, idOf: (one: T) => string, problems: Problems): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const one of all) {
    if (map.has(idOf(one))) problems.add('duplicate-id', `another ${kind} has this id`, idOf(one), undefined);
    map.set(idOf(one), one);
  }
  return map;
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
