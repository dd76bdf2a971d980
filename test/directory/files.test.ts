/** Directories from JSON and LDIF: what the suites do not ask, and whatever text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStaticDirectory } from '../../src/adapters/static-directory/index.js';
import { readJsonDirectory } from '../../src/directory/json-directory.js';
import { readLdifDirectory } from '../../src/directory/ldif-directory.js';
import { encodeUtf8 } from '../../src/values/bytes.js';
import { isConfigurationError, renderProblem } from '../../src/values/errors.js';

const ldif = (text: string, missingMembers = false) => {
  const { data, problems } = readLdifDirectory(encodeUtf8(text), { file: 'x.ldif', missingMembers });
  return { ...data, problems: problems.map(renderProblem) };
};

const USER = 'objectClass: posixAccount\nuidNumber: 1\ngidNumber: 1\n';

describe('LDIF', () => {
  it('finds members by name, however it is spelt, and by login', () => {
    const text = `dn: uid=a,dc=x\nuid: a\n${USER}
dn: cn=M\\2c J,dc=x\nuid: b\n${USER}
dn: cn=g,dc=x\nobjectClass: groupOfNames\ncn: g\nmember: UID=A, DC=X\nmember: cn=M\\, J,dc=x\nuniqueMember: uid=a,dc=x#'0101'B\nmember:
\ndn: cn=h,dc=x\nobjectClass: posixGroup\ncn: h\nmemberUid: A\nmember: cn=G,dc=x\n`;
    const { groups, problems } = ldif(text);
    expect(problems).toEqual([]);
    expect(groups).toMatchObject([
      { name: 'g', users: ['a', 'b'], groupIds: [] },
      { name: 'h', users: ['A'], groupIds: ['cn=g,dc=x'] },
    ]);
  });

  it('tells of members who are not there, of entries that are there twice; leaves out what is nobody', () => {
    const text = `dn: uid=a,dc=x\nuid: a\n${USER}
dn: UID=a, dc=x\nuid: a2\n${USER}
dn: cn=pc,dc=x\nobjectClass: device\ncn: pc

dn: cn=g,dc=x\nobjectClass: groupOfNames\ncn: g\nmember: uid=none,dc=x\nmember: cn=pc,dc=x\nmemberUid: nobody\n`;
    expect(ldif(text).problems).toEqual([
      'x.ldif:7: this entry is there twice: UID=a, dc=x',
      'x.ldif:20: group "g" has a member of whom there is no entry: uid=none,dc=x',
      'x.ldif:22: group "g" has a member of whom there is no entry: nobody',
    ]);
    expect(ldif(text, true)).toMatchObject({
      groups: [{ users: [] }],
      problems: ['x.ldif:7: this entry is there twice: UID=a, dc=x'],
    });
  });

  it('has the password in plain where there is no scheme', async () => {
    const text = `dn: uid=a,dc=x\nuid: a\n${USER}userPassword: secret\n\ndn: uid=b,dc=x\nuid: b\n${USER}userPassword:\n`;
    const directory = readStaticDirectory(text, { file: 'x.ldif' });
    expect(await directory.authenticate('a', 'secret')).toMatchObject({ value: { kind: 'authenticated' } });
    expect(await directory.authenticate('b', 'secret')).toMatchObject({ value: { kind: 'refused' } });
  });
});

describe('JSON', () => {
  it('gives the address at the domain to who has none of his own', () => {
    const text = `{"domain":"Schüle.example","users":{"s001":{},"a b":{},"x":{"addresses":[]}},"groups":{"g":["s001"],"h":{"users":["x"]}}}`;
    const { data, problems } = readJsonDirectory(text, 'x.json');
    expect(problems).toEqual([]);
    expect([...data.users, ...(data.groups ?? [])].map(({ addresses }) => addresses)).toEqual([
      ['s001@xn--schle-mva.example'],
      ['"a b"@xn--schle-mva.example'],
      [],
      ['g@xn--schle-mva.example'],
      ['h@xn--schle-mva.example'],
    ]);
  });

  it('may call users as JavaScript calls its own', async () => {
    const directory = readStaticDirectory('{"users":{"__proto__":{"password":"{PLAIN}x"},"constructor":{}}}', {
      file: 'x.json',
    });
    expect(directory.users.map(({ login }) => login)).toEqual(['__proto__', 'constructor']);
    expect(await directory.authenticate('__PROTO__', 'x')).toMatchObject({ value: { kind: 'authenticated' } });
  });
});

describe('whatever text', () => {
  const only = (text: string | Uint8Array, format: 'json' | 'ldif'): void => {
    try {
      readStaticDirectory(text, { file: 'x', format });
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.problems.length).toBeGreaterThan(0);
    }
  };
  const names = fc.constantFrom(
    'users',
    'groups',
    'contacts',
    'domain',
    'a',
    'b',
    'password',
    'addresses',
    'state',
    'posix',
    'uid',
    'gid',
    'members',
    '__proto__',
  );
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('a', 'b', 'x@school.example', '{PLAIN}x', 'disabled', 1, true, null, 'S-1-5-1'),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(names, tie('node'), { maxKeys: 4 }),
    ),
  })).node;

  it('JSON is read, or a ConfigurationError', () => {
    fc.assert(
      fc.property(value, fc.nat(), (one, cut) => {
        const text = JSON.stringify({ users: one, ...(typeof one === 'object' ? one : {}) });
        only(text, 'json');
        only(text.slice(0, cut % (text.length + 1)), 'json');
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => only(text, 'json')));
  });

  it('LDIF is read, or a ConfigurationError', () => {
    const line = fc.constantFrom(
      'dn: uid=a,dc=x',
      'dn: cn=g,dc=x',
      '',
      'uid: a',
      'cn: g',
      'objectClass: posixAccount',
      'objectClass: groupOfNames',
      'objectClass: user',
      'sAMAccountName: a',
      'member: uid=a,dc=x',
      'member: cn=g,dc=x',
      'memberUid: a',
      'mail: a@school.example',
      'userPassword: {SSHA}x',
      'userPassword: x',
      'objectSid:: AQIAAAAAAAUgAAAAIAIAAA==',
      'primaryGroupID: 1',
      ' fold',
      'uidNumber: 99999999999999999999',
      'gidNumber: 4294967295',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => only(lines.join('\n'), 'ldif')),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array(), (octets) => only(octets, 'ldif')));
  });

  it('takes time in proportion to its length', () => {
    const many = (n: number, one: (i: number) => string, between = ','): string =>
      Array.from({ length: n }, (_, i) => one(i)).join(between);
    const shapes = [
      (n: number) => `{"users":{${many(n, (i) => `"u${i}":{"addresses":["u${i}@x.example"]}`)}}}`,
      (n: number) => `{"users":{"a":{}},"groups":{"g":[${many(n, () => '"a"')}]}}`,
      (n: number) =>
        `{"users":{"a":{}},"groups":{${many(n, (i) => `"g${i}":{"groups":["g${(i + 1) % n}"],"gid":1}`)}}}`,
      (n: number) => `{"users":{${many(n, () => '"a":{}')}}}`,
      (n: number) => '['.repeat(20 * n),
      (n: number) => `{"users":{"a":{"addresses":[${many(n, () => '"a@x.example"')}]}}}`,
    ];
    for (const shape of shapes) {
      const text = shape(20_000);
      const before = performance.now();
      only(text, 'json');
      expect(performance.now() - before).toBeLessThan(5000);
    }
  });
});
