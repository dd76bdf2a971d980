/** A directory from a file passes the suites, whichever form the file has; what is wrong with a file is told with its lines. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  hashPassword,
  readStaticDirectory,
  type StaticDirectory,
  staticDirectory,
} from '../../../src/adapters/static-directory/index.js';
import {
  authenticatorConformance,
  conformanceTree,
  directoryConformance,
  type UserData,
} from '../../../src/testing/directory/index.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { treeAsAdLdif, treeAsJson, treeAsLdif } from '../../directory/tree-files.js';

const folder = mkdtempSync(join(tmpdir(), 'postern-static-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hashes = new Map<string, string>();
for (const { password } of conformanceTree.users) {
  if (password !== undefined) hashes.set(password, await hashPassword(password, { ln: 10 }));
}
const hashed = ({ password }: UserData): string | undefined => hashes.get(password ?? '');
const ssha = ({ password }: UserData): string | undefined => {
  if (password === undefined) return undefined;
  const digest = createHash('sha512').update(password).update('salt').digest();
  return `{SSHA512}${Buffer.concat([digest, Buffer.from('salt')]).toString('base64')}`;
};

const files = { json: 'tree.json', ldif: 'tree.ldif', ad: 'ad.ldf' };
writeFileSync(join(folder, files.json), treeAsJson(hashed));
writeFileSync(join(folder, files.ldif), treeAsLdif(ssha));
writeFileSync(join(folder, files.ad), treeAsAdLdif());
/** Read once: nothing that the suites do changes it. */
const made = Object.fromEntries(
  Object.entries(files).map(([form, file]) => {
    const directory = staticDirectory({ file: join(folder, file), sharedAddresses: true });
    return [form, () => directory];
  }),
) as Readonly<Record<keyof typeof files, () => StaticDirectory>>;
const test = it;

describe('JSON', () => {
  directoryConformance({ test, makeDirectory: made.json, abilities: { principals: true } });
  authenticatorConformance({ test, makeAuthenticator: made.json, abilities: { mustChange: false } });
});

describe('LDIF of OpenLDAP', () => {
  directoryConformance({ test, makeDirectory: made.ldif });
  authenticatorConformance({ test, makeAuthenticator: made.ldif, abilities: { mustChange: false } });
});

describe('LDIF of Active Directory', () => {
  directoryConformance({ test, makeDirectory: made.ad, abilities: { posix: false, principals: true } });
});

/** The problems, as `file:line: message: construct`. */
function problemsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (isConfigurationError(error)) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('the file', () => {
  it('tells everything that is wrong with it, with lines', () => {
    const text = `{ "domain": "school example",
  "users": {
    "s001": { "password": "secret", "name": 1 },
    "S001": { "state": "sleeping", "hat": true },
    "s\\u0000": { "addresses": ["x", "y@school.example", 3], "posix": { "uid": 1 } },
    "s002": { "password": "{SSHA}AAAA", "posix": { "uid": -1, "gid": 1 }, "sid": "x" },
    "s002": [] },
  "groups": {
    "g": ["s001", "s003"], "h": { "groups": ["g", "none"], "gid": 1.5, "contacts": ["nobody"] }, "i": "s001" },
  "more": 1 }`;
    expect(problemsOf(() => readStaticDirectory(text, { file: 'd.json' }))).toMatchInlineSnapshot(`
      [
        "d.json:1: domain: no domain name has this character: " ": school example",
        "d.json:3: name of the user "s001" is a text",
        "d.json:3: password of the user "s001": expected $scrypt$..., {SSHA512}... or another known form of a stored password",
        "d.json:4: the user "S001" has password, name, principal, addresses, state, posix, sid, not this: hat",
        "d.json:4: state of the user "S001" is one of active, disabled, expired, locked-out: sleeping",
        "d.json:4: another user has this name, of whatever letter case: S001",
        "d.json:5: addresses of the user "s?" are texts",
        "d.json:5: posix of the user "s?" has a uid and a gid",
        "d.json:5: a user has a name of 1 to 1024 characters without control characters: s?",
        "d.json:7: this name is there twice: s002",
        "d.json:7: the user "s002" is an object",
        "d.json:9: the group "i" is an object",
        "d.json:9: "h": uid and gid are whole numbers from 0 to 4294967294: 1.5",
        "d.json:9: group "g" has a member that is no user: s003",
        "d.json:9: group "h" has a member that is no contact: nobody",
        "d.json:9: group "h" has a member that is no group: none",
        "d.json:10: the directory has domain, users, groups, contacts, not this: more",
      ]
    `);
  });

  it('never repeats a password', () => {
    for (const password of [
      'hunter2',
      '{SSHA}hunter2',
      '$scrypt$hunter2',
      '$pbkdf2-sha256$hunter2',
      'scrypt:hunter2',
    ]) {
      const json = problemsOf(() =>
        readStaticDirectory(JSON.stringify({ users: { a: { password } } }), { file: 'd.json' }),
      );
      expect(json).toHaveLength(1);
      const ldif = problemsOf(() =>
        readStaticDirectory(`dn: uid=a\nuid: a\nuserPassword; ${password}\n${password}\nuserPassword : ${password}\n`, {
          file: 'd.ldif',
        }),
      );
      expect(ldif.length).toBeGreaterThan(1);
      expect([...json, ...ldif].join()).not.toContain('hunter2');
    }
  });

  it('of the example server is one', async () => {
    const file = fileURLToPath(new URL('../../../examples/server/school/directory.json', import.meta.url));
    const directory = staticDirectory({ file });
    expect([directory.users.length > 0, directory.groups.length > 0, directory.unverifiable]).toEqual([true, true, []]);
    const asked = await directory.authenticate(directory.users[0]?.login ?? '', 'wrong');
    expect(asked).toMatchObject({ value: { kind: 'refused', cause: 'wrong-password' } });
    await directory.close();
  });

  it('must be there, not be too large, and not be without users', () => {
    const file = join(folder, 'none.json');
    expect(problemsOf(() => staticDirectory({ file }))).toEqual([
      expect.stringContaining('none.json: cannot be read: ENOENT'),
    ]);
    writeFileSync(file, '');
    expect(problemsOf(() => staticDirectory({ file }))).toEqual([expect.stringContaining('none.json:1: JSON')]);
    writeFileSync(file, '{}');
    expect(problemsOf(() => staticDirectory({ file, maxBytes: 1 }))).toEqual([
      expect.stringContaining('more than 1 octets'),
    ]);
    expect(problemsOf(() => staticDirectory({ file }))).toEqual([expect.stringContaining('there is no user in it')]);
    expect(problemsOf(() => staticDirectory({ file, format: 'ldif' }))).not.toEqual([]);
    expect(problemsOf(() => readStaticDirectory(new Uint8Array([0xff]), { file }))).toEqual([
      expect.stringContaining('expected UTF-8'),
    ]);
  });

  it('is asked for with options that make sense', () => {
    const wrong = {
      file: '',
      format: 'xml',
      name: 'ü',
      sharedAddresses: 1,
      atOnce: 0,
      waiting: -1,
      timeout: 0.5,
      hat: 1,
    };
    const problems = problemsOf(() => staticDirectory(wrong as never));
    expect(problems).toHaveLength(8);
    expect(problemsOf(() => staticDirectory(undefined as never))).not.toEqual([]);
  });
});
