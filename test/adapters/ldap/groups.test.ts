/** Groups of users and members of groups: what only LDAP has. The suite of the port is in
 * directory-conformance.test.ts. */
import { describe, expect, test } from 'vitest';
import { directoryOver } from '../../../src/adapters/ldap/directory.js';
import type { LdapService } from '../../../src/adapters/ldap/service.js';
import { sidBytes } from '../../../src/directory/sid.js';
import { type Answer, cannotTell, found } from '../../../src/values/answer.js';
import { encodeUtf8 } from '../../../src/values/bytes.js';
import type { PlainEntry } from './as-domain-controller.js';
import {
  adDirectory,
  adGroup,
  adUser,
  BASE,
  DISTRIBUTION,
  dn,
  group,
  groupIn,
  groupNames,
  type Made,
  memberNames,
  openDirectory,
  settingsOf,
  user,
  userIn,
} from './small-trees.js';

const school: readonly PlainEntry[] = [
  adUser('alice'),
  adUser('bob'),
  adUser('lone'),
  adGroup('Class', ['alice', 'bob']),
  adGroup('Year', ['Class']),
  adGroup('LoopA', ['Year', 'LoopB']),
  adGroup('LoopB', ['LoopA']),
  adGroup('News', ['alice', 'Class'], DISTRIBUTION),
  adGroup('AllNews', ['News'], DISTRIBUTION),
  adGroup('BehindNews', ['AllNews']),
];
const ALL = ['AllNews', 'BehindNews', 'Class', 'Domain Users', 'LoopA', 'LoopB', 'News', 'Year'];

describe('groups of a user of Active Directory', () => {
  test('security groups by the token, and distribution groups, which are not in it', async () => {
    const made = adDirectory(school);
    expect(await groupNames(made, 'alice')).toEqual(ALL);
    expect(await groupNames(made, 'bob')).toEqual(ALL);
    expect(await groupNames(made, 'lone')).toEqual(['Domain Users']);
  });

  test('cost one search once the groups are known, and as many again when they are forgotten', async () => {
    const searches = async (made: Made, login: string): Promise<number> => {
      const one = await userIn(made, login);
      const before = made.service.queries.length;
      expect((await made.directory.groupsOf(one)).kind).toBe('found');
      return made.service.queries.length - before;
    };
    const made = adDirectory(school);
    const first = await searches(made, 'alice');
    expect(first).toBeLessThanOrEqual(5);
    expect([await searches(made, 'bob'), await searches(made, 'alice')]).toEqual([1, 1]);
    const forgetful = adDirectory(school, { groupTime: 0 });
    expect([await searches(forgetful, 'alice'), await searches(forgetful, 'alice')]).toEqual([first, first]);
  });

  test.each([
    ['memberOf of users cannot be read', ['memberOf'], ALL],
    ['the token cannot be read', ['tokenGroups'], ALL],
    ['neither can', ['memberOf', 'tokenGroups'], ALL],
  ])('are complete where %s', async (_, hidden, expected) => {
    const made = adDirectory(school, {}, { unreadableOf: { classes: ['user'], attributes: hidden } });
    expect(await groupNames(made, 'alice')).toEqual(expected);
  });

  test('cannot be told where the primary group cannot be read either', async () => {
    const made = adDirectory(school, {}, { unreadable: ['tokenGroups', 'primaryGroupID'] });
    expect(await groupNames(made, 'alice')).toEqual({
      kind: 'cannot-tell',
      temporary: false,
      why: `ldap ldap://tree.example: neither tokenGroups nor primaryGroupID of ${dn('alice')} can be read`,
    });
  });

  test('are those below groupsBase alone', async () => {
    const inside: PlainEntry[] = [
      { dn: `ou=Groups,${BASE}`, attributes: { objectClass: 'organizationalUnit' } },
      { ...adGroup('Inside', ['alice']), dn: `cn=Inside,ou=Groups,${BASE}` },
    ];
    const made = adDirectory([...school, ...inside], { groupsBase: `ou=Groups,${BASE}` });
    expect(await groupNames(made, 'alice')).toEqual(['Inside']);
    const before = made.service.queries.length;
    expect(await groupNames(made, 'alice')).toEqual(['Inside']);
    // The user, and the token: what does not count is remembered too.
    expect(made.service.queries.length - before).toBe(2);
  });
});

