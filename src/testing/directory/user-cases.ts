/** The promises of the port Directory on users, and on every answer. */

import type { DirectoryGroup } from '../../ports/directory.js';
import type { Mailbox } from '../../values/address.js';
import { mailboxOf } from '../builders.js';
import { equal, foundIn, HOSTILE_NAMES, kindOf, patient } from './checks.js';
import { type Case, DOMAIN, expectedAddresses, groupNames, keysOf, some, userAt, userBy, users } from './expected.js';

export const userCases: Readonly<Record<string, Case>> = {
  'has a name that can be printed': {
    run: async ({ directory }) => equal(/^[!-~](?:[ -~]{0,198}[!-~])?$/.test(directory.name), true),
  },
  'finds a user by login, of any letter case, and tells how it is spelt': {
    run: async ({ directory }) => {
      for (const { login } of some) {
        for (const asked of [login, login.toUpperCase(), login.toLowerCase()]) {
          const user = await userBy(directory, asked);
          equal([user.kind, user.login, user.id !== ''], ['user', login, true]);
        }
      }
    },
  },
  'finds a user by the address that is his login': {
    run: async ({ directory }) => {
      for (const login of ['alice', 'Carol', "o'neill", 'pupil0007', 'pupil1999']) {
        for (const asked of [`${login}@${DOMAIN}`, `${login.toUpperCase()}@School.Example`]) {
          const user = foundIn(await userAt(directory, asked), asked);
          equal([user.login, keysOf(user.addresses).includes(`${login.toLowerCase()}@${DOMAIN}`)], [login, true]);
        }
      }
    },
  },
  'finds a user by any of his addresses, of any letter case; the primary one is the first, each is there once': {
    needs: ['otherAddresses'],
    run: async ({ directory, has }) => {
      for (const user of some.filter(({ login }) => !login.startsWith('twin'))) {
        for (const address of expectedAddresses(user, has)) {
          for (const asked of [address, address.toUpperCase(), address.toLowerCase()]) {
            const found = foundIn(await userAt(directory, asked), asked);
            equal([found.login, keysOf(found.addresses)[0]], [user.login, user.addresses?.[0]?.toLowerCase()]);
            equal([...keysOf(found.addresses)].sort(), user.addresses?.map((one) => one.toLowerCase()).sort());
          }
        }
      }
    },
  },
  'does not choose between two users with one address: "could not tell", for good': {
    needs: ['otherAddresses'],
    run: async ({ directory }) => {
      for (const asked of [`twins@${DOMAIN}`, `TWINS@${DOMAIN}`]) {
        const answer = await userAt(directory, asked);
        equal(
          [asked, kindOf(answer), answer.kind === 'cannot-tell' && answer.temporary],
          [asked, 'cannot-tell', false],
        );
      }
      for (const login of ['twin1', 'twin2']) equal((await userBy(directory, login)).login, login);
      equal(foundIn(await userAt(directory, `twin2@${DOMAIN}`), 'twin2').login, 'twin2');
    },
  },
  'finds a user by principal, of any letter case, and by nothing else': {
    needs: ['principals'],
    run: async ({ directory }) => {
      for (const { login, principal } of some.filter((user) => user.principal !== undefined)) {
        for (const asked of [principal ?? '', principal?.toUpperCase() ?? '']) {
          const answer = await directory.findUser({ kind: 'principal', principal: asked }, patient());
          equal([asked, foundIn(answer, asked).login], [asked, login]);
        }
      }
      for (const asked of ['alice', 'silent', 'liddell@old.school.example', `jm*@${DOMAIN}`]) {
        equal(
          [asked, kindOf(await directory.findUser({ kind: 'principal', principal: asked }, patient()))],
          [asked, 'not-found'],
        );
      }
    },
  },
  'finds a user without addresses': {
    run: async ({ directory, has }) => {
      const user = await userBy(directory, 'silent');
      equal(user.login, 'silent');
      if (has.otherAddresses) equal(user.addresses, []);
    },
  },
  'says of each kind of name that nobody has it': {
    run: async ({ directory, has }) => {
      const nobody = ['nobody.here', 'Class5a', 'parent', 'fax', `alice@${DOMAIN}`, ''];
      for (const login of nobody) {
        equal([login, kindOf(await directory.findUser({ kind: 'login', login }, patient()))], [login, 'not-found']);
      }
      for (const principal of [`nobody.here@${DOMAIN}`, `class5a@${DOMAIN}`, '*', '']) {
        const answer = await directory.findUser({ kind: 'principal', principal }, patient());
        equal([principal, kindOf(answer)], [principal, 'not-found']);
      }
      for (const name of ['No-Such-Group', `class5a@${DOMAIN}`, '']) {
        equal([name, kindOf(await directory.findGroup({ kind: 'name', name }, patient()))], [name, 'not-found']);
      }
      const addresses = [
        'nobody.here@school.example',
        'alice@elsewhere.example',
        'alice@example',
        '"a*"@school.example',
      ];
      if (has.groupAddresses) addresses.push(`class5a@${DOMAIN}`);
      for (const address of addresses) {
        equal([address, kindOf(await userAt(directory, address))], [address, 'not-found']);
        const asked = { kind: 'address', address: mailboxOf(address) } as const;
        if (address === `class5a@${DOMAIN}`) continue;
        equal([address, kindOf(await directory.findGroup(asked, patient()))], [address, 'not-found']);
      }
    },
  },
  'takes every name as itself, whatever it would mean in a filter, a file or a path': {
    run: async ({ directory }) => {
      for (const name of HOSTILE_NAMES) {
        const shown = name.slice(0, 20);
        equal(
          [shown, kindOf(await directory.findUser({ kind: 'login', login: name }, patient()))],
          [shown, 'not-found'],
        );
        equal([shown, kindOf(await directory.findGroup({ kind: 'name', name }, patient()))], [shown, 'not-found']);
      }
      for (const local of [
        '*',
        'a*',
        '"*)(mail=*"',
        '"alice)(|(uid=*"',
        '"a\\\\61"',
        'alice*',
        '"al ice"',
        "''",
        '"alice,x=y"',
      ]) {
        equal([local, kindOf(await userAt(directory, `${local}@${DOMAIN}`))], [local, 'not-found']);
      }
    },
  },
  'tells the state of an account': {
    needs: ['states'],
    run: async ({ directory }) => {
      for (const { login, state = 'active' } of some) {
        if (!login.startsWith('pupil')) equal([login, (await userBy(directory, login)).state], [login, state]);
      }
    },
  },
  'tells the display name': {
    needs: ['displayNames'],
    run: async ({ directory }) => {
      for (const { login, displayName } of some.filter((user) => user.displayName !== undefined)) {
        equal([login, (await userBy(directory, login)).displayName], [login, displayName]);
      }
    },
  },
  'tells uid, gid, home and shell': {
    needs: ['posix'],
    run: async ({ directory }) => {
      for (const { login, posix } of some) {
        const { uid, gid, home, shell } = (await userBy(directory, login)).posix ?? {};
        const { uid: u, gid: g, home: h, shell: s } = posix ?? {};
        equal([login, uid, gid, home, shell], [login, u, g, h, s]);
      }
    },
  },
  'answers every question with what was asked, however many there are at once': {
    run: async ({ directory }) => {
      const asked = Array.from({ length: 60 }, (_, i) => users[(i * 37) % users.length]?.login ?? '');
      const answers = await Promise.all(
        asked.map((login, i) =>
          directory.findUser({ kind: 'login', login: i % 3 === 0 ? `no-${login}` : login }, patient()),
        ),
      );
      equal(
        answers.map((answer) => (answer.kind === 'found' ? answer.value.login : kindOf(answer))),
        asked.map((login, i) => (i % 3 === 0 ? 'not-found' : login)),
      );
    },
  },
  'gives plain data that nobody can change for others': {
    run: async ({ directory }) => {
      const before = JSON.stringify(await userBy(directory, 'alice'));
      const user = await userBy(directory, 'alice');
      const groupsOf = foundIn(await directory.groupsOf(user, patient()), 'groups');
      const count = groupsOf.length;
      for (const spoil of [
        () => Object.assign(user, { login: 'mallory' }),
        () => (user.addresses as Mailbox[]).push(mailboxOf('mallory@school.example')),
        () => (groupsOf as DirectoryGroup[]).splice(0),
        () => Object.assign(groupsOf[0] ?? {}, { name: 'Admins' }),
      ]) {
        try {
          spoil();
        } catch {
          // It is frozen.
        }
      }
      const again = await userBy(directory, 'alice');
      equal(JSON.stringify(again), before);
      equal((await groupNames(directory, 'alice')).includes('admins'), false);
      equal(foundIn(await directory.groupsOf(again, patient()), 'groups').length, count);
      equal(structuredClone(again), again);
    },
  },
  'does not say "no such user" because the time is over': {
    run: async ({ directory }) => {
      const over = new AbortController();
      over.abort();
      const calls = [
        { ...patient(), signal: over.signal },
        { ...patient(), deadline: performance.now() - 1 },
      ];
      for (const call of calls) {
        const answer = await userAt(directory, `alice@${DOMAIN}`, call);
        equal(['found', 'cannot-tell'].includes(kindOf(answer)), true);
        if (answer.kind === 'found') equal(answer.value.login, 'alice');
      }
    },
  },
};
