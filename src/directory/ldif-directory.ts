/**
 * Users, groups and contacts of an LDIF export: entries by their object classes, each by the schema that it looks like;
 * members by distinguished name or login, Active Directory's primary group by its number. The groups say who is in
 * them: `memberOf` tells only whether the export has them all.
 */
import type { DirectoryMember } from '../ports/directory.js';
import { excerpt } from '../values/characters.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import type { ContactData, DirectoryData, GroupData, UserData } from './data.js';
import { dnKey } from './dn-key.js';
import { expiresOf, groupOf, hasClass, memberOf, textsIn } from './entries.js';
import { foldName } from './fold.js';
import { type LdifEntry, readLdif } from './ldif.js';
import { schemaOfEntry, wrongValues } from './ldif-entry.js';
import type { EntrySchema } from './schema.js';

export interface LdifDirectoryOptions {
  /** For messages. */
  readonly file: string;
  /** A member that the file has no entry of is left out, instead of a problem; so are groups that users name and that
   * are not there. */
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
  return { data: reader.data(), problems: [...problems, ...reader.problems()] };
}

interface Group {
  readonly data: GroupData;
  readonly entry: LdifEntry;
  readonly schema: EntrySchema;
  readonly users: Set<string>;
  readonly groups: Set<string>;
  readonly contacts: Set<string>;
}

/** More are told in number alone. */
const MOST_PROBLEMS = 100;
/** Before every account expires: `expires` says when. */
const EVER = Number.NEGATIVE_INFINITY;

class Reader {
  readonly #problems: Problem[] = [];
  #unsaid = 0;
  readonly #options: LdifDirectoryOptions;
  readonly #users: UserData[] = [];
  readonly #contacts: ContactData[] = [];
  readonly #groups: Group[] = [];
  /** How an entry becomes a member of a group; by key of its name. Undefined: it cannot. */
  readonly #join = new Map<string, ((group: Group) => void) | undefined>();
  readonly #people: { readonly entry: LdifEntry; readonly member: DirectoryMember }[] = [];
  readonly #logins = new Set<string>();
  readonly #groupsBySid = new Map<string, Group>();

