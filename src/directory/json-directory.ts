/**
 * Users, groups and contacts in JSON, for people to write:
 *
 *     { "domain": "school.example",
 *       "users": { "s001": { "password": "$scrypt$...", "name": "Anna Adler", "principal": "anna@school.local",
 *                             "addresses": ["anna@school.example"],
 *                            "state": "disabled", "posix": { "uid": 1, "gid": 1, "home": "/home/s001", "shell": "" }, "sid": "S-1-..." } },
 *       "groups": { "class5a": ["s001"],
 *                   "staff": { "users": ["t01"], "groups": ["class5a"], "contacts": ["office"], "addresses": [], "gid": 2, "sid": "S-1-..." } },
 *       "contacts": { "office": { "name": "The office", "addresses": ["office@far.example"] } } }
 *
 * Every part but `users` may be left out. With `domain`, who has no `addresses` has one: the name at that domain.
 */
import type { PosixAccount } from '../ports/directory.js';
import { quoteLocalPart } from '../values/address.js';
import { excerpt } from '../values/characters.js';
import { parseDomain } from '../values/domain.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import { type JsonNode, readJson } from '../values/json-lines.js';
import type { ContactData, DirectoryData, GroupData, UserData } from './data.js';
import type { DirectoryRead } from './ldif-directory.js';

/** Never throws. `file`: for messages. */
export function readJsonDirectory(text: string, file: string): DirectoryRead {
  const reader = new Reader(file);
  const json = readJson(text);
  if (json.kind === 'malformed') {
    reader.problem('json', json.why, json.line);
    return { data: { users: [] }, problems: reader.problems };
  }
  for (const { key, line } of json.twice) reader.problem('duplicate-name', 'this name is there twice', line, key);
  return { data: reader.directory(json), problems: reader.problems };
}

type Members = ReadonlyMap<string, JsonNode>;

class Reader {
  readonly problems: Problem[] = [];
  readonly #file: string;
  #domain: string | undefined = undefined;

  constructor(file: string) {
    this.#file = file;
  }

