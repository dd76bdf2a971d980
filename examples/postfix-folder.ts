/**
 * Postern on the configuration folder of a Postfix: every smtpd service of its master.cf, each with its own policy. Run
 * it with `node --import tsx examples/postfix-folder.ts /etc/postfix`; `postern check --postfix /etc/postfix` says
 * before what of it is honoured. Each decision is a line of JSON on standard output. SIGHUP reads the folder again:
 * sessions that begin from then on run the new policies, and what needs a restart (settings of a server, services that
 * came or went) is logged. When the folder is wrong, the last good policies stay.
 */
import { isDeepStrictEqual } from 'node:util';
import { dnsResolver } from 'postern/adapters/dns';
import { maildir } from 'postern/adapters/maildir';
import { type PolicyServiceClient, policyService } from 'postern/adapters/policy-service';
import { type PostfixReading, readPostfix, systemAccounts } from 'postern/postfix';
import { smtpServer } from 'postern/servers/smtp';
import { jsonLog } from './server/log.js';

const [folder = '/etc/postfix'] = process.argv.slice(2);
const logger = jsonLog((line) => process.stdout.write(line));
const resolver = dnsResolver();
/** No session is older, so that the policy services of a policy can be let go. */
const sessionTime = 30 * 60_000;

interface Reading {
  readonly site: PostfixReading;
  readonly clients: readonly PolicyServiceClient[];
}

function read(): Reading {
  const clients: PolicyServiceClient[] = [];
  const remembered: typeof policyService = (endpoint, options) => {
    const client = policyService(endpoint, options);
    clients.push(client);
    return client;
  };
  const site = readPostfix(folder, { resolver, policyService: remembered, unix: systemAccounts() });
  for (const { status, parameter, why } of site.report) {
    if (status === 'not-honoured') logger.warn({ parameter, why }, 'not honoured');
  }
  return { site, clients };
}

const first = read();
const { site } = first;
let current = first;

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
    const limits = { ...server.limits, sessionTime };
    const running = await smtpServer({ ...server, limits, policy, store, hold: aside, quarantine: aside, logger });
    logger.info({ service: name, host: server.host, port: running.port }, 'listening');
    return { name, running };
  }),
);

/** What is not as it was when the servers were started: `smtp requireHello`, `submission (new)`, `mailboxes base`. */
function needRestart(now: PostfixReading): readonly string[] {
  const named = new Map(now.services.map((service) => [service.name, service]));
  const changed = site.services.flatMap(({ name, server }) => {
    const service = named.get(name);
    if (service === undefined) return [`${name} (gone)`];
    const before = new Map<string, unknown>(settingsOf(server));
    const after = settingsOf(service.server);
    const keys = new Set([...before.keys(), ...after.keys()]);
    return [...keys]
      .filter((key) => !isDeepStrictEqual(before.get(key), after.get(key)))
      .map((key) => `${name} ${key}`);
  });
  const known = new Set(site.services.map(({ name }) => name));
  const added = now.services.filter(({ name }) => !known.has(name)).map(({ name }) => `${name} (new)`);
  return [...changed, ...added, ...(now.mailboxes.base === base ? [] : ['mailboxes base'])];
}

function settingsOf({ limits, ...others }: PostfixReading['server']): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([...Object.entries(others), ...Object.entries(limits)]);
}

function letGo({ clients }: Reading): void {
  for (const client of clients) void client.close();
}

process.on('SIGHUP', () => {
  try {
    const before = current;
    const next = read();
    for (const { name, running } of servers) {
      const policy = next.site.services.find((service) => service.name === name)?.policy;
      if (policy !== undefined) running.usePolicy(policy);
    }
    current = next;
    // Sessions under way keep their policy, and its services.
    setTimeout(() => letGo(before), sessionTime + 60_000).unref();
    logger.info({ services: next.site.services.map(({ name }) => name) }, 'the folder was read again: new policies');
    const settings = needRestart(next.site);
    if (settings.length > 0) logger.warn({ settings }, 'these changes need a restart');
  } catch (error) {
    logger.error({ error: String(error) }, 'the last good configuration stays');
  }
});
process.on('SIGTERM', async () => {
  await Promise.all(servers.map(({ running }) => running.close()));
  letGo(current);
  await resolver.close();
});
