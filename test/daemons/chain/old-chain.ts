/** Postfix, amavisd with clamd and SpamAssassin, and Postfix again: the way of mail that Postern's server goes in one process. */
import { join } from 'node:path';
import { type Delivered, readMaildirs } from '../deliveries.js';
import { startAmavisd } from '../filters/amavisd.js';
import { Postfix, postfixFolder, writeConfiguration } from '../postfix.js';
import { freePort } from '../private-host.js';
import { CHECKS } from './our-chain.js';

export interface OldChain {
  readonly port: number;
  readonly isPostfix: true;
  /** Of Postfix and of amavisd: all their processes descend from these. */
  readonly pids: Readonly<Record<'postfix' | 'amavisd', number>>;
  /** Where its Maildirs are. */
  readonly base: string;
  deliveries(): readonly Delivered[];
  /** Waits until nothing is on its way. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOldChain(clamdPort: number, { children = 2 } = {}): Promise<OldChain> {
  const folder = await postfixFolder();
  const [port = 0, back = 0] = folder.ports;
  const filterPort = await freePort();
  await writeConfiguration(folder, {
    mainCf: `myhostname = mx.school.example
mydestination =
virtual_mailbox_domains = school.example
virtual_mailbox_maps = static:head/
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
local_recipient_maps =
alias_maps =
default_process_limit = 20
header_checks = pcre:$config_directory/checks
body_checks = pcre:$config_directory/checks
content_filter = smtp:[127.0.0.1]:${filterPort}
`,
    services: [
      [],
      [
        'content_filter=',
        'receive_override_options=no_header_body_checks,no_unknown_recipient_checks,no_milters,no_address_mappings',
      ],
    ],
    maps: { checks: CHECKS },
  });
  const postfix = await Postfix.start(folder);
  try {
    const amavisd = await startAmavisd({ port: filterPort, forwardPort: back, clamdPort, children });
    return {
      port,
      isPostfix: true,
      pids: { postfix: postfix.pid, amavisd: amavisd.pid },
      base: join(folder.root, 'virtual'),
      deliveries: () => readMaildirs(join(folder.root, 'virtual'), (name) => name),
      settle: () => postfix.settle({ ms: 120_000 }),
      async stop() {
        await amavisd.stop();
        await postfix.stop();
      },
    };
  } catch (error) {
    await postfix.stop();
    throw error;
  }
}