  problem(code: string, message: string, line: number, construct?: string): void {
    const source = { file: this.#file, line };
    this.problems.push({ code, message, source, ...(construct === undefined ? {} : { construct: shown(construct) }) });
  }

  directory(root: JsonNode): DirectoryData {
    const members = this.#object(root, 'the directory', ['domain', 'users', 'groups', 'contacts']);
    this.#domain = this.#domainIn(members);
    return {
      users: this.#each(members, 'users', (login, node) => this.#user(login, node)),
      groups: this.#each(members, 'groups', (name, node) => this.#group(name, node)),
      contacts: this.#each(members, 'contacts', (id, node) => this.#contact(id, node)),
    };
  }

  #user(login: string, node: JsonNode): UserData {
    const of = `the user ${excerpt(login)}`;
    const members = this.#object(node, of, ['password', 'name', 'principal', 'addresses', 'state', 'posix', 'sid']);
    return {
      login,
      source: this.#at(node),
      ...this.#addresses(members, of, login),
      ...given('displayName', this.#text(members, 'name', of)),
      ...given('principal', this.#text(members, 'principal', of)),
      ...given('password', this.#text(members, 'password', of)),
      ...given('sid', this.#text(members, 'sid', of)),
      ...given('state', this.#state(members, of)),
      ...given('posix', this.#posix(members, of)),
    };
  }

  #group(name: string, node: JsonNode): GroupData {
    const of = `the group ${excerpt(name)}`;
    const source = this.#at(node);
    if (node.items !== undefined) {
      return {
        name,
        source,
        users: this.#texts(node, `the members of ${of}`),
        memberSources: { users: this.#sources(node) },
        ...this.#addresses(new Map(), of, name),
      };
    }
    const members = this.#object(node, of, ['users', 'groups', 'contacts', 'addresses', 'gid', 'sid']);
    const sources = (part: string) => given(part, members.has(part) ? this.#sources(members.get(part)) : undefined);
    const list = (part: string): readonly string[] | undefined => this.#list(members, part, of);
    return {
      name,
      source,
      ...this.#addresses(members, of, name),
      ...given('users', list('users')),
      ...given('groups', list('groups')),
      ...given('contacts', list('contacts')),
      memberSources: { ...sources('users'), ...sources('groups'), ...sources('contacts') },
      ...given('gid', this.#number(members, 'gid', of)),
      ...given('sid', this.#text(members, 'sid', of)),
    };
  }

  #contact(id: string, node: JsonNode): ContactData {
    const of = `the contact ${excerpt(id)}`;
    const members = this.#object(node, of, ['name', 'addresses']);
    const displayName = this.#text(members, 'name', of);
    const addresses = this.#list(members, 'addresses', of);
    return { id, source: this.#at(node), ...given('displayName', displayName), ...given('addresses', addresses) };
  }

  #addresses(members: Members, of: string, name: string): { readonly addresses?: readonly string[] } {
    const addresses = this.#list(members, 'addresses', of);
    if (addresses !== undefined || this.#domain === undefined) return given('addresses', addresses);
    return { addresses: [`${quoteLocalPart(name)}@${this.#domain}`] };
  }

  #domainIn(members: Members): string | undefined {
    const text = this.#text(members, 'domain', 'the directory');
    const domain = text === undefined ? undefined : parseDomain(text);
    if (domain?.kind === 'malformed') {
      this.problem('bad-domain', `domain: ${domain.why}`, members.get('domain')?.line ?? 1, text);
    }
    return domain?.kind === 'parsed' ? domain.value.ascii : undefined;
  }

  #state(members: Members, of: string): UserData['state'] {
    const text = this.#text(members, 'state', of);
    if (text === undefined || isState(text)) return text;
    const line = members.get('state')?.line ?? 1;
    this.problem('bad-state', `state of ${of} is one of ${STATES.join(', ')}`, line, text);
    return undefined;
  }

  #posix(members: Members, of: string): PosixAccount | undefined {
    const node = members.get('posix');
    if (node === undefined) return undefined;
    const inner = this.#object(node, `posix of ${of}`, ['uid', 'gid', 'home', 'shell']);
    const [uid, gid] = [this.#number(inner, 'uid', of), this.#number(inner, 'gid', of)];
    const [home = '', shell = ''] = [this.#text(inner, 'home', of), this.#text(inner, 'shell', of)];
    if (uid !== undefined && gid !== undefined) return { uid, gid, home, shell };
    this.problem('bad-posix', `posix of ${of} has a uid and a gid`, node.line);
    return undefined;
  }

  /** Each member of an object of objects. */
  #each<T>(members: Members, name: string, make: (name: string, node: JsonNode) => T): readonly T[] {
    const node = members.get(name);
    if (node === undefined) return [];
    if (node.members === undefined) this.problem('bad-type', `${name} is an object`, node.line);
    return [...(node.members ?? [])].map(([key, one]) => make(key, one));
  }

  #object(node: JsonNode, of: string, names: readonly string[]): Members {
    if (node.members === undefined) this.problem('bad-type', `${of} is an object`, node.line);
    const members = node.members ?? new Map<string, JsonNode>();
    for (const [name, { line }] of members) {
      if (!names.includes(name)) this.problem('no-such-name', `${of} has ${names.join(', ')}, not this`, line, name);
    }
    return members;
  }

  #text(members: Members, name: string, of: string): string | undefined {
    const node = members.get(name);
    if (node === undefined || typeof node.value === 'string') return node?.value as string | undefined;
    this.problem('bad-type', `${name} of ${of} is a text`, node.line);
    return undefined;
  }

  #number(members: Members, name: string, of: string): number | undefined {
    const node = members.get(name);
    if (node === undefined || typeof node.value === 'number') return node?.value as number | undefined;
    this.problem('bad-type', `${name} of ${of} is a number`, node.line);
    return undefined;
  }

  #list(members: Members, name: string, of: string): readonly string[] | undefined {
    const node = members.get(name);
    return node === undefined ? undefined : this.#texts(node, `${name} of ${of}`);
  }

  #texts(node: JsonNode, of: string): readonly string[] {
    if (node.items === undefined) this.problem('bad-type', `${of} are a list`, node.line);
    return (node.items ?? []).flatMap(({ value, line }) => {
      if (typeof value === 'string') return [value];
      this.problem('bad-type', `${of} are texts`, line);
      return [];
    });
  }

  /** Of the texts in a list. */
  #sources(node: JsonNode | undefined): readonly SourcePosition[] {
    return (node?.items ?? []).filter(({ value }) => typeof value === 'string').map((item) => this.#at(item));
  }

  #at({ line }: JsonNode): SourcePosition {
    return { file: this.#file, line };
  }
}

const STATES = ['active', 'disabled', 'expired', 'locked-out'] as const;

function isState(text: string): text is NonNullable<UserData['state']> {
  return (STATES as readonly string[]).includes(text);
}

/** As a line of a log can hold it. */
function shown(construct: string): string {
  return excerpt(construct).slice(1, -1);
}

/** The member where there is a value, nothing where there is none. */
function given<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: V };
}
