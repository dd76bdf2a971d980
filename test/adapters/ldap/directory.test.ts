/** One user or group, where they are looked for, and logins: what only LDAP has. The suites of the ports are in
 * directory-conformance.test.ts. */
import { describe, expect, test } from 'vitest';
import { ldapDirectory } from '../../../src/adapters/ldap/index.js';
import type { Mailbox } from '../../../src/values/address.js';
import { cannotTell } from '../../../src/values/answer.js';
import { isConfigurationError, type Problem } from '../../../src/values/errors.js';
import { parseMailbox } from '../../../src/values/mailbox.js';
import { AD_ROOT_DSE } from './as-domain-controller.js';
import {
  adDirectory,
  adUser,
  BASE,
  directoryOf,
  dn,
  group,
  type Made,
  openDirectory,
  user,
  userIn,
} from './small-trees.js';

const mailbox = (text: string): Mailbox => {
  const parsed = parseMailbox(text);
  if (parsed.kind === 'malformed') throw new Error(parsed.why);
  return parsed.value;
};
const loginAt = async ({ directory }: Made, address: string): Promise<unknown> => {
  const answer = await directory.findUser({ kind: 'address', address: mailbox(address) });
  return answer.kind === 'found' ? answer.value.login : answer.kind;
};

describe('a user', () => {
  const made = adDirectory([
    adUser('alice', {
      proxyAddresses: ['smtp:liddell@old.example', 'SMTP:Alice@school.example', 'X500:/o=x', 'sip:alice@sip.example'],
    }),
    adUser('umlaut', { mail: 'u@münchen.example' }),
    adUser('upn', { userPrincipalName: 'upn@upn.example' }),
    {
      dn: dn('pc'),
      attributes: { objectClass: ['user', 'computer'], sAMAccountName: 'pc$', mail: 'pc@school.example' },
    },
    { dn: dn('parent'), attributes: { objectClass: 'contact', mail: 'parent@far.example' } },
    adUser('twin1', { mail: 'twin@school.example' }),
    adUser('twin2', { proxyAddresses: ['smtp:TWIN@school.example'] }),
  ]);

  test.each([
    ['alice@school.example', 'alice'],
    ['LIDDELL@OLD.EXAMPLE', 'alice'],
    ['alice@sip.example', 'not-found'],
    ['u@münchen.example', 'umlaut'],
    ['u@xn--mnchen-3ya.example', 'umlaut'],
    // A name to log in with, which need be no address.
    ['upn@upn.example', 'not-found'],
    ['pc@school.example', 'not-found'],
    ['parent@far.example', 'not-found'],
    ['twin@school.example', 'cannot-tell'],
  ])('with the address %s: %s', async (address, expected) => {
    expect(await loginAt(made, address)).toBe(expected);
  });

  test('the primary address is the first', async () => {
    const { addresses } = await userIn(made, 'ALICE');
    expect(addresses.map(({ text }) => text)).toEqual(['Alice@school.example', 'liddell@old.example']);
  });

  test.each([
    'pc$',
    'parent',
    'nobody',
    '',
    'ａlice',
    ' alice',
    'a*',
    'x'.repeat(257),
    'ü'.repeat(129),
    'x'.repeat(65_536),
    'al\0ice',
    '\ud800',
  ])('nobody is called %j', async (login) =>
    expect((await made.directory.findUser({ kind: 'login', login })).kind).toBe('not-found'),
  );

  test('a name in composed characters is the same in decomposed ones', async () => {
    const one = openDirectory([user('jörg')]);
    expect((await userIn(one, 'jo\u0308rg')).login).toBe('jörg');
  });

  test('more than one with the same login are told by their names, and nobody is chosen', async () => {
    const two = openDirectory([user('alice'), { ...user('alice'), dn: `cn=second,${BASE}` }]);
    const answer = await two.directory.findUser({ kind: 'login', login: 'Alice' });
    expect(answer).toMatchObject({ kind: 'cannot-tell', temporary: false });
    expect(JSON.stringify(answer)).toContain(`cn=second,${BASE}`);
  });

  test('the filter and the base for users hold', async () => {
    const few = openDirectory([user('alice'), user('guest', { employeeType: 'guest' })], {
      usersFilter: '(!(employeeType=guest))',
    });
    expect((await few.directory.findUser({ kind: 'login', login: 'guest' })).kind).toBe('not-found');
  });

  test('a schema of the site is asked', async () => {
    const own = openDirectory(
      [{ dn: dn('x'), attributes: { objectClass: 'Pupil', pupilName: 'x', email: 'x@school.example' } }],
      { schema: { like: 'rfc2307', users: ['Pupil'], login: ['pupilName'], addresses: ['eMail'] } },
    );
    expect((await userIn(own, 'x')).addresses.map(({ text }) => text)).toEqual(['x@school.example']);
    expect(await loginAt(own, 'x@school.example')).toBe('x');
  });

  test.each([
    ['disabled', { userAccountControl: '514' }],
    ['locked-out', { 'msDS-User-Account-Control-Computed': '16' }],
    ['active', { accountExpires: '9223372036854775807', userAccountControl: '512' }],
    ['active', { accountExpires: '0' }],
    ['active', { accountExpires: '132000000000000000' }],
    ['expired', { accountExpires: '131000000000000000' }],
  ])('is %s with %j', async (state, attributes) => {
    // Between the two: 2016-02-15 and 2019-04-18.
    const one = adDirectory([adUser('alice', attributes)], { clock: () => Date.UTC(2018, 0) });
    expect((await userIn(one, 'alice')).state).toBe(state);
  });
});

