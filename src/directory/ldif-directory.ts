/**
 * Users, groups and contacts of an LDIF export: entries by their object classes, members by distinguished name or login, Active
 * Directory's primary group by its number. `memberOf` is not read: the groups say who is in them.
 */
import type { DirectoryMember } from '../ports/directory.js';
import type { LdapEntry } from '../ports/ldap-search.js';
import { excerpt } from '../values/characters.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import type { ContactData, DirectoryData, GroupData, UserData } from './data.js';
import { dnKey } from './dn-key.js';
import { groupOf, memberOf, textsIn } from './entries.js';
import { foldName } from './fold.js';
import { type LdifEntry, readLdif } from './ldif.js';
import { activeDirectorySchema, type EntrySchema, rfc2307Schema } from './schema.js';

export interface LdifDirectoryOptions {
  /** For messages. */
  readonly file: string;
  /** Milliseconds since 1970, for accounts that expire. */
  readonly now: number;
  /** A member that the file has no entry of is left out, instead of a problem. */
  readonly missingMembers: boolean;
}

export interface DirectoryRead {
  readonly data: DirectoryData;
  readonly problems: readonly Problem[];
}

/** Never throws. */
export function readLdifDirectory(octets: Uint8Array, options: LdifDirectoryOptions): DirectoryRead {
  const { entries, problems } = readLdif(octets, options.file);
  const reader = new Reader(entries, options);
  return { data: reader.data(), problems: [...problems, ...reader.problems] };
}

interface Group {
  readonly data: GroupData;
  readonly entry: LdifEntry;
  readonly users: Set<string>;
  readonly groups: Set<string>;
  readonly contacts: Set<string>;
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #options: LdifDirectoryOptions;
  readonly #schema: EntrySchema;
  readonly #users: UserData[] = [];
  readonly #contacts: ContactData[] = [];
  readonly #groups: Group[] = [];
  /** How an entry becomes a member of a group; by key of its name. Of what is nobody: nothing. */
  readonly #join = new Map<string, (group: Group) => void>();
  readonly #logins = new Set<string>();
  readonly #groupsBySid = new Map<string, Group>();

  constructor(entries: readonly LdifEntry[], options: LdifDirectoryOptions) {
    this.#options = options;
    const isActive = entries.some((entry) => entry.attributes.has('samaccountname'));
    this.#schema = isActive ? activeDirectorySchema : rfc2307Schema;
    for (const entry of entries) this.#read(entry);
    for (const group of this.#groups) this.#readMembers(group);
    for (const entry of entries) this.#readPrimaryGroup(entry);
  }

  data(): DirectoryData {
    const groups = this.#groups.map(({ data, users, groups, contacts }) => ({
      ...data,
      users: [...users],
      groups: [...groups],
      contacts: [...contacts],
    }));
    return { users: this.#users, groups, contacts: this.#contacts };
  }

  #read(entry: LdifEntry): void {
    const key = dnKey(entry.dn);
    if (this.#join.has(key)) {
      this.#problem('duplicate-entry', 'this entry is there twice', entry.dn, entry);
      return;
    }
    const member = memberOf(entry, this.#schema, this.#options.now);
    this.#join.set(key, this.#joining(entry, member));
    if (member?.kind === 'user') this.#logins.add(foldName(member.login) ?? '');
  }

  #joining(entry: LdifEntry, member: DirectoryMember | undefined): (group: Group) => void {
    const source = this.#at(entry);
    if (member?.kind === 'user') {
      this.#users.push({ ...dataOf(member), login: member.login, ...passwordOf(entry), source });
      return (group) => group.users.add(member.login);
    }
    if (member !== undefined) {
      this.#contacts.push({ ...dataOf(member), source });
      return (group) => group.contacts.add(member.id);
    }
    const group = groupOf(entry, this.#schema);
    if (group === undefined) return () => {};
    const { name, sid, gid } = group;
    const numbers = { ...(sid === undefined ? {} : { sid }), ...(gid === undefined ? {} : { gid }) };
    const data = { ...dataOf(group), name, ...numbers, source };
    const read: Group = { data, entry, users: new Set(), groups: new Set(), contacts: new Set() };
    this.#groups.push(read);
    if (sid !== undefined) this.#groupsBySid.set(sid, read);
    return (outer) => outer.groups.add(name);
  }

  #readMembers(group: Group): void {
    for (const name of this.#schema.memberNames) {
      // The empty name stands in groups that must have a member and have none.
      for (const dn of textsIn(group.entry, name)) if (dn !== '') this.#joinByName(group, withoutBits(dn));
    }
    for (const name of this.#schema.memberLogins) {
      for (const login of textsIn(group.entry, name)) {
        if (this.#logins.has(foldName(login) ?? '')) group.users.add(login);
        else this.#missing(group, login);
      }
    }
  }

  #joinByName(group: Group, dn: string): void {
    const join = this.#join.get(dnKey(dn));
    if (join === undefined) this.#missing(group, dn);
    else join(group);
  }

  #missing({ data, entry }: Group, member: string): void {
    if (this.#options.missingMembers) return;
    this.#problem(
      'no-such-member',
      `group ${excerpt(data.name)} has a member of whom there is no entry`,
      member,
      entry,
    );
  }

  /** [MS-ADA3] section 2.120: the RID of a group of the user's domain, which does not list him. */
  #readPrimaryGroup(entry: LdifEntry): void {
    const [rid] = textsIn(entry, 'primarygroupid');
    const user = rid === undefined ? undefined : memberOf(entry, this.#schema, this.#options.now);
    if (user?.kind !== 'user' || user.sid === undefined) return;
    const sid = `${user.sid.slice(0, user.sid.lastIndexOf('-'))}-${rid}`;
    this.#groupsBySid.get(sid)?.users.add(user.login);
  }

  #problem(code: string, message: string, construct: string, entry: LdifEntry): void {
    this.problems.push({ code, message, construct: excerpt(construct).slice(1, -1), source: this.#at(entry) });
  }

  #at({ line }: LdifEntry): SourcePosition {
    return { file: this.#options.file, line };
  }
}

/** RFC 4517 section 3.3.21: a bit string may tell apart who has had the name. */
function withoutBits(nameAndUid: string): string {
  return nameAndUid.replace(/#'[01]*'B$/, '');
}

type Common = Pick<DirectoryMember, 'id' | 'addresses'> & Partial<Pick<DirectoryMember, 'displayName'>>;

function dataOf(one: Common & Partial<DirectoryMember>): ContactData & Partial<UserData> {
  const { id, displayName, addresses } = one;
  const { state, sid, posix } = one as Partial<Extract<DirectoryMember, { kind: 'user' }>>;
  return {
    id,
    addresses: addresses.map(({ text }) => text),
    ...(displayName === undefined ? {} : { displayName }),
    ...(state === undefined ? {} : { state }),
    ...(sid === undefined ? {} : { sid }),
    ...(posix === undefined ? {} : { posix }),
  };
}

/** RFC 4519 section 2.41; of several the first one. */
function passwordOf(entry: LdapEntry): { readonly password?: string } {
  const [password = ''] = textsIn(entry, 'userpassword');
  return password === '' ? {} : { password };
}
