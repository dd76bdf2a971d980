/**
 * Every user and contact in a group, through other groups too. The groups' own lists of members are what counts: whoever may read a
 * group reads all of them, while `memberOf` of users may be hidden, and would then be a list without an error that lacks people. Names
 * are read many at a time; groups among them come with their own members, so that a level of nesting takes one round of searches.
 * Who has the group as the primary one is in no list and is asked for besides.
 */
import { groupOf, memberOf, textsIn } from '../../directory/entries.js';
import { ridOf } from '../../directory/sid.js';
import type { DirectoryGroup, DirectoryMember } from '../../ports/directory.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { type Answer, cannotTell, notFound } from '../../values/answer.js';
import { escapeFilterValue } from '../../values/ldap-names.js';
import { inBatches, NAMES_AT_ONCE } from './batches.js';
import { allOf, anyOf } from './filters.js';
import { entriesBelow, entryNamed, type Inquiry } from './inquiry.js';
import { entriesNamed } from './named.js';
import { permitted } from './permitted.js';

export async function membersOf(inquiry: Inquiry, group: DirectoryGroup): Promise<Answer<readonly DirectoryMember[]>> {
  const { schema } = inquiry.place;
  const start = await entryNamed(inquiry, group.id, schema.memberAttributes);
  if (start.kind !== 'found') return start;
  if (groupOf(start.value, schema.entries) === undefined) return notFound('it is no group');
  const tree: Tree = { people: new Map(), terms: new Set(), names: new Set(), entries: new Set(), groups: 0 };
  const fault = (await walked(inquiry, tree, start.value)) ?? (await withUsers(inquiry, tree)) ?? excess(inquiry, tree);
  return fault ?? permitted(inquiry, [...tree.people.values()]);
}

/** What has been seen so far. */
interface Tree {
  /** By names of entries. */
  readonly people: Map<string, DirectoryMember>;
  /** Filters for users who are members without being named: by login, or by the primary group. */
  readonly terms: Set<string>;
  /** As they are spelt: two are never taken for one. */
  readonly names: Set<string>;
  /** Names of entries: one that is spelt in two ways is looked at once. */
  readonly entries: Set<string>;
  groups: number;
}

/** Level by level, each name read once: loops end. Undefined: all of it. */
async function walked(inquiry: Inquiry, tree: Tree, start: LdapEntry): Promise<Answer<never> | undefined> {
  let level: readonly LdapEntry[] = [start];
  while (level.length > 0) {
    const names = level.flatMap((entry) => namesIn(inquiry, tree, entry)).filter((name) => isNew(tree.names, name));
    const fault = excess(inquiry, tree);
    if (fault !== undefined) return fault;
    const next = await entriesNamed(inquiry, names, inquiry.place.schema.memberAttributes);
    if (next.kind !== 'found') return next;
    level = next.value;
  }
  return undefined;
}

/** Names that a group has as members. A person is put into the tree, and has none. */
function namesIn(inquiry: Inquiry, tree: Tree, entry: LdapEntry): readonly string[] {
  const { place, settings } = inquiry;
  const { entries: schema } = place.schema;
  if (!isNew(tree.entries, entry.dn)) return [];
  const person = memberOf(entry, schema, settings.now());
  if (person !== undefined) tree.people.set(person.id, person);
  const group = person === undefined ? groupOf(entry, schema) : undefined;
  if (group === undefined) return [];
  tree.groups++;
  const logins = schema.memberLogins.flatMap((attribute) => textsIn(entry, attribute));
  for (const term of [...primaryTerms(inquiry, group), ...logins.flatMap((name) => loginTerms(inquiry, name))]) {
    tree.terms.add(term);
  }
  return schema.memberNames.flatMap((attribute) => textsIn(entry, attribute));
}

/** Which users have the group as their primary one: by RID in Active Directory, whose built-in groups are nobody's; else by number. */
function primaryTerms({ place }: Inquiry, { sid, gid }: DirectoryGroup): readonly string[] {
  if (place.schema.kind === 'rfc2307') return gid === undefined ? [] : [`(gidNumber=${gid})`];
  const rid = sid?.startsWith('S-1-5-21-') ? ridOf(sid) : undefined;
  return rid === undefined ? [] : [`(primaryGroupID=${rid})`];
}

function loginTerms({ place }: Inquiry, name: string): readonly string[] {
  return place.schema.entries.login.map((attribute) => `(${attribute}=${escapeFilterValue(name)})`);
}

/** Undefined: all of them are in the tree. */
async function withUsers(inquiry: Inquiry, { people, terms }: Tree): Promise<Answer<never> | undefined> {
  const { place, settings } = inquiry;
  const { schema, usersBase: base } = place;
  const users = await inBatches([...terms], NAMES_AT_ONCE, (batch) => {
    const filter = allOf(anyOf(batch), schema.userFilter);
    return entriesBelow(inquiry, { base, filter, attributes: schema.userAttributes });
  });
  if (users.kind !== 'found') return users;
  for (const entry of users.value) {
    const person = memberOf(entry, schema.entries, settings.now());
    if (person?.kind === 'user') people.set(person.id, person);
  }
  return undefined;
}

/** Too much. Names and logins (of which two filters may be made) are counted before they are read. */
function excess({ service, settings }: Inquiry, { people, names, terms, groups }: Tree): Answer<never> | undefined {
  const { maxGroups, maxMembers } = settings;
  const fault =
    groups > maxGroups
      ? `${maxGroups} groups`
      : people.size > maxMembers || Math.max(names.size, terms.size / 2) > maxMembers + maxGroups
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
