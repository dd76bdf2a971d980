import { mailboxOf } from '../builders.js';
import { equal, foundIn, kindOf, patient } from './checks.js';
import {
  type Case,
  expectedGroups,
  expectedMembers,
  groupBy,
  groupNames,
  groups,
  keysOf,
  memberNames,
  userBy,
} from './expected.js';

export const groupCases: Readonly<Record<string, Case>> = {
  'finds a group by name, of any letter case, and tells how it is spelt': {
    run: async ({ directory }) => {
      for (const { name } of groups) {
        for (const asked of [name, name.toUpperCase(), name.toLowerCase()]) {
          equal((await groupBy(directory, asked)).name, name);
        }
      }
    },
  },
  'finds a group by its addresses': {
    needs: ['groupAddresses'],
    run: async ({ directory }) => {
      for (const { name, addresses = [] } of groups) {
        for (const address of addresses) {
          const answer = await directory.findGroup(
            { kind: 'address', address: mailboxOf(address.toUpperCase()) },
            patient(),
          );
          const group = foundIn(answer, address);
          equal(
            [group.name, [...keysOf(group.addresses)].sort()],
            [name, addresses.map((one) => one.toLowerCase()).sort()],
          );
        }
      }
    },
  },
  'gives the groups of a user, nested ones too, each once; loops end': {
    run: async ({ directory, has }) => {
      for (const login of ['alice', 'bob', 'Carol', 'frank', 'jmüller', "o'neill", 'silent', 'mallory', 'pupil1234']) {
        equal([login, await groupNames(directory, login)], [login, expectedGroups(login, has)]);
      }
    },
  },
  'gives the members of a group, of nested ones too, each once; loops end': {
    run: async ({ directory, has }) => {
      for (const group of groups.filter(({ name }) => !name.includes('Big'))) {
        equal([group.name, await memberNames(directory, group.name)], [group.name, expectedMembers(group, has)]);
      }
    },
  },
  'gives all members of a large group': {
    run: async ({ directory, has }) => {
      for (const group of groups.filter(({ name }) => name.includes('Big'))) {
        equal(await memberNames(directory, group.name), expectedMembers(group, has));
      }
    },
  },
  'gives the contacts of a group, also one without address': {
    needs: ['contacts'],
    run: async ({ directory }) => {
      const all = foundIn(await directory.membersOf(await groupBy(directory, 'Parents'), patient()), 'Parents');
      const shown = all.map((one) => [one.kind, one.displayName, keysOf(one.addresses)]);
      equal(shown.sort(), [
        ['contact', 'Parent of Alice', ['parent@far.example']],
        ['contact', 'The Fax (without address)', []],
      ]);
    },
  },
  'says "not found" of the groups of a user who is gone, and of the members of such a group': {
    run: async ({ directory, gone }) => {
      const user = gone.user(await userBy(directory, 'alice'));
      equal(kindOf(await directory.groupsOf(user, patient())), 'not-found');
      const group = gone.group(await groupBy(directory, 'Class5a'));
      equal(kindOf(await directory.membersOf(group, patient())), 'not-found');
    },
  },
};