const open: readonly PlainEntry[] = [
  user('alice', { uidNumber: '1', gidNumber: '500' }),
  user('bob'),
  group('Direct', ['alice']),
  group('Unique', [], { objectClass: 'groupOfUniqueNames', uniqueMember: [dn('Direct'), dn('bob')] }),
  group('ByLogin', [], { objectClass: 'posixGroup', gidNumber: '501', memberUid: ['alice', 'nobody.here'] }),
  group('Primary', [], { objectClass: 'posixGroup', gidNumber: '500' }),
  group('Around', ['Primary', 'ByLogin', 'Around']),
];

describe('groups elsewhere', () => {
  test('by name, by unique name, by login, by number; through other groups; loops end', async () => {
    const made = openDirectory(open);
    expect(await groupNames(made, 'alice')).toEqual(['Around', 'ByLogin', 'Direct', 'Primary', 'Unique']);
    expect(await groupNames(made, 'bob')).toEqual(['Unique']);
    expect(await memberNames(made, 'Around')).toEqual(['alice']);
    expect(await memberNames(made, 'Unique')).toEqual(['alice', 'bob']);
  });

  test('no rule and no range of Active Directory is ever used: there they find nothing, without an error', async () => {
    const made = openDirectory(open);
    await groupNames(made, 'alice');
    await memberNames(made, 'Around');
    for (const { filter, attributes } of made.service.queries) {
      expect(filter).not.toMatch(/:=|tokenGroups/);
      expect(attributes.join()).not.toMatch(/range|tokenGroups/);
    }
  });
});

