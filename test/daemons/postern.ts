/** Postern on a Postfix configuration folder, in this process: its Maildirs lie below the same root. */
import { join } from 'node:path';
import { dnsResolver } from '../../src/adapters/dns/index.js';
import { ldapTables } from '../../src/adapters/ldap/tables.js';
import { maildir } from '../../src/adapters/maildir/index.js';
import {
  type PolicyEndpoint,
  type PolicyServiceClient,
  type PolicyServiceOptions,
  policyService,
} from '../../src/adapters/policy-service/index.js';
import { systemAccounts } from '../../src/postfix/accounts.js';
import { readPostfix } from '../../src/postfix/index.js';
import type { Transport, TransportDelivery } from '../../src/servers/shared/transport.js';
import { smtpServer } from '../../src/servers/smtp/index.js';
import { renderMessage } from '../../src/values/render.js';
import { type Delivered, delivered, readMaildirs } from './deliveries.js';
import type { PostfixFolder } from './postfix-files.js';

export interface PosternSide {
  /** Of its services, in the order of master.cf. */
  readonly ports: readonly number[];
  /** What was delivered so far. */
  deliveries(): readonly Delivered[];
  /** What the server logged as wrong: crashes are bugs. */
  readonly errors: readonly string[];
  stop(): Promise<void>;
}

const TRANSPORTS = ['smtp', 'relay', 'lmtp'];

export async function startPostern({ root, etc }: PostfixFolder, nameserver?: string): Promise<PosternSide> {
  const resolver = nameserver === undefined ? undefined : dnsResolver({ servers: [nameserver], timeout: 2000 });
  const clients: PolicyServiceClient[] = [];
  const ldap = ldapTables();
  const abilities = {
    ...(resolver === undefined ? { without: ['resolver'] as const } : { resolver }),
    policyService(endpoint: PolicyEndpoint, options: PolicyServiceOptions) {
      const service = policyService(endpoint, options);
      clients.push(service);
      return service;
    },
  };
  const { services } = readPostfix(etc, {
    ...abilities,
    random: Math.random,
    ldap: ldap.open,
    unix: systemAccounts({ passwd: join(root, 'passwd') }),
  });
  const sent: Delivered[] = [];
  const errors: string[] = [];
  const base = join(root, 'postern');
  const store = maildir({ base: join(base, 'mail'), createBase: true });
  const hold = maildir({ base: join(base, 'hold'), createBase: true });
  const note = (fields: object, text: string): void => void errors.push(`${text} ${JSON.stringify(fields)}`);
  const quiet = (): void => undefined;
  const shared = {
    port: 0,
    store,
    hold,
    quarantine: hold,
    transports: Object.fromEntries(TRANSPORTS.map((name) => [name, recorder(sent)])),
    logger: { error: note, warn: quiet, info: quiet, debug: quiet },
  };
  const servers = await Promise.all(services.map(({ server, policy }) => smtpServer({ ...server, policy, ...shared })));
  // A user's Maildir lies in the home folder, `alice/Maildir`.
  const place = (folder: string): string => folder.replace(/\/Maildir$/, '');
  return {
    ports: servers.map(({ port }) => port),
    errors,
    deliveries: () => [...sent, ...readMaildirs(join(base, 'mail'), place), ...readMaildirs(join(base, 'hold'), place)],
    async stop() {
      await Promise.all(servers.map((server) => server.close()));
      await Promise.all([store.close(), hold.close(), ...clients.map((client) => client.close())]);
      await resolver?.close?.();
      await ldap.close();
    },
  };
}

/** Takes all mail that would be sent on. */
function recorder(sent: Delivered[]): Transport {
  return {
    async deliver({ message, recipients }: TransportDelivery) {
      const parts: Uint8Array[] = [];
      for await (const part of renderMessage(message, { lineEnding: 'lf' })) parts.push(part);
      const text = Buffer.concat(parts).toString('latin1');
      for (const { address, destination } of recipients) {
        const port = /:(\d+)$/.exec(destination)?.[1] ?? destination;
        const octets = Buffer.from(address.text, 'utf8').toString('latin1');
        sent.push(...delivered(`smtp ${port} ${octets}`, text));
      }
      return recipients.map(() => ({ kind: 'delivered' as const }));
    },
  };
}
