/**
 * Every group of a user where the directory does not tell by itself: the groups that have the user as a member, by name
 * (`member`, `uniqueMember`) or by login (`memberUid`), and the primary one; then the groups that have those as
 * members, level by level. Each group is asked for once, so loops end and the cost is linear in the groups of the user.
 */
import { groupOf } from '../../directory/entries.js';
import type { DirectoryGroup, DirectoryUser } from '../../ports/directory.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { escapeFilterValue } from '../../values/ldap-names.js';
import { inBatches, NAMES_AT_ONCE } from './batches.js';
import { allOf, anyOf } from './filters.js';
import { entriesBelow, type Inquiry, ownEntry } from './inquiry.js';

export async function groupsByWalking(
  inquiry: Inquiry,
  user: DirectoryUser,
): Promise<Answer<readonly DirectoryGroup[]>> {
  const entry = await ownEntry(inquiry, user.id, ['objectClass']);
  if (entry.kind !== 'found') return entry;
  const { service, settings, place } = inquiry;
  const groups = new Map<string, DirectoryGroup>();
  let terms: readonly string[] = [...ownTerms(inquiry, user), ...memberTerms(inquiry, user.id)];
  while (terms.length > 0) {
    const level = await groupsWith(inquiry, terms);
    if (level.kind !== 'found') return level;
    const fresh = new Map(level.value.filter(({ id }) => !groups.has(id)).map((group) => [group.id, group]));
    for (const [id, group] of fresh) groups.set(id, group);
    if (groups.size > settings.maxGroups) {
      return cannotTell(`${service.name}: ${user.id} is in more than ${settings.maxGroups} groups`, false);
    }
    terms =
      place.schema.entries.memberNames.length === 0 ? [] : [...fresh.keys()].flatMap((id) => memberTerms(inquiry, id));
  }
  return found([...groups.values()]);
}

/** What makes the user alone a member. */
function ownTerms(inquiry: Inquiry, { login, posix }: DirectoryUser): readonly string[] {
  const { memberLogins } = inquiry.place.schema.entries;
  const byLogin = memberLogins.map((attribute) => `(${attribute}=${escapeFilterValue(login)})`);
  return posix === undefined ? byLogin : [...byLogin, `(gidNumber=${posix.gid})`];
}

function memberTerms(inquiry: Inquiry, dn: string): readonly string[] {
  const value = escapeFilterValue(dn);
  return inquiry.place.schema.entries.memberNames.map((attribute) => `(${attribute}=${value})`);
}

function groupsWith(inquiry: Inquiry, terms: readonly string[]): Promise<Answer<readonly DirectoryGroup[]>> {
  const { schema, groupsBase: base } = inquiry.place;
  return inBatches(terms, NAMES_AT_ONCE, async (batch) => {
    const filter = allOf(schema.groupFilter, anyOf(batch));
    const entries = await entriesBelow(inquiry, { base, filter, attributes: schema.groupAttributes });
    return entries.kind === 'found'
      ? found(entries.value.flatMap((entry) => groupOf(entry, schema.entries) ?? []))
      : entries;
  });
}
