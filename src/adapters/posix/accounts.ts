/**
 * What the two files say, made ready to be asked. Where two lines have one name the first counts, as in the C library.
 */
import type { GroupEntry, PasswdEntry } from './lines.js';
import { pick } from './names.js';
import { type Steps, stepwise } from './steps.js';

export interface Accounts {
  readonly size: number;
  user(name: string): PasswdEntry | 'several' | undefined;
  group(name: string): GroupEntry | 'several' | undefined;
  groupsOf(user: PasswdEntry): readonly GroupEntry[];
  membersOf(group: GroupEntry): readonly PasswdEntry[];
}

export function* accountsOf(passwd: readonly PasswdEntry[], group: readonly GroupEntry[]): Steps<Accounts> {
  const users = yield* firstOfEach(passwd);
  const groups = yield* firstOfEach(yield* joined(group));
  const usersByName = yield* byKey(users.values(), ({ name }) => [name.toLowerCase()]);
  const groupsByName = yield* byKey(groups.values(), ({ name }) => [name.toLowerCase()]);
  const usersByGid = yield* byKey(users.values(), ({ gid }) => [gid]);
  const groupsByGid = yield* byKey(groups.values(), ({ gid }) => [gid]);
  const groupsByMember = yield* byKey(groups.values(), ({ members }) => members);
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

function* firstOfEach<T extends { readonly name: string }>(entries: readonly T[]): Steps<ReadonlyMap<string, T>> {
  const all = new Map<string, T>();
  yield* stepwise(entries, (entry) => {
    if (!all.has(entry.name)) all.set(entry.name, entry);
  });
  return all;
}

/** A group of many members may have several lines, which initgroups(3) reads all. */
function* joined(lines: readonly GroupEntry[]): Steps<readonly GroupEntry[]> {
  const all = new Map<string, { name: string; gid: number; members: Set<string> }>();
  yield* stepwise(lines, ({ name, gid, members }) => {
    const known = all.get(name);
    if (known === undefined) all.set(name, { name, gid, members: new Set(members) });
    else if (known.gid === gid) for (const member of members) known.members.add(member);
  });
  const groups: GroupEntry[] = [];
  yield* stepwise(all.values(), ({ name, gid, members }) => groups.push({ name, gid, members: [...members] }));
  return groups;
}

function* byKey<K, T>(entries: Iterable<T>, keysOf: (entry: T) => readonly K[]): Steps<ReadonlyMap<K, T[]>> {
  const all = new Map<K, T[]>();
  yield* stepwise(entries, (entry) => {
    for (const key of keysOf(entry)) {
      const there = all.get(key);
      if (there === undefined) all.set(key, [entry]);
      else there.push(entry);
    }
  });
  return all;
}
