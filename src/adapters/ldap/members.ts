/**
 * Every user and contact in a group, through other groups too. The groups' own lists of members are what counts:
 * whoever may read a group reads all of them, while `memberOf` of users may be hidden, and would then be a list without
 * an error that lacks people. Names are read many at a time; groups among them come with their own members, so that a
 * level of nesting takes one round of searches. Who has the group as the primary one is in no list and is asked for
 * besides.
 */
import { groupOf, textsIn } from '../../directory/entries.js';
import { foldName } from '../../directory/fold.js';
import { isOutside } from '../../directory/naming.js';
import { domainOfSid, ridOf } from '../../directory/sid.js';
import type { DirectoryGroup, DirectoryMember, DirectoryUser } from '../../ports/directory.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { type Answer, type CannotTell, cannotTell, notFound } from '../../values/answer.js';
import { escapeFilterValue } from '../../values/ldap-names.js';
import { inBatches, NAMES_AT_ONCE } from './batches.js';
import { allOf, anyOf } from './filters.js';
import { entriesBelow, type Inquiry, ownEntry } from './inquiry.js';
import { entriesNamed } from './named.js';
import { memberIn, unclearLogin, userIn } from './people.js';
import { permitted } from './permitted.js';

export async function membersOf(inquiry: Inquiry, group: DirectoryGroup): Promise<Answer<readonly DirectoryMember[]>> {
  const { schema } = inquiry.place;
  const start = await ownEntry(inquiry, group.id, schema.memberAttributes);
  if (start.kind !== 'found') return start;
  if (groupOf(start.value, schema.entries) === undefined) return notFound('it is no group');
  const tree: Tree = {
    people: new Map(),
    logins: new Set(),
    primary: new Map(),
    names: new Set(),
    entries: new Set(),
    groups: 0,
  };
  const fault = (await walked(inquiry, tree, start.value)) ?? (await withUsers(inquiry, tree)) ?? excess(inquiry, tree);
  return fault ?? permitted(inquiry, [...tree.people.values()]);
}

/** What has been seen so far. */
interface Tree {
  /** By names of entries. */
  readonly people: Map<string, DirectoryMember>;
  /** Of users who are members by their logins, folded. */
  readonly logins: Set<string>;
  /** Groups that may be the primary one of users: what users say of theirs, and the filter for it. */
  readonly primary: Map<string, string>;
  /** As they are spelt: two are never taken for one. */
  readonly names: Set<string>;
  /** Names of entries: one that is spelt in two ways is looked at once. */
  readonly entries: Set<string>;
  groups: number;
}

/** Level by level, each name read once: loops end. Undefined: all of it. */
async function walked(inquiry: Inquiry, tree: Tree, start: LdapEntry): Promise<Answer<never> | undefined> {
  const { base, usersBase, groupsBase } = inquiry.place;
  const isNobody = (name: string): boolean => [base, usersBase, groupsBase].every((one) => isOutside(name, one));
  let level: readonly LdapEntry[] = [start];
  while (level.length > 0) {
    const unreadable = level.map((entry) => garbled(inquiry, entry)).find((fault) => fault !== undefined);
    const unclear = unreadable ?? unclearLogin(inquiry, level);
    if (unclear !== undefined) return unclear;
    const names = level.flatMap((entry) => namesIn(inquiry, tree, entry)).filter((name) => isNew(tree.names, name));
    const fault = excess(inquiry, tree);
    if (fault !== undefined) return fault;
    const inside = names.filter((name) => !isNobody(name));
    const next = await entriesNamed(inquiry, inside, inquiry.place.schema.memberAttributes);
    if (next.kind !== 'found') return next;
    level = next.value.filter(({ dn }) => !isNobody(dn));
  }
  return undefined;
}

/** A group that has a member whose name cannot be read. */
function garbled({ service, place }: Inquiry, entry: LdapEntry): CannotTell | undefined {
  const { memberNames, memberLogins } = place.schema.entries;
  const attribute = [...memberNames, ...memberLogins].find(
    (name) => textsIn(entry, name).length !== (entry.attributes.get(name)?.length ?? 0),
  );
  if (attribute === undefined) return undefined;
  return cannotTell(`${service.name}: ${entry.dn} has a ${attribute} that is not UTF-8`, false);
}

