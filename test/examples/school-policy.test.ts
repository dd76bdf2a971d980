/** The example's policy without its server: what it does with the mail of strangers. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSchool } from '../../examples/server/policy.js';
import { mailboxOf, messageOf, senderOf, sessionOf, zoneResolver } from '../../src/testing/index.js';
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
  expect(message?.header.map(({ name, value }) => `${name}: ${value.trim()}`)).toEqual(expected);
});
