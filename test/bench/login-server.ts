/**
 * Child process of login.ts: the SMTP server under TLS. Users u0 to u999 of a directory in memory, with the password
 * `secret`; accounts that begin with `slow` are refused by a directory that takes 500 ms for it. Arguments: private key
 * and certificate.
 */
import { limitLogins } from '../../src/adapters/login-limits/index.js';
import { definePolicy } from '../../src/core/policy.js';
import { accountNames } from '../../src/directory/account-name.js';
import { directoryCredentials } from '../../src/directory/credentials.js';
import { memoryDirectory } from '../../src/directory/memory-directory.js';
import type { Authenticator } from '../../src/ports/authenticator.js';
import type { MailStore } from '../../src/ports/mail-store.js';
import { smtpServer } from '../../src/servers/smtp/index.js';
import { route } from '../../src/stages/routing/index.js';
import { found } from '../../src/values/answer.js';

const SLOW_MS = 500;

const directory = memoryDirectory({
  users: Array.from({ length: 1000 }, (_, n) => ({ login: `u${n}`, password: 'secret' })),
});
const authenticator: Authenticator = {
  name: 'bench',
  authenticate: (account, password, call) => {
    if (!account.startsWith('slow')) return directory.authenticate(account, password, call);
    const refused = found({ kind: 'refused', cause: 'wrong-password', detail: undefined } as const);
    return new Promise((resolve) => setTimeout(() => resolve(refused), SLOW_MS));
  },
};
const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'] });
const most = 1_000_000;
const unlimited = { failures: most };
const credentials = limitLogins(directoryCredentials(authenticator, { accounts }), {
  perAccount: unlimited,
  perAddress: unlimited,
});
const store: MailStore = {
  deliver: async ({ recipients }) => recipients.map(({ mailbox }) => ({ kind: 'stored', mailbox, id: '' }) as const),
};

const [key = '', cert = ''] = process.argv.slice(2);
const server = await smtpServer({
  policy: definePolicy({ rcpt: [route({ localDomains: ['school.example'], localRecipients: 'all' })] }),
  port: 0,
  name: 'mx.school.example',
  store,
  tls: { key, cert },
  implicitTls: true,
  credentials,
  limits: { connections: 10_000, connectionsPerClient: 10_000, authFailures: most, errors: most, junkCommands: most },
});

process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit(0));
process.send?.({ port: server.port });
