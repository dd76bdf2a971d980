/** Whatever a stranger or an entry is called stands in filters as itself: no name says more than its own equality. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/values/bytes.js';
import { type LdapFilter, parseLdapFilter } from '../../../src/values/ldap-filter.js';
import { escapeDnValue } from '../../../src/values/ldap-names.js';
import { BASE, group, groupIn, memberNames, openDirectory, user, userIn } from './small-trees.js';

function valuesIn(filter: LdapFilter): readonly string[] {
  if (filter.kind === 'equal') return [`${filter.attribute.toLowerCase()}=${decodeUtf8(filter.value)}`];
  if (filter.kind === 'and' || filter.kind === 'or') return filter.filters.flatMap(valuesIn);
  throw new Error(`nobody asked for ${filter.kind}`);
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom('*', '(', ')', '\\', '&', '|', '=', '!', '\0', 'a', ',', '"', 'ü', ' '),
    maxLength: 30,
  }),
);

test('a login is compared whole, with the attributes of logins alone', async () => {
  const made = openDirectory([user('alice')]);
  await fc.assert(
    fc.asyncProperty(hostile, async (login) => {
      made.service.queries.length = 0;
      const answer = await made.directory.findUser({ kind: 'login', login });
      expect(answer.kind).toBe(login.toLowerCase() === 'alice' ? 'found' : 'not-found');
      for (const { filter } of made.service.queries) {
        const parsed = parseLdapFilter(filter);
        const values = parsed.kind === 'parsed' ? valuesIn(parsed.value) : [];
        expect(values.filter((value) => !value.startsWith('objectclass='))).toEqual(
          ['uid', 'samaccountname'].map((name) => `${name}=${login.normalize('NFC')}`),
        );
      }
    }),
  );
});

test('entries of any name are found by it, as members and in groups', async () => {
  const named = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((name) => `${name.trim()}.`);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(named, { maxLength: 5, selector: (name) => name.normalize('NFKC').toLowerCase() }),
      async (names) => {
        const dns = names.map((name) => `cn=${escapeDnValue(name)},${BASE}`);
        const users = names.map((_, i) => ({ ...user(`user${i}`), dn: dns[i] ?? '' }));
        const inner = { ...group('Inner', [], { member: dns }), dn: `cn=${escapeDnValue('In, "ner" \\ (ü)')},${BASE}` };
        const made = openDirectory([...users, inner, group('Outer', [], { member: inner.dn })]);
        expect(await memberNames(made, 'Outer')).toEqual(names.map((_, i) => `user${i}`));
        for (const i of names.keys()) {
          const groups = await made.directory.groupsOf(await userIn(made, `user${i}`));
          expect(groups.kind === 'found' && groups.value.map(({ name }) => name).sort()).toEqual(['Inner', 'Outer']);
        }
        expect((await groupIn(made, 'inner')).id).toBe(inner.dn);
      },
    ),
    { numRuns: 50 },
  );
});