/** Names that a group has as members. A person is put into the tree, and has none; nor has a group that does not
 * count. */
function namesIn(inquiry: Inquiry, tree: Tree, entry: LdapEntry): readonly string[] {
  const { schema, groupsBase } = inquiry.place;
  if (!isNew(tree.entries, entry.dn)) return [];
  const person = memberIn(inquiry, entry);
  if (person !== undefined) tree.people.set(person.id, person);
  const group = person === undefined ? groupOf(entry, schema.entries) : undefined;
  if (group === undefined || isOutside(entry.dn, groupsBase)) return [];
  tree.groups++;
  const primary = primaryOf(inquiry, group);
  if (primary !== undefined) tree.primary.set(primary.key, primary.term);
  for (const login of schema.entries.memberLogins.flatMap((attribute) => textsIn(entry, attribute))) {
    const folded = foldName(login);
    if (folded !== undefined) tree.logins.add(folded);
  }
  return schema.entries.memberNames.flatMap((attribute) => textsIn(entry, attribute));
}

/** Which users have the group as their primary one: by identifier in Active Directory, whose built-in groups are
 * nobody's; else by number. */
function primaryOf(
  { place }: Inquiry,
  { sid, gid }: DirectoryGroup,
): { readonly key: string; readonly term: string } | undefined {
  if (place.schema.kind === 'rfc2307')
    return gid === undefined ? undefined : { key: `${gid}`, term: `(gidNumber=${gid})` };
  const rid = sid?.startsWith('S-1-5-21-') ? ridOf(sid) : undefined;
  return sid === undefined || rid === undefined ? undefined : { key: sid, term: `(primaryGroupID=${rid})` };
}

/** As the key of `primaryOf`. Users of other domains have the same numbers for other groups. Undefined: the domain
 * cannot be read. */
function primaryGroupOf({ place }: Inquiry, user: DirectoryUser, entry: LdapEntry): string | undefined {
  if (place.schema.kind === 'rfc2307') return textsIn(entry, 'gidnumber').map((text) => `${Number(text)}`)[0] ?? '';
  const [rid] = textsIn(entry, 'primarygroupid');
  const domain = user.sid === undefined ? undefined : domainOfSid(user.sid);
  return rid === undefined ? '' : domain === undefined ? undefined : `${domain}-${rid}`;
}

/** Who is a member without being named. Undefined: all of them are in the tree. */
async function withUsers(inquiry: Inquiry, { people, logins, primary }: Tree): Promise<Answer<never> | undefined> {
  const { service, place, settings } = inquiry;
  const { schema, usersBase: base } = place;
  const attributes = schema.entries.login;
  const byLogin = [...logins].flatMap((login) => attributes.map((name) => `(${name}=${escapeFilterValue(login)})`));
  const users = await inBatches([...byLogin, ...new Set(primary.values())], NAMES_AT_ONCE, (batch) => {
    const filter = allOf(anyOf(batch), schema.userFilter, settings.usersFilter);
    return entriesBelow(inquiry, { base, filter, attributes: schema.userAttributes });
  });
  if (users.kind !== 'found') return users;
  const unclear = unclearLogin(inquiry, users.value);
  if (unclear !== undefined) return unclear;
  for (const entry of users.value) {
    const user = userIn(inquiry, entry);
    if (user === undefined) continue;
    const own = primaryGroupOf(inquiry, user, entry);
    if (own === undefined) return cannotTell(`${service.name}: the domain of ${user.id} cannot be read`, false);
    if (primary.has(own) || logins.has(foldName(user.login) ?? '')) people.set(user.id, user);
  }
  return undefined;
}

/** Too much. Names and logins are counted before they are read. */
function excess({ service, settings }: Inquiry, { people, names, logins, groups }: Tree): Answer<never> | undefined {
  const { maxGroups, maxMembers } = settings;
  const fault =
    groups > maxGroups
      ? `${maxGroups} groups`
      : people.size > maxMembers || Math.max(names.size, logins.size) > maxMembers + maxGroups
        ? `${maxMembers} members`
        : undefined;
  return fault === undefined
    ? undefined
    : cannotTell(`${service.name}: there are more than ${fault} in a group`, false);
}

function isNew(seen: Set<string>, name: string): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  return true;
}
