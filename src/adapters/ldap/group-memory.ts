/** What groups are and which groups they are in, for a while: the next user of a domain is mostly in groups that are
 * known already. */
import type { DirectoryGroup } from '../../ports/directory.js';

export interface KnownGroup {
  /** Undefined: none that counts, as those outside of `groupsBase`. */
  readonly group: DirectoryGroup | undefined;
  /** Names of the groups it is a member of itself. */
  readonly within: readonly string[];
}

/** Keys: what a group is asked for by, `S-1-5-…` or a distinguished name. */
export interface GroupMemory {
  get(key: string): KnownGroup | undefined;
  set(key: string, known: KnownGroup): void;
  clear(): void;
}

/** `limit`: keys; `milliseconds`: how long each is remembered, 0 for not at all. What was learned first goes first. */
export function groupMemory(limit: number, milliseconds: number, now: () => number): GroupMemory {
  const kept = new Map<string, { readonly known: KnownGroup; readonly until: number }>();
  return {
    get(key) {
      const entry = kept.get(key);
      return entry !== undefined && entry.until > now() ? entry.known : undefined;
    },
    set(key, known) {
      if (milliseconds === 0) return;
      kept.delete(key);
      kept.set(key, { known, until: now() + milliseconds });
      if (kept.size <= limit) return;
      const oldest = kept.keys().next();
      if (oldest.done !== true) kept.delete(oldest.value);
    },
    clear: () => kept.clear(),
  };
}
