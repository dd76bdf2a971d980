/**
 * The school's people, from one JSON file: users with their passwords, groups with their members. Gives what the
 * parts of the server ask for: a table of users, a table of group addresses, and who may log in.
 */
import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ConfigurationError, type Credentials, found, inlineTable, notFound, type Problem, type Table } from 'postern';

export interface Directory {
  readonly users: readonly string[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Every user, as local recipients. */
  readonly recipients: Table;
  /** Group addresses, as aliases. */
  readonly groupAliases: Table;
  readonly credentials: Credentials;
}

interface DirectoryFile {
  readonly users: Readonly<Record<string, { readonly password: string }>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

const derive = promisify<string, Buffer, number, { N: number }, Buffer>(scrypt);
const COST = { N: 4096 };

/** Throws a ConfigurationError with everything that is wrong with the file. */
export function readDirectory(text: string, file: string): Directory {
  const { users, groups } = parse(text, file);
  const names = Object.keys(users);
  const credentials: Credentials = {
    async verify(login, password) {
      const name = login.toLowerCase().replace(/@school\.example$/, '');
      const [, salt = '', hash = ''] = (Object.hasOwn(users, name) ? users[name]?.password : decoy)?.split(':') ?? [];
      const expected = Buffer.from(hash, 'base64');
      const given = await derive(password, Buffer.from(salt, 'base64'), 32, COST);
      const right = expected.length === given.length && timingSafeEqual(expected, given);
      return right && Object.hasOwn(users, name) ? found({ name }) : notFound();
    },
  };
  return {
    users: names,
    groups,
    recipients: inlineTable(Object.fromEntries(names.map((name) => [name, name])), { name: 'directory:users' }),
    groupAliases: inlineTable(
      Object.fromEntries(Object.entries(groups).map(([name, members]) => [name, members.join(', ')])),
      { name: 'directory:groups' },
    ),
    credentials,
  };
}

/** For unknown names, so that they take as long as known ones. */
const decoy = `scrypt:${Buffer.alloc(12).toString('base64')}:${Buffer.alloc(32).toString('base64')}`;

function parse(text: string, file: string): DirectoryFile {
  const problems: Problem[] = [];
  const wrong = (message: string, construct: string): void => {
    const at = text.split('\n').findIndex((line) => line.includes(`"${construct}"`));
    problems.push({ code: 'directory', message, source: at < 0 ? { file } : { file, line: at + 1 }, construct });
  };
  const value = json(text, file);
  const { users = {}, groups = {} } = value;
  if (!isRecord(users)) wrong('expected an object of users', 'users');
  if (!isRecord(groups)) wrong('expected an object of groups', 'groups');
  for (const [name, user] of Object.entries(isRecord(users) ? users : {})) {
    const { password } = isRecord(user) ? user : {};
    const good = typeof password === 'string' && /^scrypt:[\w+/=]+:[\w+/=]+$/.test(password);
    if (!good) wrong('expected { "password": "scrypt:SALT:HASH" } for the user', name);
  }
  for (const [name, members] of Object.entries(isRecord(groups) ? groups : {})) {
    if (!Array.isArray(members)) wrong('expected a list of members for the group', name);
    else
      for (const one of members)
        if (!Object.hasOwn(users as object, one)) wrong(`group "${name}" has a member who is not a user`, String(one));
    if (Object.hasOwn(users as object, name)) wrong('a group has the name of a user', name);
  }
  if (problems.length > 0) throw new ConfigurationError('directory', problems);
  return value as unknown as DirectoryFile;
}

function json(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError('directory', [{ code: 'json', message: `expected JSON: ${why}`, source: { file } }]);
  }
  throw new ConfigurationError('directory', [{ code: 'json', message: 'expected a JSON object', source: { file } }]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