describe('where it looks', () => {
  const alice = user('alice');

  test('the base that is not there says nothing of users: "could not tell", for good', async () => {
    const made = openDirectory([alice], { base: 'dc=gone,dc=example' });
    for (const answer of [
      await made.directory.findUser({ kind: 'login', login: 'alice' }),
      await made.directory.findGroup({ kind: 'name', name: 'alice' }),
      await made.directory.authenticate('alice', 'x'),
      await made.directory.probe(),
    ]) {
      expect(answer).toMatchObject({ kind: 'cannot-tell', temporary: false });
    }
  });

  test.each([
    ['the default tree', AD_ROOT_DSE(BASE), { kind: 'active-directory', base: BASE }],
    ['the only tree', { namingContexts: [BASE] }, { kind: 'rfc2307', base: BASE }],
  ])('%s of the server is the base', async (_, rootDse, expected) => {
    const made = openDirectory([alice], {}, { rootDse });
    expect(await made.directory.probe()).toEqual({ kind: 'found', value: expected });
  });

  test('several trees, or none that is named, want a base', async () => {
    for (const rootDse of [{ namingContexts: [BASE, 'dc=other'] }, {}]) {
      const made = openDirectory([alice], {}, { rootDse });
      expect(await made.directory.findUser({ kind: 'login', login: 'alice' })).toMatchObject({
        kind: 'cannot-tell',
        temporary: false,
      });
      const based = openDirectory([alice], { base: BASE }, { rootDse });
      expect((await userIn(based, 'alice')).login).toBe('alice');
    }
  });

  test('the root DSE is not asked where nothing is left to it', async () => {
    const made = directoryOf([], { base: BASE, schema: 'rfc2307' }, {});
    made.service.fail(cannotTell('no root DSE'), 'root DSE');
    expect((await made.directory.findUser({ kind: 'login', login: 'x' })) as object).toMatchObject({
      why: expect.stringContaining(BASE),
    });
  });

  test('it is closed with its service', async () => {
    const made = openDirectory([alice]);
    await made.directory[Symbol.asyncDispose]();
    expect(made.service.closed).toBe(true);
  });
});

