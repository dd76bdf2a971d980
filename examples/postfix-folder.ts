/**
 * Postern on the configuration folder of a Postfix: every smtpd service of its master.cf, each with its own policy. Run it
 * with `node --import tsx examples/postfix-folder.ts /etc/postfix`; `postern check --postfix /etc/postfix` says before what of
 * it is honoured. SIGHUP reads the folder again; when that is wrong, the last good one stays.
 */
import { dnsResolver } from 'postern/adapters/dns';
import { maildir } from 'postern/adapters/maildir';
import { policyService } from 'postern/adapters/policy-service';
import { type PostfixReading, readPostfix, systemAccounts } from 'postern/postfix';
import { smtpServer } from 'postern/servers/smtp';

const [folder = '/etc/postfix'] = process.argv.slice(2);
const resolver = dnsResolver();
const read = (): PostfixReading => readPostfix(folder, { resolver, policyService, unix: systemAccounts() });
const site = read();
for (const { status, parameter, why } of site.report) {
  if (status === 'not-honoured') process.stderr.write(`${parameter} is not honoured: ${why}\n`);
}

// What Postfix would hold or quarantine lies beside the mailboxes; mail for others needs a transport for each name in
// `site.transports`.
const store = maildir({ base: site.mailboxes.base });
const aside = maildir({ base: `${site.mailboxes.base}/.aside`, createBase: true });
const servers = await Promise.all(
  site.services.map(async ({ name, server, policy }) => {
    const running = await smtpServer({ ...server, policy, store, hold: aside, quarantine: aside });
    process.stdout.write(`${name}: ${server.host} port ${running.port}\n`);
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
    process.stderr.write(`the last good configuration stays:\n${String(error)}\n`);
  }
});
process.on('SIGTERM', async () => {
  await Promise.all(servers.map(({ running }) => running.close()));
  await resolver.close();
});
