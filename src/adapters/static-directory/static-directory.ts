/**
 * Users, groups and passwords from a file, read once: another file, or a changed one, is another directory. Look-ups
 * are those of the directory in memory. Passwords that are slow to check are checked in Node's threads, a few at a
 * time; an account that does not exist takes the time of one that does.
 */
import { readFileSync, statSync } from 'node:fs';
import type { PortCall } from '../../core/stage.js';
import type { DirectoryData, UserData } from '../../directory/data.js';
import { readJsonDirectory } from '../../directory/json-directory.js';
import { readLdifDirectory } from '../../directory/ldif-directory.js';
import { type MemoryDirectory, memoryDirectory, type VerifyPassword } from '../../directory/memory-directory.js';
import type { Authenticator } from '../../ports/authenticator.js';
import type { Directory, DirectoryGroup, DirectoryUser } from '../../ports/directory.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { decodeUtf8, encodeUtf8 } from '../../values/bytes.js';
import { excerpt } from '../../values/characters.js';
import { ConfigurationError, isConfigurationError, type Problem } from '../../values/errors.js';
import { Desk } from '../shared/desk.js';
import { checkAtOnce, checkInThread, decoyOf, isSlow, type KnownPassword } from './check-password.js';
import {
  type Settings,
  type StaticDirectoryOptions,
  type StaticDirectorySettings,
  staticSettings,
} from './settings.js';
import { parseStored, type StoredPassword } from './stored-password.js';

