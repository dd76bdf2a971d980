/** What the tree says to a question, and how the cases ask it. */
import type { PortCall } from '../../core/stage.js';
import type { GroupData, UserData } from '../../directory/data.js';
import { foldName } from '../../directory/fold.js';
import { reachable } from '../../directory/nested.js';
import type { Directory, DirectoryGroup, DirectoryMember, DirectoryUser } from '../../ports/directory.js';
import { foldedKey, type Mailbox } from '../../values/address.js';
import type { Answer } from '../../values/answer.js';
import { mailboxOf } from '../builders.js';
import { folded, foundIn, patient } from './checks.js';
import { conformanceTree } from './tree.js';

/** What a kind of directory may be without; the cases on it are then not run, and the tree counts without it. */
export interface DirectoryAbilities {
  /** Groups in groups. */
  readonly nestedGroups: boolean;
  readonly contacts: boolean;
  /** The group that a user is in by his gid, or primaryGroupID. */
  readonly primaryGroups: boolean;
  readonly groupAddresses: boolean;
  /** Other addresses of users than the login at school.example. */
  readonly otherAddresses: boolean;
  readonly displayNames: boolean;
  /** `disabled` and `expired`. */
  readonly states: boolean;
  /** uid, gid, home and shell. */
  readonly posix: boolean;
  /** Finds users by what Active Directory calls userPrincipalName. Default false: other directories have none. */
  readonly principals: boolean;
}

export interface Asked {
  readonly directory: Directory;
  readonly has: DirectoryAbilities;
  readonly gone: {
    readonly user: (user: DirectoryUser) => DirectoryUser;
    readonly group: (group: DirectoryGroup) => DirectoryGroup;
  };
}

export interface Case {
  readonly needs?: readonly (keyof DirectoryAbilities)[];
  readonly run: (asked: Asked) => Promise<void>;
}

export const users: readonly UserData[] = conformanceTree.users;
export const groups: readonly GroupData[] = conformanceTree.groups;
const { contacts } = conformanceTree;
export const DOMAIN = 'school.example';

export async function userBy(directory: Directory, login: string): Promise<DirectoryUser> {
  return foundIn(await directory.findUser({ kind: 'login', login }, patient()), login);
}

export async function userAt(
  directory: Directory,
  address: string,
  call: PortCall = patient(),
): Promise<Answer<DirectoryUser>> {
  return directory.findUser({ kind: 'address', address: mailboxOf(address) }, call);
}

export async function groupBy(directory: Directory, name: string): Promise<DirectoryGroup> {
  return foundIn(await directory.findGroup({ kind: 'name', name }, patient()), name);
}

/** Names of the groups that the tree knows: there may be others, as Domain Users. */
export async function groupNames(directory: Directory, login: string): Promise<readonly string[]> {
  const user = await userBy(directory, login);
  const all = foundIn(await directory.groupsOf(user, patient()), `groups of ${login}`);
  const known = new Set(folded(groups.map(({ name }) => name)));
  return folded(all.map(({ name }) => name)).filter((name) => known.has(name));
}

/** Logins, and first addresses of contacts. */
export async function memberNames(directory: Directory, name: string): Promise<readonly string[]> {
  const all = foundIn(await directory.membersOf(await groupBy(directory, name), patient()), `members of ${name}`);
  return folded(all.map(memberName));
}

function memberName(member: DirectoryMember): string {
  return member.kind === 'user' ? member.login : (member.displayName ?? '');
}

function innerGroups(start: GroupData, has: DirectoryAbilities): ReadonlySet<GroupData> {
  if (!has.nestedGroups) return new Set([start]);
  return reachable([start], ({ groups: inner = [] }) => groups.filter(({ name }) => inner.includes(name)));
}

/** By ability and group: what the tree says does not change. */
const members = new WeakMap<DirectoryAbilities, Map<GroupData, readonly string[]>>();

export function expectedMembers(start: GroupData, has: DirectoryAbilities): readonly string[] {
  const known = members.get(has) ?? new Map<GroupData, readonly string[]>();
  members.set(has, known);
  const expected = known.get(start) ?? folded(membersIn(innerGroups(start, has), has));
  known.set(start, expected);
  return expected;
}

function membersIn(inner: ReadonlySet<GroupData>, has: DirectoryAbilities): ReadonlySet<string> {
  const names = new Set<string>();
  for (const group of inner) {
    for (const login of group.users ?? []) names.add(login);
    if (has.primaryGroups) for (const user of users) if (user.posix?.gid === group.gid) names.add(user.login);
    if (!has.contacts) continue;
    for (const id of group.contacts ?? []) names.add(contacts.find((one) => one.id === id)?.displayName ?? '');
  }
  return names;
}

export function expectedGroups(login: string, has: DirectoryAbilities): readonly string[] {
  const key = foldName(login) ?? '';
  return folded(groups.filter((group) => expectedMembers(group, has).includes(key)).map(({ name }) => name));
}

export function expectedAddresses(user: UserData, has: DirectoryAbilities): readonly string[] {
  const { addresses = [], login } = user;
  return has.otherAddresses ? addresses : addresses.filter((address) => address === `${login.toLowerCase()}@${DOMAIN}`);
}

export function keysOf(addresses: readonly Mailbox[]): readonly string[] {
  return addresses.map(foldedKey);
}

/** Everybody but most of the pupils. */
export const some: readonly UserData[] = users.filter((_, i) => i < 20 || i % 500 === 0);
