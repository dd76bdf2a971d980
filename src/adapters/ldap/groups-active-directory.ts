/**
 * Every group of a user of Active Directory. `tokenGroups` ([MS-ADTS] section 3.1.1.4.5.19) names the security groups
 * in one look-up, nested ones, the primary one and built-in ones too. Distribution groups, which mail is about, are not
 * in it: for them `memberOf` is followed, of the user and then of every group that is new. Groups are remembered, so
 * that this mostly costs no further search.
 *
 * An ordinary account may read what groups are members of, and often not what users are: where the user shows no
 * `memberOf`, the groups are asked who has the user as a member.
 */

import { dnKey } from '../../directory/dn-key.js';
import { groupOf, textsIn } from '../../directory/entries.js';
import { domainOfSid, parseSid, sidBytes } from '../../directory/sid.js';
import type { DirectoryGroup, DirectoryUser } from '../../ports/directory.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { escapeFilterValue } from '../../values/ldap-names.js';
import { inBatches, NAMES_AT_ONCE } from './batches.js';
import { allOf, anyOf } from './filters.js';
import type { KnownGroup } from './group-memory.js';
import { entriesBelow, type Inquiry, ownEntry } from './inquiry.js';

export async function groupsByToken(inquiry: Inquiry, user: DirectoryUser): Promise<Answer<readonly DirectoryGroup[]>> {
  const entry = await ownEntry(inquiry, user.id, ['tokenGroups', 'memberOf', 'primaryGroupID', 'objectSid']);
  if (entry.kind !== 'found') return entry;
  const sids = securityGroups(entry.value);
  if (sids.length === 0) {
    return cannotTell(
      `${inquiry.service.name}: neither tokenGroups nor primaryGroupID of ${user.id} can be read`,
      false,
    );
  }
  const direct = await directGroups(inquiry, entry.value);
  return direct.kind === 'found' ? closure(inquiry, sids, direct.value) : direct;
}

/** Where the token cannot be read, the primary group alone: all others are found by name. */
function securityGroups(entry: LdapEntry): readonly string[] {
  const token = sidsIn(entry, 'tokengroups');
  if (token.length > 0) return token;
  const domain = sidsIn(entry, 'objectsid').map(domainOfSid)[0];
  const [primary] = textsIn(entry, 'primarygroupid');
  return domain === undefined || primary === undefined ? [] : [`${domain}-${primary}`];
}

function sidsIn(entry: LdapEntry, attribute: string): readonly string[] {
  return (entry.attributes.get(attribute) ?? []).flatMap((value) => {
    const sid = parseSid(value);
    return sid.kind === 'parsed' ? [sid.value] : [];
  });
}

async function directGroups(inquiry: Inquiry, entry: LdapEntry): Promise<Answer<readonly string[]>> {
  const shown = textsIn(entry, 'memberof');
  if (shown.length > 0) return found(shown);
  const { schema, groupsBase: base } = inquiry.place;
  const filter = allOf(schema.groupFilter, `(member=${escapeFilterValue(entry.dn)})`);
  const groups = await entriesBelow(inquiry, { base, filter, attributes: ['objectClass'] });
  return groups.kind === 'found' ? found(groups.value.map(({ dn }) => dn)) : groups;
}

/** All of these groups and what they are in. Each group is read once, so loops end. */
async function closure(
  inquiry: Inquiry,
  sids: readonly string[],
  names: readonly string[],
): Promise<Answer<readonly DirectoryGroup[]>> {
  const { maxGroups } = inquiry.settings;
  const seen = new Set<string>();
  const groups = new Map<string, DirectoryGroup>();
  let next = sids;
  // Most direct groups are in the token too, and then known by name as well.
  let direct = names;
  while (next.length > 0) {
    for (const key of next) seen.add(keyOf(key));
    if (seen.size > 2 * maxGroups) return cannotTell(`${inquiry.service.name}: more than ${maxGroups} groups`, false);
    const known = await knownGroups(inquiry, next);
    if (known.kind !== 'found') return known;
    for (const { group } of known.value) if (group !== undefined) groups.set(group.id, group);
    for (const id of groups.keys()) seen.add(dnKey(id));
    const within = new Set([...direct, ...known.value.flatMap((one) => one.within)]);
    direct = [];
    next = [...within].filter((name) => !seen.has(dnKey(name)));
  }
  return found([...groups.values()]);
}

function keyOf(sidOrName: string): string {
  return sidOrName.startsWith('S-1-') ? sidOrName : dnKey(sidOrName);
}

/** By security identifier or name. From memory, and the others with as few searches as may be. */
async function knownGroups(inquiry: Inquiry, keys: readonly string[]): Promise<Answer<readonly KnownGroup[]>> {
  const { memory } = inquiry;
  const remembered = keys.map((key) => memory.get(keyOf(key)));
  const missing = keys.filter((_, i) => remembered[i] === undefined);
  const read = await inBatches(missing, NAMES_AT_ONCE, (batch) => readGroups(inquiry, batch));
  return read.kind === 'found' ? found([...remembered.filter((one) => one !== undefined), ...read.value]) : read;
}

async function readGroups(inquiry: Inquiry, keys: readonly string[]): Promise<Answer<readonly KnownGroup[]>> {
  const { place, memory } = inquiry;
  const { schema, groupsBase: base } = place;
  const terms = keys.map((key) => {
    const sid = sidBytes(key);
    if (sid.kind === 'parsed') return `(objectSid=${escapeFilterValue(sid.value)})`;
    return `(${schema.entryName}=${escapeFilterValue(key)})`;
  });
  const attributes = [...schema.groupAttributes, 'memberOf'];
  const sizeLimit = keys.length + 1;
  const entries = await entriesBelow(inquiry, { base, filter: anyOf(terms), attributes, sizeLimit });
  if (entries.kind !== 'found') return entries;
  const missing = new Set(keys.map(keyOf));
  const known = entries.value.map((entry): KnownGroup => {
    const group = groupOf(entry, schema.entries);
    const one = { group, within: textsIn(entry, 'memberof') };
    for (const key of [dnKey(entry.dn), group?.sid]) {
      if (key === undefined) continue;
      memory.set(key, one);
      missing.delete(key);
    }
    return one;
  });
  // Groups of other domains, and those that are not below the base.
  for (const key of missing) memory.set(key, NONE);
  return found(known);
}

const NONE: KnownGroup = { group: undefined, within: [] };
