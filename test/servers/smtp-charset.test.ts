/** Unknown and wrong charsets: nothing is decoded, rules see the octets, and what is accepted is stored as it came. */
import { expect, test } from 'vitest';
import { bodyChecks, definePolicy, headerChecks, route } from '../../src/index.js';
import { smtpServer } from '../../src/servers/smtp/index.js';
import { memoryStore } from '../../src/testing/mail-store/memory-store.js';
import { say, session } from './smtp-client.js';

const policy = definePolicy({
  rcpt: [route({ localDomains: ['school.example'], localRecipients: 'all' })],
  message: [
    headerChecks({ pcre: '/^Subject:.*x-forbidden/ REJECT Not this charset' }),
    bodyChecks({ pcre: '/forbidden words/ REJECT Not these words' }),
  ],
});
const text = (charset: string, body: string): string =>
  `Subject: =?${charset}?B?gICA?=\r\nContent-Type: text/plain; charset="${charset}"\r\n\r\n${body}\r\n`;

test.each([
  ['an unknown charset', text('x-unknown', 'octets \x80\xff\xfe here'), /^250 /],
  ['octets that are no UTF-8 under that name', text('utf-8', 'broken \xc3( here'), /^250 /],
  ['a charset of hostile length', text(`x-${'y'.repeat(800)}`, 'x'), /^250 /],
  ['a rule on the header', text('x-forbidden', 'x'), /^550 5\.7\.1 Not this charset/],
  [
    'a rule on the body, among octets of no charset',
    text('x-unknown', '\x80 forbidden words \xff'),
    /^550 5\.7\.1 Not these/,
  ],
])('%s', async (_name, message, reply) => {
  const store = memoryStore();
  await using server = await smtpServer({ policy, port: 0, name: 'mx.school.example', store });
  const wire = await session(server.port);
  await say(wire, 'MAIL FROM:<a@client.example>');
  await say(wire, 'RCPT TO:<s001@school.example>');
  await say(wire, 'DATA');
  wire.send(Buffer.from(`${message}.\r\n`, 'latin1'));
  const answer = await wire.line(3000);
  wire.destroy();
  expect(answer).toMatch(reply);
  const [stored] = store.messages('s001');
  if (!answer?.startsWith('250')) expect(stored).toBeUndefined();
  else
    expect(
      Buffer.from(stored?.bytes ?? [])
        .toString('latin1')
        .endsWith(message.replaceAll('\r\n', '\n')),
    ).toBe(true);
});
