/**
 * The policy of a server, evaluated without one: no socket, no file.
 * Run: npm run build:js && npx tsx examples/policy-in-a-test.ts
 */
import { definePolicy, headerChecks, inlineTable, loopDetection, relayControl, route } from 'postern';
import { mailboxOf, messageOf, senderOf, sessionOf } from 'postern/testing';

const policy = definePolicy({
  rcpt: [
    relayControl({ domains: ['school.example'] }),
    route({
      localDomains: ['school.example'],
      localRecipients: inlineTable({ s001: 'yes', s002: 'yes' }),
      aliases: inlineTable({ seniors: 's001, s002' }),
    }),
  ],
  message: [loopDetection(), headerChecks({ pcre: '/^Subject:.*free money/ REJECT No thanks', file: 'header_checks' })],
});

const ask = async (rcpt: string, subject: string): Promise<void> => {
  const outcome = await policy.evaluate({
    session: sessionOf({ ip: '192.0.2.1' }),
    sender: senderOf('someone@client.example'),
    recipients: [mailboxOf(rcpt)],
    message: messageOf(`Subject: ${subject}\r\n\r\nHello!\r\n`),
  });
  for (const { recipient, decision } of outcome.recipients) {
    const said =
      decision.kind === 'continue' ? '' : `${decision.reply.code} ${decision.reply.enhanced} (${decision.reason})`;
    console.log(`${rcpt} -> ${recipient.address.text}: ${decision.kind} ${said}`.trimEnd());
  }
};

await ask('s001@school.example', 'hello');
await ask('seniors@school.example', 'hello');
await ask('nobody@school.example', 'hello');
await ask('someone@elsewhere.example', 'hello');
await ask('s001@school.example', 'FREE MONEY');

// Prints:
// s001@school.example -> s001@school.example: continue
// seniors@school.example -> s001@school.example: continue
// seniors@school.example -> s002@school.example: continue
// nobody@school.example -> nobody@school.example: reject 550 5.1.1 (unknown-recipient)
// someone@elsewhere.example -> someone@elsewhere.example: reject 554 5.7.1 (relay-denied)
// s001@school.example -> s001@school.example: reject 550 5.7.1 (content)
