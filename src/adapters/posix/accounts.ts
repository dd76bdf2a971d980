/**
 * What the two files say, made ready to be asked. Where two lines have one name the first counts, as in the C library.
 */
import type { GroupEntry, PasswdEntry } from './lines.js';
import { pick } from './names.js';

export interface Accounts {
  readonly size: number;
  user(name: string): PasswdEntry | 'several' | undefined;
  group(name: string): GroupEntry | 'several' | undefined;
  groupsOf(user: PasswdEntry): readonly GroupEntry[];
  membersOf(group: GroupEntry): readonly PasswdEntry[];
}

export function accountsOf(passwd: readonly PasswdEntry[], group: readonly GroupEntry[]): Accounts {
  const users = firstOfEach(passwd);
  const groups = firstOfEach(joined(group));
  const usersByName = byKey([...users.values()], ({ name }) => [name.toLowerCase()]);
  const groupsByName = byKey([...groups.values()], ({ name }) => [name.toLowerCase()]);
  const usersByGid = byKey([...users.values()], ({ gid }) => [gid]);
  const groupsByGid = byKey([...groups.values()], ({ gid }) => [gid]);
  const groupsByMember = byKey([...groups.values()], ({ members }) => members);
  return {
    size: users.size,
    user: (name) => pick(usersByName.get(name.toLowerCase()) ?? [], name),
    group: (name) => pick(groupsByName.get(name.toLowerCase()) ?? [], name),
    groupsOf({ name, gid }) {
      const primary = groupsByGid.get(gid)?.slice(0, 1) ?? [];
      return [...new Set([...primary, ...(groupsByMember.get(name) ?? [])])];
    },
    membersOf({ gid, members }) {
      const named = members.flatMap((name) => users.get(name) ?? []);
      // Where two groups share an id, it is the first one's: see groupsOf.
      return [...new Set([...named, ...(usersByGid.get(gid) ?? [])])];
    },
  };
}

function firstOfEach<T extends { readonly name: string }>(entries: readonly T[]): ReadonlyMap<string, T> {
  const all = new Map<string, T>();
  for (const entry of entries) if (!all.has(entry.name)) all.set(entry.name, entry);
  return all;
}

/** A group of many members may have several lines, which initgroups(3) reads all. */
function joined(lines: readonly GroupEntry[]): readonly GroupEntry[] {
  const all = new Map<string, { name: string; gid: number; members: Set<string> }>();
  for (const { name, gid, members } of lines) {
    const known = all.get(name);
    if (known === undefined) all.set(name, { name, gid, members: new Set(members) });
    else if (known.gid === gid) for (const member of members) known.members.add(member);
  }
  return [...all.values()].map(({ name, gid, members }) => ({ name, gid, members: [...members] }));
}

function byKey<K, T>(entries: readonly T[], keysOf: (entry: T) => readonly K[]): ReadonlyMap<K, T[]> {
  const all = new Map<K, T[]>();
  for (const entry of entries) {
    for (const key of keysOf(entry)) {
      const there = all.get(key);
      if (there === undefined) all.set(key, [entry]);
      else there.push(entry);
    }
  }
  return all;
}