export interface StaticDirectory extends Directory, Authenticator {
  /** All of them, in the order of the file. */
  readonly users: readonly DirectoryUser[];
  readonly groups: readonly DirectoryGroup[];
  /** Logins of those whose password is stored in a form that cannot be checked here ({CRYPT}, {ARGON2}): "could not
   * tell". */
  readonly unverifiable: readonly string[];
  /** Ends the logins under way and later ones. Look-ups go on. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Throws ConfigurationError `options`, or `directory` with all that is wrong in the file. */
export function staticDirectory(options: StaticDirectoryOptions): StaticDirectory {
  const settings = staticSettings(options);
  return directoryOf(octetsOf(options.file, settings.maxBytes), options.file, settings);
}

/** The same from text that is at hand. `file`: for messages, and for the format where that is not given. */
export function readStaticDirectory(
  text: string | Uint8Array,
  options: StaticDirectorySettings & { readonly file: string },
): StaticDirectory {
  const settings = staticSettings(options);
  return directoryOf(typeof text === 'string' ? encodeUtf8(text) : text, options.file, settings);
}

function octetsOf(file: string, maxBytes: number): Uint8Array {
  try {
    if (statSync(file).size > maxBytes) throw new Error(`it has more than ${maxBytes} octets`);
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError('directory', [
      { code: 'unreadable', message: `cannot be read: ${why}`, source: { file } },
    ]);
  }
}

function directoryOf(octets: Uint8Array, file: string, settings: Settings): StaticDirectory {
  const { data, problems } = dataOf(octets, file, settings);
  const passwords = new Passwords(data.users, settings, problems);
  const directory = checkedDirectory(data, settings, passwords.verify, problems);
  const close = (): Promise<void> => passwords.close();
  const { findUser, findGroup, groupsOf, membersOf, groups, name } = directory;
  // An export that was made without them: whoever is told "wrong password" would be told so for nothing.
  const noPasswords = cannotTell(`${name}: the file holds no passwords`, false);
  const authenticate = passwords.none ? () => noPasswords : directory.authenticate;
  return {
    name,
    get users() {
      return directory.users;
    },
    groups,
    unverifiable: passwords.unverifiable,
    findUser,
    findGroup,
    groupsOf,
    membersOf,
    authenticate,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function dataOf(
  octets: Uint8Array,
  file: string,
  { format, missingMembers }: Settings,
): { readonly data: DirectoryData; readonly problems: Problem[] } {
  const text = format === 'json' ? decodeUtf8(octets) : '';
  const { data, problems } =
    text === undefined
      ? { data: { users: [] }, problems: [{ code: 'json', message: 'expected UTF-8', source: { file } }] }
      : format === 'json'
        ? readJsonDirectory(text, file)
        : readLdifDirectory(octets, { file, missingMembers });
  const all: Problem[] = [...problems];
  // Else a file that was cut to nothing would make all mail bounce.
  if (data.users.length === 0 && all.length === 0)
    all.push({ code: 'no-users', message: 'there is no user in it', source: { file } });
  return { data, problems: all };
}

/** Throws all problems, those of the directory among them. */
function checkedDirectory(
  data: DirectoryData,
  { name, format, sharedAddresses }: Settings,
  verify: VerifyPassword,
  problems: readonly Problem[],
): MemoryDirectory {
  const more: Problem[] = [];
  try {
    const sharedGroupNames = format === 'ldif';
    const now = Date.now;
    const directory = memoryDirectory({ ...data, name, sharedAddresses, sharedGroupNames, now, verify });
    if (problems.length === 0) return directory;
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    more.push(...error.problems);
  }
  const all = [...problems, ...more].sort((a, b) => (a.source?.line ?? 0) - (b.source?.line ?? 0));
  throw new ConfigurationError('directory', all);
}

/** UTF-16 code units; nobody has a longer one. */
const LONGEST_PASSWORD = 4096;

class Passwords {
  readonly unverifiable: readonly string[];
  readonly none: boolean;
  readonly #stored = new Map<string, StoredPassword>();
  readonly #decoy: KnownPassword;
  readonly #desk: Desk;
  readonly #name: string;
  #closed = false;

  constructor(users: readonly UserData[], settings: Settings, problems: Problem[]) {
    const { format, name, atOnce, waiting, timeout } = settings;
    this.#name = name;
    this.#desk = new Desk({ name, atOnce, waiting, timeout });
    const all = users.flatMap((user) => passwordsOf(user).map((password) => ({ ...user, password })));
    this.none = all.length === 0;
    for (const { login, password, source } of all) {
      if (this.#stored.has(password)) continue;
      const stored = parseStored(password, format === 'ldif');
      if (stored.kind === 'parsed') this.#stored.set(password, stored.value);
      else {
        const message = `password of the user ${excerpt(login)}: ${stored.why}`;
        problems.push({ code: 'bad-password', message, ...(source === undefined ? {} : { source }) });
      }
    }
    this.unverifiable = users
      .filter((user) => {
        const forms = passwordsOf(user).map((password) => this.#stored.get(password)?.kind);
        return forms.length > 0 && forms.every((kind) => kind === 'unknown');
      })
      .map(({ login }) => login);
    this.#decoy = decoyOf(commonest([...this.#stored.values()]));
  }

  readonly verify: VerifyPassword = (text, given, call) => {
    if (this.#closed) return cannotTell(`${this.#name}: it is closed`);
    const stored = this.#stored.get(text ?? '') ?? this.#decoy;
    if (stored.kind === 'unknown')
      return cannotTell(`its password is stored as ${stored.scheme}, which is not checked here`, false);
    // HMAC, on which scrypt and PBKDF2 rest, fills its key up with NULs (RFC 2104 section 2): `secret` and
    // `secret\0` were the same.
    if (given.length > LONGEST_PASSWORD || given.includes('\0')) return found(false);
    return isSlow(stored)
      ? this.#inThread(() => checkInThread(stored, given), call)
      : found(checkAtOnce(stored, given));
  };

  close(): Promise<void> {
    this.#closed = true;
    return this.#desk.close();
  }

  #inThread(check: () => Promise<boolean>, call: PortCall | undefined): Promise<Answer<boolean>> {
    return this.#desk.run(call, () =>
      check().then(found, (error: unknown) => {
        return cannotTell(`the password cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
      }),
    );
  }
}

function passwordsOf({ password, otherPasswords = [] }: UserData): readonly string[] {
  return [...(password === undefined ? [] : [password]), ...otherPasswords];
}

/** The form that most passwords have: one that does not exist takes the time of these. */
function commonest(all: readonly StoredPassword[]): KnownPassword {
  const counts = new Map<string, { count: number; readonly one: KnownPassword }>();
  for (const one of all) {
    if (one.kind === 'unknown') continue;
    const key = JSON.stringify({ ...one, salt: undefined, hash: undefined, octets: undefined });
    const there = counts.get(key) ?? { count: 0, one };
    there.count++;
    counts.set(key, there);
  }
  const [first] = [...counts.values()].sort((a, b) => b.count - a.count);
  return first?.one ?? { kind: 'plain', octets: encodeUtf8('') };
}