describe('a login', () => {
  const PASSWORD = 'Curious-Rabbit.1';
  const bindAs = (code: number, message = '') => ({ bind: () => ({ kind: 'refused', code, message }) as const });
  const bound = {
    bind: (name: string) =>
      (name === dn('alice') ? { kind: 'bound' } : { kind: 'refused', code: 49, message: '' }) as { kind: 'bound' },
  };
  const windows = (data: string): string =>
    `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1\0`;

  test.each([
    [49, windows('52e'), 'wrong-password', 'AD 52e'],
    [49, windows('52E'), 'wrong-password', 'AD 52e'],
    [49, windows('525'), 'no-such-account', 'AD 525'],
    [49, windows('530'), 'logon-hours', 'AD 530'],
    [49, windows('531'), 'workstation', 'AD 531'],
    [49, windows('532'), 'password-expired', 'AD 532'],
    [49, windows('533'), 'disabled', 'AD 533'],
    [49, windows('701'), 'account-expired', 'AD 701'],
    [49, windows('773'), 'must-change-password', 'AD 773'],
    [49, windows('775'), 'locked-out', 'AD 775'],
    [49, windows('56'), 'wrong-password', 'AD 56'],
    [49, windows('52f'), 'not-permitted', 'AD 52f'],
    [49, '', 'wrong-password', 'LDAP 49'],
    [48, 'no password', 'wrong-password', 'LDAP 48 no password'],
    [19, 'Exceed password retry limit.', 'locked-out', 'LDAP 19 Exceed password retry limit.'],
    [32, '', 'no-such-account', 'LDAP 32'],
    [53, 'Account inactivated.', 'disabled', 'LDAP 53 Account inactivated.'],
    [999, '', 'unspecified', 'LDAP 999'],
  ])('refused with %i %j: %s', async (code, message, cause, detail) => {
    const { directory } = adDirectory([adUser('alice')], {}, bindAs(code, message));
    expect(await directory.authenticate('alice', PASSWORD)).toEqual({
      kind: 'found',
      value: { kind: 'refused', cause, detail },
    });
  });

  test('what a server says is cut, and stays on its line', async () => {
    const { directory } = adDirectory([adUser('alice')], {}, bindAs(49, `a\r\nb${'x'.repeat(100_000)}`));
    const answer = await directory.authenticate('alice', PASSWORD);
    expect(answer).toMatchObject({
      value: { cause: 'wrong-password', detail: expect.stringMatching(/^LDAP 49 a {2}bx{196}$/) },
    });
  });

  test('binds as the entry that was found, whatever name was given, and tells who it is', async () => {
    const made = adDirectory([adUser('alice')], {}, bound);
    const answer = await made.directory.authenticate('ALICE', PASSWORD);
    expect(answer).toMatchObject({
      kind: 'found',
      value: { kind: 'authenticated', account: 'alice', user: { login: 'alice' } },
    });
    expect(made.service.binds).toEqual([{ dn: dn('alice'), password: PASSWORD }]);
    expect(JSON.stringify(answer)).not.toContain(PASSWORD);
  });

  test.each(['', '\0', 'x\0', 'x'.repeat(4097)])(
    'the password %j is refused before anything is asked',
    async (password) => {
      const made = adDirectory([adUser('alice')], {}, { bind: () => ({ kind: 'bound' }) });
      expect(await made.directory.authenticate('alice', password)).toMatchObject({
        value: { kind: 'refused', cause: 'wrong-password' },
      });
      expect([made.service.queries, made.service.binds]).toEqual([[], []]);
    },
  );

  test('of nobody costs a bind too, and fails even where that bind succeeds', async () => {
    for (const account of ['nobody', 'al*', '', 'x'.repeat(65_536)]) {
      const made = adDirectory([adUser('alice')], {}, { bind: () => ({ kind: 'bound' }) });
      expect(await made.directory.authenticate(account, PASSWORD)).toMatchObject({
        value: { kind: 'refused', cause: 'no-such-account' },
      });
      expect(made.service.binds.map((one) => one.dn)).toEqual([`cn=no-such-account,${BASE}`]);
    }
  });

  test.each(['bind', 'uid=', 'objectClass=x'])(
    '"could not tell" is no refusal, wherever it comes from: %s',
    async (on) => {
      const made = openDirectory([user('alice')], { loginFilter: '(objectClass=x)' }, bound);
      made.service.fail(cannotTell('busy'), on);
      expect(await made.directory.authenticate('alice', PASSWORD)).toEqual(cannotTell('busy'));
      if (on !== 'objectClass=x')
        expect(await made.directory.authenticate('nobody', PASSWORD)).toEqual(cannotTell('busy'));
    },
  );

  test('by loginFilter is asked of who has the right password alone', async () => {
    const tree = [user('alice', { memberOf: dn('Mail') }), user('bob')];
    const options = { loginFilter: `memberOf=${dn('Mail')}` };
    const all = {
      bind: (_: string, password: string) =>
        (password === 'x' ? { kind: 'refused', code: 49, message: '' } : { kind: 'bound' }) as { kind: 'bound' },
    };
    const made = openDirectory(tree, options, all);
    const cause = async (account: string, password: string): Promise<unknown> => {
      const answer = await made.directory.authenticate(account, password);
      return answer.kind !== 'found'
        ? answer
        : answer.value.kind === 'refused'
          ? answer.value.cause
          : answer.value.kind;
    };
    expect([await cause('alice', PASSWORD), await cause('bob', PASSWORD), await cause('bob', 'x')]).toEqual([
      'authenticated',
      'not-permitted',
      'wrong-password',
    ]);
  });

  test('an account that the server lets in and its entry does not', async () => {
    const tree = [user('alice', { shadowExpire: '10000' })];
    expect(await openDirectory(tree, {}, bound).directory.authenticate('alice', PASSWORD)).toMatchObject({
      value: { kind: 'refused', cause: 'account-expired', detail: 'by the entry' },
    });
    const refused = await openDirectory(tree, {}, bindAs(49)).directory.authenticate('alice', 'x');
    expect(refused).toMatchObject({ value: { cause: 'wrong-password', detail: 'LDAP 49 (the entry is expired)' } });
  });

  test('two accounts of one name: nobody is tried', async () => {
    const made = openDirectory([user('alice'), { ...user('alice'), dn: `cn=second,${BASE}` }], {}, bound);
    expect(await made.directory.authenticate('alice', PASSWORD)).toMatchObject({
      kind: 'cannot-tell',
      temporary: false,
    });
    expect(made.service.binds).toEqual([]);
  });
});