describe('members', () => {
  test('who has the group as the primary one is in it, through other groups too', async () => {
    const rid = '1200';
    const tree = [
      adUser('alice', { primaryGroupID: rid }),
      adUser('bob'),
      adGroup('Staff', [], { rid }),
      adGroup('All', ['Staff']),
    ];
    const made = adDirectory(tree);
    expect(await memberNames(made, 'Staff')).toEqual(['alice']);
    expect(await memberNames(made, 'All')).toEqual(['alice']);
    expect(await memberNames(made, 'Domain Users')).toEqual(['bob']);
    expect(await groupNames(made, 'bob')).toEqual(['Domain Users']);
  });

  test('names that are gone, computers and groups do not count; contacts do', async () => {
    const tree = [
      adUser('alice'),
      { dn: dn('pc'), attributes: { objectClass: ['user', 'computer'], sAMAccountName: 'pc$' } },
      { dn: dn('parent'), attributes: { objectClass: 'contact', displayName: 'Parent', mail: 'parent@far.example' } },
      adGroup('Mixed', ['alice', 'pc', 'parent', 'gone', 'Inner']),
      adGroup('Inner'),
    ];
    expect(await memberNames(adDirectory(tree), 'Mixed')).toEqual(['Parent', 'alice']);
  });

  test.each([
    ['case and blanks', `CN=Alice , DC=School,dc=example`],
    ['an escape that is none', `cn=\\61lice,${BASE}`],
  ])('however their names are spelt: %s', async (_, spelt) => {
    const tree = [user('alice'), group('Spelt', [], { member: [spelt, dn('alice')] })];
    expect(await memberNames(openDirectory(tree), 'Spelt')).toEqual(['alice']);
  });

  test('outside of the base are nobody, and groups there do not count', async () => {
    const far = 'uid=far,dc=far,dc=example';
    const farGroup = { ...group('FarGroup', ['alice']), dn: 'cn=FarGroup,dc=far,dc=example' };
    const tree = [
      user('alice'),
      { ...user('far'), dn: far },
      farGroup,
      group('Wide', [], { member: [far, farGroup.dn] }),
    ];
    const made = openDirectory(tree, { base: BASE });
    expect(await memberNames(made, 'Wide')).toEqual([]);
    const inside = [
      { dn: `ou=Groups,${BASE}`, attributes: { objectClass: 'organizationalUnit' } },
      user('alice'),
      user('bob'),
      group('Outer', ['alice']),
      { ...group('All', ['Outer', 'bob']), dn: `cn=All,ou=Groups,${BASE}` },
    ];
    expect(await memberNames(openDirectory(inside, { groupsBase: `ou=Groups,${BASE}` }), 'All')).toEqual(['bob']);
  });

  test('that are hidden are "could not tell"', async () => {
    const made = openDirectory([user('alice'), group('Class', ['alice'])]);
    made.service.hide(dn('alice'));
    expect(await memberNames(made, 'Class')).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });

  test('that the server says are not there are gone only where what is above them is shown', async () => {
    const people = `ou=People,${BASE}`;
    const tree = [
      { dn: people, attributes: { objectClass: 'organizationalUnit' } },
      user('alice'),
      group('Class', ['alice'], { member: [dn('alice'), `cn=gone,${people}`] }),
    ];
    expect(await memberNames(openDirectory(tree), 'Class')).toEqual(['alice']);
    const made = openDirectory(tree);
    const [alice, all] = [await userIn(made, 'alice'), await groupIn(made, 'Class')];
    made.service.hide(people);
    for (const answer of [
      await made.directory.membersOf(all),
      await made.directory.membersOf({ ...all, id: `cn=other,${people}` }),
      await made.directory.groupsOf({ ...alice, id: `cn=other,${people}` }),
    ]) {
      expect(answer).toMatchObject({ kind: 'cannot-tell', temporary: false });
    }
    expect((await made.directory.membersOf({ ...all, id: dn('gone') })).kind).toBe('not-found');
    expect((await made.directory.groupsOf({ ...alice, id: dn('gone') })).kind).toBe('not-found');
  });

  test('of a name that is not UTF-8 are "could not tell"', async () => {
    const tree = [
      user('alice'),
      group('Class', [], { member: [dn('alice'), new Uint8Array([0x63, 0x6e, 0x3d, 0xff])] }),
    ];
    expect(await memberNames(openDirectory(tree), 'Class')).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });

  test('by the primary group are those of its own domain', async () => {
    const other = sidBytes('S-1-5-21-9-9-9-1300');
    if (other.kind === 'malformed') throw new Error(other.why);
    const foreign = adUser('foreign', { primaryGroupID: '1200' });
    const made = adDirectory([
      adUser('alice', { primaryGroupID: '1200' }),
      foreign,
      adGroup('Staff', [], { rid: '1200' }),
    ]);
    const { service } = made;
    const moved: LdapService = {
      ...service,
      search: async (query, call) => {
        const answer = await service.search(query, call);
        if (answer.kind !== 'found') return answer;
        return found(
          answer.value.map((entry) =>
            entry.dn === foreign.dn
              ? { ...entry, attributes: new Map([...entry.attributes, ['objectsid', [other.value]]]) }
              : entry,
          ),
        );
      },
    };
    expect(await memberNames({ directory: directoryOver(moved, settingsOf({})) }, 'Staff')).toEqual(['alice']);
  });

  test('of very long names are asked for in several searches', async () => {
    const long = Array.from({ length: 5 }, (_, i) => `cn=${'\u4e00'.repeat(61_440)}${i},${BASE}`);
    const made = openDirectory([user('alice'), group('Long', [], { member: [dn('alice'), ...long] })]);
    expect(await memberNames(made, 'Long')).toEqual(['alice']);
    expect(Math.max(...made.service.queries.map(({ filter }) => encodeUtf8(filter).length))).toBeLessThan(262_144);
  });

  test('who is no user by usersBase and usersFilter is no member', async () => {
    const tree = [
      { dn: `ou=People,${BASE}`, attributes: { objectClass: 'organizationalUnit' } },
      user('outside'),
      { ...user('guest', { employeeType: 'guest' }), dn: `cn=guest,ou=People,${BASE}` },
      { ...user('alice'), dn: `cn=alice,ou=People,${BASE}` },
      group('Club', [], { member: [dn('outside'), `cn=guest,ou=People,${BASE}`, `cn=alice,ou=People,${BASE}`] }),
    ];
    const all = { usersBase: `ou=People,${BASE}`, usersFilter: '!(employeeType=guest)' };
    // RFC 4511 section 4.5.1.7: of an attribute that is not there a filter says neither yes nor no.
    const filter = '(|(!(employeeType=*))(!(employeeType=guest)))';
    expect(await memberNames(openDirectory(tree, { ...all, usersFilter: filter }), 'Club')).toEqual(['alice']);
    expect(await memberNames(openDirectory(tree, { usersBase: all.usersBase }), 'Club')).toEqual(['alice', 'guest']);
    const strange = openDirectory(tree, { usersBase: all.usersBase }, { entryName: 'unheardOf' });
    expect(await memberNames(strange, 'Club')).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });
});

