/** Unknown users and unreachable directories, as a client hears of them. */
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import { directoryRecipients } from '../../src/directory/recipients.js';
import { route } from '../../src/stages/routing/index.js';
import { runPolicy, said } from '../stages/facts.js';
import { school } from './support.js';

const directory = school();
const users = directoryRecipients(directory);
const localUsers = directoryRecipients(directory, { bareNames: true });
const policies = {
  'mailbox domain': definePolicy({
    rcpt: [
      route({
        localDomains: [],
        localRecipients: 'all',
        origin: 'school.example',
        mailboxDomains: ['school.example', 'partner.example'],
        virtualMailboxes: users,
        recipientDelimiter: '+',
      }),
    ],
  }),
  'local domain': definePolicy({
    rcpt: [
      route({
        localDomains: ['school.example', 'partner.example'],
        localRecipients: localUsers,
        mailbox: localUsers,
        recipientDelimiter: '+',
      }),
    ],
  }),
};

describe.each(Object.entries(policies))('%s', (name, policy) => {
  const to = async (address: string): Promise<string> => {
    const outcome = await runPolicy(policy, { to: [address] });
    const hop = outcome.recipients[0]?.recipient.nextHop;
    return hop === undefined ? said(outcome) : `${hop.transport} ${hop.destination}`;
  };

  it.each(['alice@school.example', 'Alice.Miller@SCHOOL.example', 'head@partner.example', 'alice+x@school.example'])(
    '%s is mail for alice',
    async (address) => {
      expect(await to(address)).toBe('maildir alice');
    },
  );

  it('an address that the directory does not have', async () => {
    const table = name === 'local domain' ? 'local recipient table' : 'virtual mailbox table';
    for (const local of ['nobody', '*', 'staff', '"*)(uid=*"'])
      expect(await to(`${local}@school.example`)).toMatch(
        new RegExp(`^reject unknown-recipient 550 5\\.1\\.1 .*User unknown in ${table}$`),
      );
  });

  it('a directory that cannot tell', async () => {
    directory.fail('it is down');
    for (const address of ['alice@school.example', 'nobody@school.example'])
      expect(await to(address)).toMatch(/^defer cannot-tell 451 4\./);
    directory.fail(undefined);
  });
});
