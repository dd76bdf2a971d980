/**
 * The rules of a site for logins, checked once, all problems at once: a misspelt rule would be none, and let everybody
 * in.
 */
import type { Directory } from '../ports/directory.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import {
  aDirectory,
  aFlag,
  aFunction,
  checkedOptions,
  isRight,
  portWith,
  required,
  texts,
} from '../values/given-options.js';
import { type AccountNames, accountNames, prepareName } from './account-name.js';
import { type InvalidUsers, invalidUsers } from './invalid-users.js';

export type DirectoryCredentialsOptions = CredentialsWithoutDirectory | CredentialsWithDirectory;

export interface CredentialsRules {
  /** How a login is read. Default: as a name without a domain. */
  readonly accounts?: AccountNames;
  /** Beside `root`, who never may log in: names, and `@group` (smb.conf(5), invalid users). Groups need `directory`;
   * with one of them in the list nobody logs in who has no entry there. */
  readonly invalidUsers?: readonly string[];
}

export interface CredentialsWithoutDirectory extends CredentialsRules {
  readonly directory?: undefined;
  readonly addresses?: false;
  readonly allowedGroups?: undefined;
  readonly onUnknownGroup?: undefined;
}

export interface CredentialsWithDirectory extends CredentialsRules {
  /** Whose principals, groups and addresses count: `name@suffix` is asked for as a user's principal name before it is
   * read by `accounts`. The entry of whoever logs in is looked at too, its name and its state, before the password is
   * tried and after. */
  readonly directory: Directory;
  /** A login that is a user's mail address is that user's: asked for behind principals, before `accounts` reads it.
   * Default false. */
  readonly addresses?: boolean;
  /** Members of one of these alone may log in, also through other groups. Default: everybody. */
  readonly allowedGroups?: readonly string[];
  /** Told once of each group of `invalidUsers` and `allowedGroups` that the directory does not have, by the first login
   * whose groups are looked at: one that is misspelt in `invalidUsers` bars nobody. Default: nobody is told. */
  readonly onUnknownGroup?: (group: string) => void;
}

export interface Rules {
  readonly accounts: AccountNames;
  readonly invalid: InvalidUsers;
  readonly directory: Directory | undefined;
  /** The authenticator is the directory itself. */
  readonly own: boolean;
  readonly byAddress: boolean;
  readonly allowed: readonly string[] | undefined;
  readonly onUnknownGroup: ((group: string) => void) | undefined;
}

type Given = { readonly [K in keyof CredentialsWithDirectory]?: CredentialsWithDirectory[K] | undefined };

const OF = 'directoryCredentials';
const AUTHENTICATOR = required(portWith('an authenticator', 'authenticate'));
const RULES = {
  accounts: { ...aFunction, what: 'a function: accountNames(...)' },
  invalidUsers: texts,
  directory: aDirectory,
  addresses: aFlag,
  allowedGroups: texts,
  onUnknownGroup: aFunction,
} as const;

export function rulesOf(authenticator: unknown, options: Given): Rules {
  const problems: Problem[] = [];
  isRight(OF, 'authenticator', authenticator, AUTHENTICATOR, problems);
  const given = checkedOptions<Given>(OF, options, RULES, problems);
  const { accounts = accountNames(), directory, addresses = false, allowedGroups, onUnknownGroup } = given;
  const invalid = invalidUsers(given.invalidUsers ?? [], accounts, problems);
  const needs = (option: string, why: string): void => {
    // One of the wrong kind is named already.
    if (directory !== undefined || problems.some(({ construct }) => construct === 'directory')) return;
    problems.push({ code: 'bad-option', message: `${option} needs the option directory: ${why}`, construct: option });
  };
  if (addresses) needs('addresses', 'it knows whose they are');
  if (allowedGroups !== undefined) needs('allowedGroups', 'it knows the members');
  if (invalid.groups.length > 0) needs('invalidUsers', 'it knows the members of groups');
  for (const construct of allowedGroups ?? []) {
    if (prepareName(construct).kind === 'prepared') continue;
    problems.push({ code: 'bad-name', message: 'allowedGroups are names of groups', construct });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const own = authenticator === directory;
  return { accounts, invalid, directory, own, byAddress: addresses, allowed: allowedGroups, onUnknownGroup };
}
