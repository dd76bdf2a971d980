/**
 * A directory with a memory. What was found and what was not is remembered, each for its time; equal questions at once
 * are one; while the directory cannot tell, what it has said serves on for a while. Passwords are never remembered:
 * logins go to the directory.
 */
import type { PortCall } from '../../core/stage.js';
import { foldName } from '../../directory/fold.js';
import type { Authenticator } from '../../ports/authenticator.js';
import type { Directory, GroupKey, UserKey } from '../../ports/directory.js';
import { foldedKey } from '../../values/address.js';
import { Asking, type Question } from './asking.js';
import { cacheSettings, type DirectoryCacheOptions } from './settings.js';

export interface CachedDirectory extends Directory {
  /** Answers that are remembered. */
  readonly size: number;
  /** Forgets all, answers under way too. */
  clear(): void;
}

/** Where the directory checks passwords, so does what is returned. Closes nothing: who made the directory does. Throws
 * ConfigurationError (code `options`). */
export function cachedDirectory(
  directory: Directory & Authenticator,
  options?: DirectoryCacheOptions,
): CachedDirectory & Authenticator;
export function cachedDirectory(directory: Directory, options?: DirectoryCacheOptions): CachedDirectory;
export function cachedDirectory(
  directory: Directory & Partial<Authenticator>,
  options: DirectoryCacheOptions = {},
): CachedDirectory & Partial<Authenticator> {
  const settings = cacheSettings(directory, options);
  const asking = new Asking(directory.name, settings);
  const ask = <T>(key: string | undefined, question: Question<T>, call: PortCall | undefined) =>
    key === undefined || key.length > LONGEST_KEY ? question(call) : asking.ask(key, question, call);
  const { authenticate } = directory;
  return {
    name: directory.name,
    get size() {
      return asking.size;
    },
    clear: () => asking.clear(),
    findUser: (key, call) => ask(userKey(key), (own) => directory.findUser(key, own), call),
    findGroup: (key, call) => ask(groupKey(key), (own) => directory.findGroup(key, own), call),
    groupsOf: (user, call) => ask(`groups of ${user.id}`, (own) => directory.groupsOf(user, own), call),
    membersOf: (group, call) => ask(`members of ${group.id}`, (own) => directory.membersOf(group, own), call),
    ...(authenticate === undefined ? {} : { authenticate: authenticate.bind(directory) }),
  };
}

/** UTF-16 code units; beyond it an answer is not remembered. */
const LONGEST_KEY = 4096;

function userKey(key: UserKey): string | undefined {
  switch (key.kind) {
    case 'login':
      return named('user login', key.login);
    case 'principal':
      return named('user principal', key.principal);
    case 'address':
      return `user address ${foldedKey(key.address)}`;
  }
}

function groupKey(key: GroupKey): string | undefined {
  return key.kind === 'name' ? named('group name', key.name) : `group address ${foldedKey(key.address)}`;
}

/** Undefined for what is no name. */
function named(kind: string, name: string): string | undefined {
  const folded = foldName(name);
  return folded === undefined ? undefined : `${kind} ${folded}`;
}
