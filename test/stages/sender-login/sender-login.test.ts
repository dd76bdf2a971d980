import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { directorySenderLogins } from '../../../src/directory/sender-logins.js';
import { type SenderLoginOptions, senderLogin, senderLoginFinding } from '../../../src/stages/sender-login/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { failTable, inlineTable } from '../../../src/tables/simple-tables.js';
import { school } from '../../directory/support.js';
import { type Facts, problemsOf, runOne, runPolicy, said } from '../facts.js';

const owners = inlineTable({
  'alice@school.example': 'alice',
  'office@school.example': 'alice, Bob\tcarol',
  '@partner.example': 'bob',
  'ceo@partner.example': 'alice',
  'jane@school.example': '"jane doe", "x',
  bare: 'alice',
  'nobody@school.example': '',
});

const refused = (address: string, why: string): string =>
  `reject authentication 553 5.7.1 <${address}>: Sender address rejected: ${why}`;

const judged = async (stage: ReturnType<typeof senderLogin>, facts: Facts): Promise<readonly unknown[]> => {
  const outcome = await runOne(stage, facts);
  return [said(outcome), senderLoginFinding.in(outcome.findings)?.result];
};

describe('whoever is logged in', () => {
  const stage = senderLogin({ owners, recipientDelimiter: '+', localDomains: ['school.example'] });

  it.each([
    ['alice', 'alice@school.example', 'own'],
    ['ALICE', 'alice@school.example', 'own'],
    ['alice', 'Alice@School.Example', 'own'],
    ['alice', 'alice+news@school.example', 'own'],
    ['bob', 'office@school.example', 'own'],
    ['CAROL', 'office@school.example', 'own'],
    ['bob', 'anybody@partner.example', 'own'],
    ['alice', 'bare@school.example', 'own'],
    ['alice', 'bare+x@school.example', 'own'],
    ['alice', '', 'null-path'],
    ['Jane Doe', 'jane@school.example', 'own'],
  ])('%s may send as <%s>', async (login, sender, result) => {
    expect(await judged(stage, { login, sender })).toEqual(['continue', result]);
  });

  it.each([
    ['bob', 'alice@school.example', 'foreign'],
    ['bob', 'alice+news@school.example', 'foreign'],
    ['ali', 'alice@school.example', 'foreign'],
    ['alice,bob', 'office@school.example', 'foreign'],
    // The whole address comes before its domain.
    ['bob', 'ceo@partner.example', 'foreign'],
    ['alice', 'nobody@school.example', 'foreign'],
    ['doe', 'jane@school.example', 'foreign'],
    ['', 'nobody@school.example', 'foreign'],
    ['alice', 'bare@elsewhere.example', 'unowned'],
    ['alice', 'alice@elsewhere.example', 'unowned'],
    ['alice', 'alice@sub.school.example', 'unowned'],
  ])('%s may not as <%s>', async (login, sender, result) => {
    expect(await judged(stage, { login, sender })).toEqual([
      refused(sender, `not owned by user ${login}`.trimEnd()),
      result,
    ]);
  });

  it('may use an address without an owner where that is allowed', async () => {
    const free = senderLogin({ owners, unowned: 'pass' });
    expect(await judged(free, { login: 'alice', sender: 'x@elsewhere.example' })).toEqual(['continue', 'unowned']);
    expect((await judged(free, { login: 'bob', sender: 'alice@school.example' }))[1]).toBe('foreign');
  });
});

describe('whoever is not', () => {
  it('is not judged, and nobody is asked', async () => {
    const stage = senderLogin({ owners: failTable('down') });
    expect(await judged(stage, { sender: 'alice@school.example' })).toEqual(['continue', 'not-judged']);
  });

  it('may use no address that has an owner, where strangers are refused', async () => {
    const stage = senderLogin({ owners, strangers: 'refuse' });
    const own = 'alice@school.example';
    expect(await judged(stage, { sender: own })).toEqual([refused(own, 'not logged in'), 'foreign']);
    expect(await judged(stage, { sender: 'x@elsewhere.example' })).toEqual(['continue', 'unowned']);
    expect(await judged(stage, { sender: '' })).toEqual(['continue', 'null-path']);
  });
});

describe('a table that cannot tell', () => {
  const facts = { login: 'bob', sender: 'alice@school.example' };
  it.each([
    [undefined, 'defer cannot-tell 451 4.3.0 Temporary system problem, try again later'],
    ['defer', 'defer cannot-tell 451 4.3.0 Temporary system problem, try again later'],
    ['reject', 'reject cannot-tell 550 5.7.1 Service unavailable'],
  ] as const)('%s', async (cannotTell, expected) => {
    const stage = senderLogin({ owners: failTable('down'), ...(cannotTell && { cannotTell }) });
    expect(await judged(stage, facts)).toEqual([expected, 'cannot-tell']);
  });

  it('is listed with what happens then', () => {
    const policy = definePolicy({ mail: [senderLogin({ owners: failTable('down') })] });
    expect(policy.failures()).toMatchObject([{ stage: 'senderLogin', port: 'owners', cannotTell: 'defer' }]);
  });
});

it('a table of patterns is asked for the whole address alone', async () => {
  const stage = senderLogin({ owners: pcreTable('/^(.*)@school\\.example$/ $1\n/^alice$/ bob', { file: 'owners' }) });
  expect((await judged(stage, { login: 'alice', sender: 'alice@school.example' }))[1]).toBe('own');
  expect((await judged(stage, { login: 'alice', sender: 'alice@x.example' }))[1]).toBe('unowned');
});

it('over a directory', async () => {
  const directory = school();
  const policy = definePolicy({ mail: [senderLogin({ owners: directorySenderLogins(directory) })] });
  const as = async (login: string, sender: string): Promise<string> => said(await runPolicy(policy, { login, sender }));
  expect(await as('Alice', 'head@partner.example')).toBe('continue');
  expect(await as('bob', 'head@partner.example')).toBe(refused('head@partner.example', 'not owned by user bob'));
  directory.fail('it is down');
  expect(await as('Alice', 'head@partner.example')).toBe(
    'defer cannot-tell 451 4.3.0 Temporary system problem, try again later',
  );
});

it('refuses domains that are none', () => {
  const wrong = problemsOf(() => senderLogin({ owners, localDomains: ['ok.example', '*.example', 'a b'] }));
  expect(wrong.map((one) => one.construct)).toEqual(['*.example', 'a b']);
});

it.each<[unknown, readonly string[]]>([
  [undefined, ['options', 'owners']],
  [{}, ['owners']],
  [{ owner: owners }, ['owner', 'owners']],
  [{ owners: school() }, ['owners']],
  [{ owners, strangers: 'reject' }, ['strangers']],
  [{ owners, stranger: 'refuse' }, ['stranger']],
  [
    { owners, unowned: true, localDomains: 'school.example', recipientDelimiter: 1, cannotTell: 'accept' },
    ['unowned', 'localDomains', 'recipientDelimiter', 'cannotTell'],
  ],
  [{ owners, strangers: '', localDomains: ['a b'] }, ['strangers', 'a b']],
])('refuses options that are none: %#', (options, constructs) => {
  const wrong = problemsOf(() => senderLogin(options as SenderLoginOptions));
  expect(wrong.map((one) => one.construct)).toEqual(constructs);
});
