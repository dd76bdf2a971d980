/**
 * Where users and groups live: Active Directory, OpenLDAP, the host's own accounts, a file. Who may log in is asked of an
 * `Authenticator`. "No such user" is an answer of a directory that works and was asked with its rights; whatever else happened is
 * "could not tell", and then mail waits. Two users for one key are "could not tell" for good: nobody is guessed. The suite that a
 * directory must pass: `directoryConformance` of postern/testing.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Mailbox } from '../values/address.js';
import type { Answer } from '../values/answer.js';

export type UserKey =
  /** The account's name without a domain, of any letter case: `s.miller`. */
  | { readonly kind: 'login'; readonly login: string }
  /** `user@suffix` as Active Directory has it beside the name (userPrincipalName), of any letter case; it need not hold the name, and is no
   * address. Not-found in directories that have none. */
  | { readonly kind: 'principal'; readonly principal: string }
  /** Any of the user's addresses, compared without regard to letter case. */
  | { readonly kind: 'address'; readonly address: Mailbox };

export type GroupKey =
  /** Of any letter case: `HardQuota7500`. */
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'address'; readonly address: Mailbox };

export interface DirectoryUser {
  readonly kind: 'user';
  /** What the directory itself calls the entry, a distinguished name for one; of use to the same directory alone. */
  readonly id: string;
  /** The account's name as the directory spells it; never empty. */
  readonly login: string;
  readonly displayName: string | undefined;
  /** Without duplicates, the primary one first. What is no address is left out. */
  readonly addresses: readonly Mailbox[];
  /** As far as the directory shows it to whom it is asked by. */
  readonly state: AccountState;
  /** Security identifier, `S-1-5-21-…-1104`; Active Directory alone has it. */
  readonly sid: string | undefined;
  readonly posix: PosixAccount | undefined;
}

export type AccountState = 'active' | 'disabled' | 'expired' | 'locked-out';

/** passwd(5); RFC 2307 posixAccount. */
export interface PosixAccount {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** A member who has addresses and no account. */
export interface DirectoryContact {
  readonly kind: 'contact';
  readonly id: string;
  readonly displayName: string | undefined;
  /** As those of users; may be empty. */
  readonly addresses: readonly Mailbox[];
}

export type DirectoryMember = DirectoryUser | DirectoryContact;

export interface DirectoryGroup {
  readonly id: string;
  /** Never empty. */
  readonly name: string;
  /** As those of users; often empty. */
  readonly addresses: readonly Mailbox[];
  readonly sid: string | undefined;
  readonly gid: number | undefined;
}

export interface Directory {
  /** For the log and the trace: `ldap ldaps://dc1.school.example`. */
  readonly name: string;
  findUser(key: UserKey, call?: PortCall): MaybePromise<Answer<DirectoryUser>>;
  findGroup(key: GroupKey, call?: PortCall): MaybePromise<Answer<DirectoryGroup>>;
  /** Every group that the user is in, directly, through other groups, or as the primary group: each once, in no order; loops end.
   * Not-found: the user is gone. */
  groupsOf(user: DirectoryUser, call?: PortCall): MaybePromise<Answer<readonly DirectoryGroup[]>>;
  /** Every user and contact in the group, directly or through other groups: each once, in no order; loops end. All of them or
   * "could not tell": never a part. Groups, computers and entries that are gone do not count. Not-found: the group is gone. */
  membersOf(group: DirectoryGroup, call?: PortCall): MaybePromise<Answer<readonly DirectoryMember[]>>;
}