  constructor(entries: readonly LdifEntry[], options: LdifDirectoryOptions) {
    this.#options = options;
    for (const entry of entries) this.#read(entry);
    for (const group of this.#groups) this.#readMembers(group);
    for (const { entry, member } of this.#people) {
      if (member.kind === 'user') this.#readPrimaryGroup(entry, member.login, member.sid);
    }
    if (options.missingMembers) return;
    for (const { entry } of [...this.#people, ...this.#groups]) this.#checkGroups(entry);
  }

  data(): DirectoryData {
    const groups = this.#groups.map(({ data, users, groups, contacts }) => ({
      ...data,
      users: [...users],
      groupIds: [...groups],
      contacts: [...contacts],
    }));
    return { users: this.#users, groups, contacts: this.#contacts };
  }

  problems(): readonly Problem[] {
    if (this.#unsaid === 0) return this.#problems;
    const message = `and ${this.#unsaid} more problems`;
    return [...this.#problems, { code: 'ldif', message, source: { file: this.#options.file } }];
  }

  #read(entry: LdifEntry): void {
    const key = dnKey(entry.dn);
    if (this.#join.has(key)) {
      this.#problem('duplicate-entry', 'this entry is there twice', entry.dn, entry.line);
      return;
    }
    const schema = schemaOfEntry(entry);
    for (const { code, message, construct, line } of wrongValues(entry, schema)) {
      this.#problem(code, message, construct, line);
    }
    this.#join.set(key, this.#joining(entry, schema));
  }

  #joining(entry: LdifEntry, schema: EntrySchema): ((group: Group) => void) | undefined {
    const source = this.#at(entry.line);
    const member = memberOf(entry, schema, EVER);
    if (member !== undefined) this.#people.push({ entry, member });
    if (member?.kind === 'user') {
      this.#users.push({ ...dataOf(member), login: member.login, ...accountOf(entry), source });
      this.#logins.add(foldName(member.login) ?? '');
      return (group) => group.users.add(member.login);
    }
    if (member !== undefined) {
      this.#contacts.push({ ...dataOf(member), source });
      return (group) => group.contacts.add(member.id);
    }
    const group = groupOf(entry, schema);
    // Computers are members of groups, and get no mail.
    if (group === undefined) return hasClass(entry, schema.nobody) ? () => {} : undefined;
    const { id, name, sid, gid } = group;
    const numbers = { ...(sid === undefined ? {} : { sid }), ...(gid === undefined ? {} : { gid }) };
    const data = { ...dataOf(group), name, ...numbers, source };
    const read: Group = { data, entry, schema, users: new Set(), groups: new Set(), contacts: new Set() };
    this.#groups.push(read);
    if (sid !== undefined) this.#groupsBySid.set(sid, read);
    return (outer) => outer.groups.add(id);
  }

  #readMembers(group: Group): void {
    const { entry, schema } = group;
    for (const name of schema.memberNames) {
      // The empty name stands in groups that must have a member and have none.
      for (const { text, line } of linesOf(entry, name))
        if (text !== '') this.#joinByName(group, withoutBits(text), line);
    }
    for (const name of schema.memberLogins) {
      for (const { text, line } of linesOf(entry, name)) {
        if (this.#logins.has(foldName(text) ?? '')) group.users.add(text);
        else this.#missing(group, text, line);
      }
    }
  }

  #joinByName(group: Group, dn: string, line: number): void {
    const key = dnKey(dn);
    const join = this.#join.get(key);
    if (join !== undefined) join(group);
    else if (!this.#join.has(key)) this.#missing(group, dn, line);
    else if (!this.#options.missingMembers) {
      const message = `group ${excerpt(group.data.name)} has a member that is no user, group, contact or computer`;
      this.#problem('no-such-member', message, dn, line);
    }
  }

  #missing({ data }: Group, member: string, line: number): void {
    if (this.#options.missingMembers) return;
    const message = `group ${excerpt(data.name)} has a member of whom there is no entry`;
    this.#problem('no-such-member', message, member, line);
  }

  /** [MS-ADA3] section 2.120: the RID of a group of the user's domain, which does not list him. */
  #readPrimaryGroup(entry: LdifEntry, login: string, sid: string | undefined): void {
    const [rid] = linesOf(entry, 'primarygroupid');
    if (rid === undefined) return;
    const group =
      sid === undefined ? undefined : this.#groupsBySid.get(`${sid.slice(0, sid.lastIndexOf('-'))}-${rid.text}`);
    if (group !== undefined) group.users.add(login);
    else if (!this.#options.missingMembers) {
      const message = `the primary group of the user ${excerpt(login)} is not there, or has no objectSid`;
      this.#problem('no-such-group', message, rid.text, rid.line);
    }
  }

  #checkGroups(entry: LdifEntry): void {
    for (const { text, line } of linesOf(entry, 'memberof')) {
      if (this.#join.has(dnKey(text))) continue;
      this.#problem('no-such-group', 'memberOf names a group of which there is no entry', text, line);
    }
  }

  #problem(code: string, message: string, construct: string, line: number): void {
    const shown = construct === '' ? {} : { construct: excerpt(construct).slice(1, -1) };
    if (this.#problems.length >= MOST_PROBLEMS) this.#unsaid++;
    else this.#problems.push({ code, message, ...shown, source: this.#at(line) });
  }

  #at(line: number): SourcePosition {
    return { file: this.#options.file, line };
  }
}

/** Values that are UTF-8, which all of these are: others are problems of the entry. */
function linesOf(entry: LdifEntry, name: string): readonly { readonly text: string; readonly line: number }[] {
  const lines = entry.lines.get(name) ?? [];
  return textsIn(entry, name).map((text, i) => ({ text, line: lines[i] ?? entry.line }));
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

/** RFC 4519 section 2.41: each of several passwords is one. */
function accountOf(entry: LdifEntry): Partial<UserData> {
  const [password, ...otherPasswords] = textsIn(entry, 'userpassword').filter((text) => text !== '');
  const [principal] = textsIn(entry, 'userprincipalname');
  const expires = expiresOf(entry);
  return {
    ...(password === undefined ? {} : { password, otherPasswords }),
    ...(principal === undefined ? {} : { principal }),
    ...(expires === undefined ? {} : { expires }),
  };
}