describe('options', () => {
  test('all that is wrong with them is told at once', () => {
    const wrong = {
      url: 'http://x',
      bind: 'anonymous',
      base: 'no name',
      usersBase: 7,
      usersFilter: '(uid=',
      loginFilter: 7,
      maxMembers: 0,
      clock: 'now',
      schema: { like: 'rfc2307', login: [], users: 'x', groups: ['a)(b'], nonsense: [] },
      shcema: 'rfc2307',
    };
    const problems = problemsOf(() => ldapDirectory(wrong as never));
    expect(problems.map(({ construct }) => construct).sort()).toEqual([
      'base',
      'clock',
      'http://x',
      'loginFilter',
      'maxMembers',
      'schema',
      'schema',
      'schema',
      'schema',
      'shcema',
      'usersBase',
      'usersFilter',
    ]);
    expect(problems.every(({ message }) => message.startsWith('ldap: '))).toBe(true);
  });

  test.each(['openldap', 7, null, { like: 'x' }, {}])('%j is no schema', (schema) => {
    const options = { url: 'ldap://localhost', bind: 'anonymous', schema } as never;
    expect(problemsOf(() => ldapDirectory(options))).toMatchObject([{ code: 'bad-option', construct: 'schema' }]);
  });

  test('none are no options', () => {
    expect(problemsOf(() => ldapDirectory(undefined as never)).length).toBeGreaterThan(0);
  });

  test('nothing is connected before the first question', async () => {
    const directory = ldapDirectory({ url: 'ldaps://localhost:1', bind: { dn: dn('x'), password: 'y' } });
    expect(directory.name).toBe('ldap ldaps://localhost:1');
    expect(await directory.findUser({ kind: 'login', login: 'alice' })).toMatchObject({
      kind: 'cannot-tell',
      temporary: true,
    });
    await directory.close();
    expect((await directory.findUser({ kind: 'login', login: 'alice' })).kind).toBe('cannot-tell');
  });
});

function problemsOf(make: () => unknown): readonly Problem[] {
  try {
    make();
  } catch (error) {
    if (isConfigurationError(error)) return error.problems;
    throw error;
  }
  throw new Error('nothing is wrong');
}

test('a group with the name of a user is no user', async () => {
  const made = openDirectory([group('alice', ['bob'])]);
  expect((await made.directory.findUser({ kind: 'login', login: 'alice' })).kind).toBe('not-found');
});
