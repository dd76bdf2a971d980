/** Child process of smtp-accept.ts: our server with a 10-stage policy, or bare smtp-server, until it is killed. */
import { SMTPServer } from 'smtp-server';
import { definePolicy } from '../../src/core/policy.js';
import type { MailStore } from '../../src/ports/mail-store.js';
import { smtpServer } from '../../src/servers/smtp/index.js';
import { clientAccess, heloAccess, recipientAccess, senderAccess } from '../../src/stages/access/index.js';
import { bodyChecks, headerChecks } from '../../src/stages/content-checks/index.js';
import { loopDetection } from '../../src/stages/loop-detection/index.js';
import { relayControl } from '../../src/stages/relay-control/index.js';
import { route } from '../../src/stages/routing/index.js';
import { sizeLimit } from '../../src/stages/size-limit/index.js';
import { cidrTable } from '../../src/tables/cidr-table.js';
import { pcreTable } from '../../src/tables/regex/index.js';
import { inlineTable } from '../../src/tables/simple-tables.js';

let octets = 0;
/** Counts, as the rival's handler does: what is measured is the way to the store. */
const counting: MailStore = {
  deliver: async ({ message, recipients }) => {
    octets += message.size;
    return recipients.map(({ mailbox }) => ({ kind: 'stored', mailbox, id: '' }) as const);
  },
};

const domains = ['school.example'];
const policy = definePolicy({
  connect: [clientAccess(cidrTable('192.0.2.0/24 REJECT', { file: 'clients' }))],
  helo: [heloAccess(inlineTable({ 'bad.example': 'REJECT' }))],
  mail: [senderAccess(inlineTable({ 'spammer@example.net': 'REJECT', 'bad.example': 'REJECT' }))],
  rcpt: [
    relayControl({ domains }),
    recipientAccess(inlineTable({ 'closed@school.example': 'REJECT' })),
    route({ localDomains: domains, localRecipients: 'all' }),
  ],
  message: [
    headerChecks(
      pcreTable('/^Subject:.*make money fast/ REJECT\n/^X-Mailer: Spammer/ REJECT', { file: 'header_checks' }),
    ),
    bodyChecks(
      pcreTable('/^TVqQAAMAAAAEAAAA/ REJECT\n/click here to unsubscribe forever/ REJECT', { file: 'body_checks' }),
    ),
    sizeLimit({ maxBytes: 10_000_000 }),
    loopDetection(),
  ],
});

async function ours(): Promise<number> {
  const server = await smtpServer({
    policy,
    port: 0,
    name: 'mx.school.example',
    store: counting,
    limits: { sessionTime: 2e9 },
  });
  return server.port;
}

function bare(): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, callback) {
      stream.on('data', (chunk: Buffer) => {
        octets += chunk.length;
      });
      stream.on('end', () => callback());
    },
  });
  return new Promise((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => {
      const address = listening.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

process.on('message', () => process.send?.({ octets, cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit(0));
process.send?.({ port: await (process.argv[2] === 'ours' ? ours() : bare()) });
