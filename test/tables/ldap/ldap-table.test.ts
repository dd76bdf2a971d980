import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LdapSearch } from '../../../src/ports/ldap-search.js';
import { ldapTable } from '../../../src/tables/ldap/ldap-table.js';
import { cannotTell, found } from '../../../src/values/answer.js';
import { escapeDnValue } from '../../../src/values/ldap-names.js';
import { asked, BASE, dnOf, entry, lines, nothing, opened, person, school, scripted } from './support.js';

const uid = 'query_filter = uid=%s';
const groups = `${uid}\nresult_attribute =\nleaf_result_attribute = mail\nspecial_result_attribute = member, url`;

describe('a look-up', () => {
  it.each([
    [uid, 'bob', 'bob@a.example'],
    [uid, 'BOB', 'bob@a.example'],
    [uid, 'ann', 'ann@a.example,ann@b.example'],
    [uid, 'nobody', '-'],
    [uid, '', '-'],
    [uid, '*', '-'],
    [uid, 'bob)(uid=*', '-'],
    [uid, 'a\0b', '-'],
    [uid, 'x'.repeat(70_000), '-'],
    ['query_filter = uid=%u', 'bob@any.example', 'bob@a.example'],
    ['query_filter = (&(uid=%u)(mail=*@%d))', 'bob', '-'],
    [`${uid}\nresult_format = <%s>`, 'ann', '<ann@a.example>,<ann@b.example>'],
    [`${uid}\nresult_format = %d %S`, 'ann', 'a.example ann,b.example ann'],
    [`${uid}\nresult_attribute = maildrop\nresult_format = %d`, 'ann', '-'],
    [`${uid}\nresult_attribute = maildrop mail`, 'ann', 'ann@a.example,ann@b.example,ann'],
    ['query_filter = (|(uid=ann)(uid=bob))', 'x', 'ann@a.example,ann@b.example,bob@a.example'],
    [`${uid}\nresult_attribute = mail;lang-de`, 'bob', '-'],
  ])('%j, %.30j: %s', async (more, key, expected) => {
    expect(await opened(lines(more)).get(key)).toBe(expected);
  });

  it.each([
    [65_536, 1],
    [65_537, 0],
  ])('of a key of %d characters: %d searches', async (length, searches) => {
    const { service, get } = opened(lines(uid));
    expect(await get('x'.repeat(length))).toBe('-');
    expect(service.queries).toHaveLength(searches);
  });

  it('folds the letter case of keys only where it is wanted', async () => {
    const search = scripted(nothing);
    const table = ldapTable(lines(uid), { file: 'f', ldap: () => search, foldKeys: false });
    await asked(table, 'BOB');
    expect(search.queries[0]?.filter).toBe('(uid=BOB)');
  });

  it('asks nobody for a key that lacks what the templates need', async () => {
    const { service, get } = opened(lines('query_filter = (&(uid=%u)(mail=*@%d))\nresult_format = %s %2'));
    for (const key of ['bob', 'bob@', '@a.example', 'bob@example', '']) expect(await get(key)).toBe('-');
    expect(service.queries).toEqual([]);
  });

  it('tells where its value comes from, and its name', async () => {
    const { table } = opened(lines(uid));
    expect(table.name).toBe('ldap:users.cf');
    expect(await table.lookup('bob')).toEqual(found({ value: 'bob@a.example', source: { file: 'users.cf' } }));
  });

  it('hands on the call', async () => {
    let seen: unknown;
    const search = {
      name: 's',
      search: (_query: unknown, call?: unknown) => {
        seen = call;
        return found([]);
      },
    };
    const call = { signal: new AbortController().signal, deadline: 5 };
    await ldapTable(lines(uid), { file: 'f', ldap: () => search }).lookup('x', call);
    expect(seen).toBe(call);
  });

  it('quotes any key, so that it is found as itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), async (name) => {
        const key = name.replaceAll('\0', ' ');
        fc.pre(key.trim() !== '' && key === key.toLowerCase() && key === key.toUpperCase());
        const own = { dn: `cn=${escapeDnValue(key)},${BASE}`, attributes: { uid: [key], mail: ['own'] } };
        const { service, get } = opened(lines(uid), [...school, own]);
        expect([key, await get(key)]).toEqual([key, 'own']);
        expect(service.queries).toHaveLength(1);
      }),
    );
  });
});

