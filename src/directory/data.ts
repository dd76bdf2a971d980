/** What a directory in memory is made of; files of users and groups are read into it. Texts as a person writes them:
 * checked by `memoryDirectory`. */
import type { LoginRefusal } from '../ports/authenticator.js';
import type { AccountState, PosixAccount } from '../ports/directory.js';
import type { SourcePosition } from '../values/errors.js';

export interface DirectoryData {
  readonly users: readonly UserData[];
  readonly groups?: readonly GroupData[];
  readonly contacts?: readonly ContactData[];
}

export interface UserData {
  /** The account's name, without a domain. No other user has it, of whatever letter case; a group may. */
  readonly login: string;
  /** Default: one made of the login. */
  readonly id?: string;
  readonly displayName?: string;
  /** `user@suffix` as Active Directory has it (userPrincipalName). No other user has it, of whatever letter case. */
  readonly principal?: string;
  /** The primary one first. Default: none. */
  readonly addresses?: readonly string[];
  /** As `verify` of the directory understands it; in plain by default. Without one nobody logs in as this user. */
  readonly password?: string;
  /** Any of these lets him in as well. */
  readonly otherPasswords?: readonly string[];
  /** What is said to who knows the password, where that is not the state's. Default: nothing, he is let in. */
  readonly refusal?: LoginRefusal;
  /** Default `active`. */
  readonly state?: AccountState;
  /** Milliseconds since 1970; from then on an account that is not disabled has expired. Default: never. */
  readonly expires?: number;
  /** `S-1-5-21-…-1104`. */
  readonly sid?: string;
  /** The group with this `gid` has the user as a member. */
  readonly posix?: PosixAccount;
  /** Where the operator wrote it, for messages. */
  readonly source?: SourcePosition;
}

export interface GroupData {
  /** No other group has it, of whatever letter case, unless `sharedGroupNames`; a user may. */
  readonly name: string;
  /** Default: one made of the name. */
  readonly id?: string;
  readonly addresses?: readonly string[];
  /** Logins of members. */
  readonly users?: readonly string[];
  /** Names of groups whose members are members of this one too; loops are allowed. */
  readonly groups?: readonly string[];
  /** Such groups by their ids. */
  readonly groupIds?: readonly string[];
  /** Ids of contacts. */
  readonly contacts?: readonly string[];
  /** Where the members stand, in the order of the lists; for messages. Default: `source`. */
  readonly memberSources?: Readonly<Partial<Record<'users' | 'groups' | 'contacts', readonly SourcePosition[]>>>;
  readonly sid?: string;
  readonly gid?: number;
  readonly source?: SourcePosition;
}

/** Somebody with addresses and without an account. */
export interface ContactData {
  /** No other contact has it, of whatever letter case. */
  readonly id: string;
  readonly displayName?: string;
  readonly addresses?: readonly string[];
  readonly source?: SourcePosition;
}
