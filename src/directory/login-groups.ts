/**
 * Who may log in by group. A user whose groups nobody knows is in none of those that may, and perhaps in one of those
 * that may not: he is refused either way. A group that the directory does not have has no members; the operator is
 * told.
 */
import type { MaybePromise } from '../core/stage.js';
import type { CredentialsCall } from '../ports/credentials.js';
import type { Directory, DirectoryUser } from '../ports/directory.js';
import { type Answer, cannotTell, found, notFound } from '../values/answer.js';
import { comparable } from './account-name.js';
import type { Rules } from './credentials-options.js';

/** Found: why not. */
export type GroupRule = (user: DirectoryUser | undefined, call: CredentialsCall) => MaybePromise<Answer<string>>;

export function groupRule({ directory, allowed, invalid, onUnknownGroup }: Rules): GroupRule {
  const barred = invalid.groups;
  if (directory === undefined || (allowed === undefined && barred.length === 0)) return () => notFound();
  // What nobody is told of is not asked for.
  const unseen = new Set(onUnknownGroup === undefined ? [] : [...barred, ...(allowed ?? [])]);
  return async (user, call) => {
    if (onUnknownGroup !== undefined) await tellUnknown(directory, unseen, onUnknownGroup, call);
    if (user === undefined) return found('the directory, which knows the groups, has no entry for it');
    const groups = await directory.groupsOf(user, call);
    if (groups.kind === 'cannot-tell') return groups;
    if (groups.kind === 'not-found') return cannotTell('the entry is gone, and its groups with it');
    const names = new Set(groups.value.map((group) => comparable(group.name)));
    const isIn = (name: string): boolean => names.has(comparable(name));
    const bad = barred.find(isIn);
    if (bad !== undefined) return found(`a member of ${bad}`);
    return allowed === undefined || allowed.some(isIn) ? notFound() : found('in none of the groups that may log in');
  };
}

/** One that cannot be asked for now is asked for with the next login. */
async function tellUnknown(
  directory: Directory,
  unseen: Set<string>,
  tell: (group: string) => void,
  call: CredentialsCall,
): Promise<void> {
  for (const name of [...unseen]) {
    const group = await directory.findGroup({ kind: 'name', name }, call);
    // Somebody else who logs in may have been told meanwhile.
    if (group.kind !== 'cannot-tell' && unseen.delete(name) && group.kind === 'not-found') tell(name);
  }
}