describe('the base', () => {
  it('that is not there is "could not tell" for a fixed one, and "not found" for one that comes of the key', async () => {
    expect(await opened(lines(`${uid}\nsearch_base = dc=gone`)).get('bob')).toBe(
      '! for good there is no entry at the search_base dc=gone',
    );
    const dynamic = opened(lines(`query_filter = uid=%u\nsearch_base = ou=%d,${BASE}`));
    expect(await dynamic.get('here@a.example')).toBe('here@a.example');
    expect(await dynamic.get('here@b.example')).toBe('-');
    expect(await dynamic.get('here@a.example,ou=people')).toBe('-');
    expect(dynamic.service.queries.at(-1)?.base).toBe(`ou=a.example\\,ou=people,${BASE}`);
  });
});

describe('trouble', () => {
  it.each([true, false])('of the search is that of the table (temporary: %s)', async (temporary) => {
    const search = scripted(() => cannotTell('no server', temporary));
    const table = ldapTable(lines(uid), { file: 'f', ldap: () => search });
    expect(await table.lookup('bob')).toEqual(cannotTell('no server', temporary));
  });

  it('with a member is that of the whole', async () => {
    const { service, get } = opened(lines(groups));
    service.fail(cannotTell('away'), 'cn=bob');
    expect(await get('team')).toBe('! away');
    service.fail(undefined);
    expect(await get('team')).not.toContain('!');
  });

  it('is a result that is no text', async () => {
    expect(await opened(lines(uid)).get('octets')).toMatch(/^! for good .*UTF-8/);
    expect(await opened(lines(`${uid}\nresult_attribute = text`)).get('octets')).toMatch(/^! for good .*UTF-8/);
  });

  it('of a search that rejects comes through', async () => {
    const search = { name: 's', search: () => Promise.reject(new Error('a bug')) };
    await expect(asked(ldapTable(lines(uid), { file: 'f', ldap: () => search }), 'x')).rejects.toThrow('a bug');
  });
});

