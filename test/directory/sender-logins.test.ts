import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { directoryGroupAliases } from '../../src/directory/group-aliases.js';
import { directoryRecipients } from '../../src/directory/recipients.js';
import { directorySenderLogins } from '../../src/directory/sender-logins.js';
import { rejectSenderLoginMismatch, smtpdRestrictions, withRestrictions } from '../../src/stages/restrictions/index.js';
import { inlineTable, unionTable } from '../../src/tables/simple-tables.js';
import { runPolicy, said } from '../stages/facts.js';
import { problemsOf } from '../values/support.js';
import { school } from './support.js';

const value = (table: { lookup(key: string): unknown }, key: string): unknown => {
  const answer = table.lookup(key) as { kind: string; value?: { value: string } };
  return answer.kind === 'found' ? answer.value?.value : answer.kind;
};

describe('owners of sender addresses', () => {
  const nobody = directorySenderLogins(school());
  const members = directorySenderLogins(school(), { groups: 'members', bareNames: true });

  it.each([
    ['alice@school.example', 'Alice', 'Alice'],
    ['ALICE.Miller@School.Example', 'Alice', 'Alice'],
    ['carol@school.example', 'carol', 'carol'],
    ['staff@school.example', 'not-found', 'Alice,bob'],
    ['nobody@school.example', 'not-found', 'not-found'],
    ['@school.example', 'not-found', 'not-found'],
    ['bob', 'not-found', 'bob'],
    ['nobody', 'not-found', 'not-found'],
    ['', 'not-found', 'not-found'],
    // A list of owners has blanks between them: doe must not own it.
    ['jane@school.example', '"jane doe"', '"jane doe"'],
    ['odd@school.example', 'not-found', '"jane doe",bob'],
    ['*)(uid=*@school.example', 'not-found', 'not-found'],
    [`${'x'.repeat(65_536)}@school.example`, 'not-found', 'not-found'],
  ])('%s: %s, with members %s', (key, alone, withMembers) => {
    expect(value(nobody, key)).toBe(alone);
    const sorted = String(value(members, key)).split(',').sort().join(',');
    expect(sorted).toBe(withMembers);
  });

  it('more of them, by a table beside', () => {
    const both = unionTable(nobody, inlineTable({ 'alice@school.example': 'bob' }));
    expect(value(both as never, 'alice@school.example')).toBe('Alice,bob');
  });

  it('a directory that cannot tell', () => {
    const directory = school();
    directory.fail('it is down');
    const table = directorySenderLogins(directory, { groups: 'members', bareNames: true });
    for (const key of ['alice@school.example', 'bob', 'staff@school.example'])
      expect(value(table, key)).toBe('cannot-tell');
    expect(directory.questions).toBe(3);
  });
});

describe('users as recipients', () => {
  it.each([
    ['alice@school.example', 'alice'],
    ['head@partner.example', 'alice'],
    ['Head@Partner.Example', 'alice'],
    ['carol@school.example', 'carol'],
    ['jane@school.example', 'jane doe'],
    ['staff@school.example', 'not-found'],
    ['nobody@school.example', 'not-found'],
    ['@school.example', 'not-found'],
    ['bob', 'not-found'],
    ['', 'not-found'],
  ])('%s: %s', (key, expected) => {
    expect(value(directoryRecipients(school()), key)).toBe(expected);
  });

  it('by name where that is wanted, without the accounts that are refused, in mailboxes of their own', () => {
    const table = directoryRecipients(school(), {
      bareNames: true,
      refuse: ['disabled'],
      mailbox: ({ login }) => `school.example/${login.toLowerCase()}`,
    });
    expect(value(table, 'bob')).toBe('school.example/bob');
    expect(value(table, 'carol@school.example')).toBe('not-found');
    expect(value(table, 'carol')).toBe('not-found');
  });

  it.each(['', '../root', 'a/../b', '.hidden', 'a\0b'])('a mailbox named %j is no unknown user', (name) => {
    expect(value(directoryRecipients(school(), { mailbox: () => name }), 'bob@school.example')).toBe('cannot-tell');
  });

  it('a login with a slash leads into nobody else’s mailbox', () => {
    const directory = { ...school(), findUser: () => ({ kind: 'found', value: { login: 'alice/bob' } }) as never };
    expect(value(directoryRecipients(directory), 'x@school.example')).toBe('cannot-tell');
  });

  it('a directory that cannot tell', () => {
    const directory = school();
    directory.fail('it is down');
    expect(value(directoryRecipients(directory), 'nobody@school.example')).toBe('cannot-tell');
  });
});

describe('options that are none', () => {
  const directory = school();
  it.each<[string, (...given: never[]) => unknown, readonly unknown[], readonly string[]]>([
    ['a state', directoryRecipients, [directory, { refuse: ['retired'] }], ['refuse']],
    ['no list', directoryRecipients, [directory, { refuse: 'disabled' }], ['refuse']],
    ['refused', directoryRecipients, [directory, { refused: ['disabled'] }], ['refused']],
    ['no directory', directoryRecipients, [{}, { bareNames: 1, mailbox: 'x' }], ['directory', 'mailbox', 'bareNames']],
    ['groups', directorySenderLogins, [directory, { groups: 'member' }], ['groups']],
    ['bareName', directorySenderLogins, [undefined, { bareName: true }], ['directory', 'bareName']],
    ['no directory', directoryGroupAliases, [{}], ['directory']],
  ])('%s of %o', (_name, make, given, constructs) => {
    const wrong = problemsOf(() => (make as (...given: readonly unknown[]) => unknown)(...given));
    expect(wrong.map((one) => one.construct)).toEqual(constructs);
  });
});

describe('with the restrictions of Postfix', () => {
  const directory = school();
  const policy = definePolicy(
    withRestrictions(
      smtpdRestrictions({
        sender: [rejectSenderLoginMismatch()],
        senderLogins: directorySenderLogins(directory, { groups: 'members' }),
        recipientDelimiter: '+',
      }),
    ),
  );
  const as = async (login: string | undefined, sender: string): Promise<string> =>
    said(await runPolicy(policy, { sender, ...(login !== undefined && { login }) }));

  it.each([
    ['Alice', 'alice@school.example', 'continue'],
    ['Alice', 'Alice.Miller+x@school.example', 'continue'],
    ['Alice', '', 'continue'],
    ['bob', 'staff@school.example', 'continue'],
    ['bob', 'alice@school.example', 'not owned by user bob'],
    ['bob', 'nobody@school.example', 'not owned by user bob'],
    ['intern', 'staff@school.example', 'not owned by user intern'],
    ['jane doe', 'jane@school.example', 'continue'],
    ['bob', 'odd@school.example', 'continue'],
    ['jane doe', 'odd@school.example', 'continue'],
    ['doe', 'jane@school.example', 'not owned by user doe'],
    [undefined, 'alice@school.example', 'not logged in'],
    [undefined, 'a@elsewhere.example', 'continue'],
  ])('%s as <%s>: %s', async (login, sender, expected) => {
    const text = `reject authentication 553 5.7.1 <${sender}>: Sender address rejected: ${expected}`;
    expect(await as(login, sender)).toBe(expected === 'continue' ? expected : text);
  });

  it('a directory that cannot tell', async () => {
    directory.fail('it is down');
    expect(await as('Alice', 'alice@school.example')).toMatch(/^defer \S+ 451 4\.3\.0 /);
  });
});
