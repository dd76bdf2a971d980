/**
 * Postern on the configuration folder of a Postfix: every smtpd service of its master.cf, each with its own policy. Run it
 * with `node --import tsx examples/postfix-folder.ts /etc/postfix`; `postern check --postfix /etc/postfix` says before what of
 * it is honoured. Each decision is a line of JSON on standard output. SIGHUP reads the folder again; when that is wrong, the
 * last good one stays.
 */
import { dnsResolver } from 'postern/adapters/dns';
import { maildir } from 'postern/adapters/maildir';
import { policyService } from 'postern/adapters/policy-service';
import { type PostfixReading, readPostfix, systemAccounts } from 'postern/postfix';
import { smtpServer } from 'postern/servers/smtp';
import { jsonLog } from './server/log.js';

const [folder = '/etc/postfix'] = process.argv.slice(2);
const logger = jsonLog((line) => process.stdout.write(line));
const resolver = dnsResolver();
const read = (): PostfixReading => readPostfix(folder, { resolver, policyService, unix: systemAccounts() });
const site = read();
for (const { status, parameter, why } of site.report) {
  if (status === 'not-honoured') logger.warn({ parameter, why }, 'not honoured');
}

// What Postfix would hold or quarantine lies beside the mailboxes; mail for others needs a transport for each name in
// `site.transports`.
const { base } = site.mailboxes;
const store = maildir({ base });
const aside = maildir({ base: `${base}/.aside`, createBase: true });
// The folder of the mailboxes must be there, and writable, before the first message comes.
await store.probe().catch((error: unknown) => {
  logger.error({ base, error: String(error) }, 'no mail can be stored: make the folder of the mailboxes');
  process.exit(1);
});
const servers = await Promise.all(
  site.services.map(async ({ name, server, policy }) => {
    const running = await smtpServer({ ...server, policy, store, hold: aside, quarantine: aside, logger });
    logger.info({ service: name, host: server.host, port: running.port }, 'listening');
    return { name, running };
  }),
);

process.on('SIGHUP', () => {
  try {
    const { services } = read();
    for (const { name, running } of servers) {
      const policy = services.find((service) => service.name === name)?.policy;
      if (policy !== undefined) running.usePolicy(policy);
    }
  } catch (error) {
    logger.error({ error: String(error) }, 'the last good configuration stays');
  }
});
process.on('SIGTERM', async () => {
  await Promise.all(servers.map(({ running }) => running.close()));
  await resolver.close();
});