describe('groups', () => {
  it.each([
    [groups, 'team', 'ann@a.example,ann@b.example,bob@a.example,ann@a.example,ann@b.example'],
    [`${uid}\nspecial_result_attribute = member`, 'inner', 'inner@a.example,bob@a.example,ann@a.example,ann@b.example'],
    [`${groups}\nterminal_result_attribute = maildrop`, 'inner', 'bob@a.example,ann'],
    [`${groups}\nrecursion_limit = 3`, 'team', 'ann@a.example,ann@b.example,bob@a.example,ann@a.example,ann@b.example'],
  ])('%j, %s', async (more, key, expected) => {
    expect(await opened(lines(more)).get(key)).toBe(expected);
  });

  it.each([
    ['recursion_limit = 2', 'team', /^! for good references deeper than 2, at cn=inner,/],
    ['recursion_limit = 1', 'inner', /^! for good references deeper than 1/],
    ['', 'loop', /^! for good cn=loop,.* leads back to itself/],
    ['expansion_limit = 4', 'team', /^! for good more than 4 results/],
  ])('with %j, %s: %s', async (more, key, expected) => {
    expect(await opened(lines(`${groups}\n${more}`)).get(key)).toMatch(expected);
  });

  it('counts results, not entries, for expansion_limit', async () => {
    expect(await opened(lines(`${groups}\nexpansion_limit = 5`)).get('team')).not.toContain('!');
    expect(await opened(lines(`${uid}\nexpansion_limit = 1`)).get('bob')).toBe('bob@a.example');
    expect(await opened(lines(`${uid}\nexpansion_limit = 1`)).get('ann')).toMatch(/^! for good more than 1 results/);
  });

  it('gives size_limit to every search, and holds a server to it', async () => {
    const { service, get } = opened(lines(`${groups}\nsize_limit = 1`));
    expect(await get('team')).not.toContain('!');
    expect(service.queries.map(({ sizeLimit }) => sizeLimit)).toEqual(service.queries.map(() => 1));
    const search = scripted(() => found([entry('a', { mail: ['a'] }), entry('b', { mail: ['b'] })]));
    expect(await asked(ldapTable(lines('size_limit = 1'), { file: 'f', ldap: () => search }), 'x')).toMatch(
      /^! for good more than 1 entries/,
    );
  });

  it('judges terminal and leaf attributes by the entry that they stand in', async () => {
    const both = 'query_filter = kind=%s\nresult_attribute = mail\nterminal_result_attribute = maildrop';
    expect(await opened(lines(both)).get('two')).toBe('drop@elsewhere.example,zero@a.example');
    expect(
      await opened(
        lines(
          'query_filter = (|(uid=inner)(uid=zero))\nresult_attribute =\nleaf_result_attribute = mail\nspecial_result_attribute = member',
        ),
      ).get('x'),
    ).toMatch(/zero@a\.example/);
  });

  it('asks for each member once, however many groups it is in', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `p${at}`);
    const people = names.map((name) => person(name, { mail: [`${name}@a.example`] }));
    const layer = (depth: number) =>
      person(`g${depth}`, { member: depth === 0 ? names.map(dnOf) : [dnOf(`g${depth - 1}`), dnOf(`g${depth - 1}`)] });
    const { service, get } = opened(lines(groups), [
      ...school,
      ...people,
      ...Array.from({ length: 6 }, (_, at) => layer(at)),
    ]);
    expect((await get('g5')).split(',')).toHaveLength(60 * 32);
    expect(service.queries.length).toBeLessThan(70);
  });

  it('ask for eight members at a time', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `p${at}`);
    const waiting: (() => void)[] = [];
    let most = 0;
    const search: LdapSearch = {
      name: 'slow',
      search: async ({ base }) => {
        if (base === BASE) return found([entry('g', { member: names.map(dnOf) })]);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return found([entry(base, { mail: ['x'] })]);
      },
    };
    let ended = false;
    const value = asked(ldapTable(lines(groups), { file: 'f', ldap: () => search }), 'g').finally(() => {
      ended = true;
    });
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, waiting.length);
      waiting.shift()?.();
    }
    expect((await value).split(',')).toHaveLength(30);
    expect(most).toBe(8);
  });

  it('of 16 MiB of addresses are whole, and of more are cut off', async () => {
    const MiB = 1_048_576;
    // With the commas between them.
    const ofOctets = (...lengths: readonly number[]): LdapSearch =>
      scripted(() => found([entry('g', { mail: lengths.map((length) => 'x'.repeat(length)) })]));
    const get = async (search: LdapSearch): Promise<string | number> => {
      const value = await asked(ldapTable(lines(uid), { file: 'f', ldap: () => search }), 'g');
      return value.startsWith('!') ? value : value.length;
    };
    expect(await get(ofOctets(8 * MiB, 8 * MiB - 1))).toBe(16 * MiB);
    expect(await get(ofOctets(8 * MiB, 8 * MiB))).toBe('! for good the result is too long');
  });

  it('that unfold without end are cut off', async () => {
    const layer = (depth: number) =>
      person(`g${depth}`, {
        member: depth === 0 ? [dnOf('bob')] : Array.from({ length: 10 }, () => dnOf(`g${depth - 1}`)),
      });
    const { get } = opened(lines(groups), [...school, ...Array.from({ length: 12 }, (_, at) => layer(at))]);
    expect(await get('g11')).toMatch(/^! for good more than 100000 references/);
  });

  it('of the same members in any nesting have the same addresses', async () => {
    const member = fc.constantFrom('ann', 'bob', 'drop', 'zero');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(member, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        async (nested) => {
          const inner = nested.map((names, at) => person(`i${at}`, { member: names.map(dnOf) }));
          const outer = person('outer', { member: inner.map(({ dn }) => dn) });
          const flat = person('flat', { member: nested.flat().map(dnOf) });
          const { get } = opened(lines(groups), [...school, ...inner, outer, flat]);
          expect(await get('outer')).toBe(await get('flat'));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('groups by URL', () => {
  const group = (url: string) => [...school, person('urls', { mail: ['urls@a.example'], url: [url] })];
  it.each([
    [`ldap:///ou=people,${BASE}??sub?(|(uid=ann)(uid=bob))`, 'ann@a.example,ann@b.example,bob@a.example'],
    [`ldap:///${dnOf('bob')}?mail`, 'bob@a.example'],
    [`ldap:///${dnOf('bob')}?telephoneNumber`, '-'],
    [`ldap:///ou=people,${BASE}?mail?sub?(uid=team)`, 'team@a.example'],
    [
      `ldap:///ou=people,${BASE}??sub?(uid=team)`,
      'ann@a.example,ann@b.example,bob@a.example,ann@a.example,ann@b.example',
    ],
    [`ldap:///ou=gone,${BASE}??sub?(uid=team)`, '-'],
    [`ldap:///${dnOf('urls')}`, `! for good ldap:///${dnOf('urls')} leads back to itself`],
    [`ldap:///${dnOf('bob')}??weird`, `! for good ldap:///${dnOf('bob')}??weird: the scope weird is not searched`],
  ])('%s: %s', async (url, expected) => {
    expect(await opened(lines(groups), group(url)).get('urls')).toBe(expected);
  });
});
