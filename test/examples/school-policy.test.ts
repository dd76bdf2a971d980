/** The example's policy without its server: what it does with the mail of strangers. */
import { join } from 'node:path';
import type { Scanner } from 'postern';
import { expect, test } from 'vitest';
import { readSchool } from '../../examples/server/policy.js';
import { mailboxOf, memoryDirectory, messageOf, senderOf, sessionOf, zoneResolver } from '../../src/testing/index.js';
import { root } from './support.js';

const folder = join(root, 'examples', 'server', 'school');
const resolver = zoneResolver({ 'sender.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] }, 'slow.example': 'TIMEOUT' });
const forged = [
  'Received-SPF: pass',
  'Authentication-Results: mail.school.example; dkim=pass',
  'X-Spam-Status: No',
  'Subject: hello',
];

test.each([
  ['192.0.2.1', 'a@sender.example', ['Received-SPF: pass', 'Subject: hello']],
  ['192.0.2.9', 'a@sender.example', ['Received-SPF: fail', 'Subject: hello']],
  ['192.0.2.9', 'a@slow.example', ['Received-SPF: error', 'Subject: hello']],
  ['127.0.0.1', 'a@sender.example', ['Subject: hello']],
] as const)('from %s as %s', async (ip, from, expected) => {
  const { policy } = await readSchool(folder, { name: 'mail.school.example', resolver });
  const { decision, message } = await policy.evaluate({
    session: sessionOf({ ip }),
    helo: 'client.example',
    sender: senderOf(from),
    recipients: [mailboxOf('s001@school.example')],
    message: messageOf(`${forged.join('\r\n')}\r\n\r\nHello!\r\n`),
  });
  expect(decision.kind).toBe('continue');
  const fields = message?.header.map(({ name, value }) => `${name}: ${value.trim()}`) ?? [];
  expect(fields.filter((field) => !field.startsWith('X-Spam-'))).toEqual(expected);
  // Ours alone: what came under these names is gone.
  const statuses = fields.filter((field) => field.startsWith('X-Spam-Status: No, score='));
  expect(statuses).toHaveLength(1);
  expect(fields.filter((field) => field.startsWith('X-Spam-Status'))).toEqual(statuses);
});

test("mail that the school's rules call spam is marked and delivered", async () => {
  const { policy } = await readSchool(folder, { name: 'mail.school.example', resolver });
  const { decision, message } = await policy.evaluate({
    session: sessionOf({ ip: '192.0.2.9' }),
    helo: 'client.example',
    sender: senderOf('a@sender.example'),
    recipients: [mailboxOf('s001@school.example')],
    message: messageOf('Subject: You are a winner\r\n\r\nClaim your prize today!\r\n'),
  });
  expect(decision.kind).toBe('continue');
  const status = message?.header.find((field) => field.lowerName === 'x-spam-status')?.value;
  expect(status).toContain('Yes, score=8.5 required=5.0');
  expect(status).toMatch(/PRIZE,\s*SPF_FAIL/);
  expect(message?.header.find((field) => field.lowerName === 'subject')?.value.trim()).toBe(
    '***SPAM*** You are a winner',
  );
});

test('a scanner that finds something: the mail is taken and dropped', async () => {
  const scanner: Scanner = {
    name: 'clamd',
    scan: async () => ({ kind: 'found', value: { kind: 'infected', names: ['Eicar-Test-Signature'] } }),
  };
  const { policy } = await readSchool(folder, {
    name: 'mail.school.example',
    resolver,
    scanner,
  });
  const { decision } = await policy.evaluate({
    session: sessionOf({ ip: '127.0.0.1' }),
    helo: 'client.example',
    sender: senderOf('a@sender.example'),
    recipients: [mailboxOf('s001@school.example')],
    message: messageOf('Subject: hello\r\n\r\nHello!\r\n'),
  });
  expect(decision).toMatchObject({ kind: 'discard', reason: 'virus' });
});

test('with a directory: its users and groups, a sender who is himself, and waiting while it is away', async () => {
  const people = memoryDirectory({
    users: [
      { login: 'anna', addresses: ['anna@grammar.example', 'a.adler@grammar.example'], password: 'right' },
      { login: 'ben', addresses: ['ben@grammar.example'] },
    ],
    groups: [{ name: 'class', addresses: ['class@grammar.example'], users: ['anna', 'ben'] }],
  });
  const { policy, credentials } = await readSchool(folder, {
    name: 'mail',
    resolver,
    outside: { people, domain: 'grammar.example', shortDomain: 'GRAMMAR', postmaster: 'anna' },
  });
  const replyTo = async (recipient: string, from = 'anna@grammar.example', login?: string) => {
    const session = sessionOf({ ip: '192.0.2.9', ...(login === undefined ? {} : { login }) });
    const { decision, recipients } = await policy.evaluate({
      session,
      helo: 'client.example',
      sender: senderOf(from),
      recipients: [mailboxOf(recipient)],
      message: messageOf('Subject: hello\r\n\r\nHello!\r\n'),
    });
    if ('reply' in decision) return `${decision.reply.code} ${decision.reply.enhanced}`;
    return recipients.map(({ recipient: { nextHop } }) => nextHop?.destination);
  };
  expect(await replyTo('a.adler+news@grammar.example')).toEqual(['anna']);
  expect(await replyTo('class@grammar.example')).toEqual(['anna', 'ben']);
  expect(await replyTo('nobody@grammar.example')).toBe('550 5.1.1');
  expect(await replyTo('ben@grammar.example', 'a.adler@grammar.example', 'anna')).toEqual(['ben']);
  expect(await replyTo('ben@grammar.example', 'anna@grammar.example', 'ben')).toBe('553 5.7.1');
  const call = { signal: new AbortController().signal, deadline: performance.now() + 10_000, client: undefined };
  expect(await credentials.verify('A.Adler@grammar.example', 'right', call)).toMatchObject({ value: { name: 'anna' } });
  expect(await credentials.verify('GRAMMAR\\ANNA', 'right', call)).toMatchObject({ value: { name: 'anna' } });
  expect(await replyTo('postmaster@grammar.example')).toEqual(['anna']);
  people.fail('it is away');
  expect(await replyTo('ben@grammar.example')).toMatch(/^451 4/);
  expect(await credentials.verify('anna', 'right', call)).toMatchObject({ kind: 'cannot-tell' });
});