describe('size', () => {
  const deep = (levels: number): readonly PlainEntry[] => [
    user('alice'),
    ...Array.from({ length: levels }, (_, i) => group(`Deep${i}`, [i === 0 ? 'alice' : `Deep${i - 1}`])),
  ];

  test('a thousand levels cost a search each', async () => {
    const made = openDirectory(deep(1000));
    expect(await memberNames(made, 'Deep999')).toEqual(['alice']);
    expect(made.service.queries.length).toBeLessThan(1010);
    made.service.queries.length = 0;
    expect(await groupNames(made, 'alice')).toHaveLength(1000);
    expect(made.service.queries.length).toBeLessThan(1010);
  });

  test('many members cost a search for every thirty', async () => {
    const logins = Array.from({ length: 3000 }, (_, i) => `pupil${i}`);
    const made = openDirectory([...logins.map((login) => user(login)), group('Big', logins)]);
    expect(await memberNames(made, 'Big')).toHaveLength(3000);
    expect(made.service.queries.length).toBeLessThanOrEqual(103);
  });

  test.each([
    ['more groups around a user', { maxGroups: 9 }, (made: Made) => groupNames(made, 'alice')],
    ['more groups in a group', { maxGroups: 9 }, (made: Made) => memberNames(made, 'Deep9')],
    ['more members', { maxMembers: 9 }, (made: Made) => memberNames(made, 'Wide')],
  ])('%s than is allowed are "could not tell", for good', async (_, limit, ask) => {
    const logins = Array.from({ length: 10 }, (_, i) => `pupil${i}`);
    const tree = [...deep(10), ...logins.map((login) => user(login)), group('Wide', logins)];
    expect(await ask(openDirectory(tree, limit))).toMatchObject({ kind: 'cannot-tell', temporary: false });
    const enough = await ask(openDirectory(tree, { maxGroups: 10, maxMembers: 10 }));
    expect(Array.isArray(enough)).toBe(true);
  });
});

describe('a search that fails, whichever it is', () => {
  /** From the n-th search on one does not answer. */
  const failingAt = (service: LdapService, at: number): LdapService => {
    let asked = 0;
    return {
      ...service,
      search: (query, call) =>
        ++asked === at ? Promise.resolve(cannotTell('gone away')) : service.search(query, call),
    };
  };
  const questions: readonly (readonly [string, (made: Made) => Promise<(one: Made) => Promise<Answer<unknown>>>])[] = [
    [
      'groups in Active Directory',
      async (made) => {
        const alice = await userIn(made, 'alice');
        return ({ directory }) => directory.groupsOf(alice);
      },
    ],
    [
      'members in Active Directory',
      async (made) => {
        const loop = await groupIn(made, 'BehindNews');
        return ({ directory }) => directory.membersOf(loop);
      },
    ],
  ];

  test.each(questions)('leaves nothing half told: %s', async (_, question) => {
    const made = adDirectory(school, { usersFilter: '(objectClass=user)' });
    const ask = await question(made);
    const whole = await ask({
      ...made,
      directory: directoryOver(made.service, settingsOf({ usersFilter: '(objectClass=user)' })),
    });
    expect(whole.kind).toBe('found');
    for (let at = 1; ; at++) {
      const directory = directoryOver(failingAt(made.service, at), settingsOf({ usersFilter: '(objectClass=user)' }));
      const answer = await ask({ ...made, directory });
      if (answer.kind === 'found') {
        expect(answer).toEqual(whole);
        expect(at).toBeGreaterThan(3);
        return;
      }
      expect(answer).toEqual(cannotTell('gone away'));
    }
  });

  test('the user or group that is gone is "not found"; an empty group has no members', async () => {
    const made = adDirectory(school);
    const [alice, news] = [await userIn(made, 'alice'), await groupIn(made, 'News')];
    expect((await made.directory.groupsOf({ ...alice, id: dn('gone') })).kind).toBe('not-found');
    expect((await made.directory.membersOf({ ...news, id: dn('gone') })).kind).toBe('not-found');
    expect((await made.directory.membersOf({ ...news, id: dn('lone') })).kind).toBe('not-found');
    const empty = adDirectory([adGroup('Empty')]);
    expect(await empty.directory.membersOf(await groupIn(empty, 'Empty'))).toEqual(found([]));
  });
});
