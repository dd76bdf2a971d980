/** Postern's SMTP server with the work of the whole chain in one policy: viruses by clamd, content checks, points, marks, Maildir. */
import { clamd } from '../../../src/adapters/clamd/index.js';
import { maildir } from '../../../src/adapters/maildir/index.js';
import { definePolicy } from '../../../src/core/policy.js';
import { smtpServer } from '../../../src/servers/smtp/index.js';
import { readSpamAssassin } from '../../../src/spamassassin/index.js';
import { bodyChecks, headerChecks } from '../../../src/stages/content-checks/index.js';
import { relayControl } from '../../../src/stages/relay-control/index.js';
import { route } from '../../../src/stages/routing/index.js';
import { spamRules } from '../../../src/stages/spam/index.js';
import { spamMarks } from '../../../src/stages/spam-marks/index.js';
import { virus } from '../../../src/stages/virus/index.js';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { parseNetwork } from '../../../src/values/network.js';

/** Content checks that this mail passes, for both sides. */
export const CHECKS =
  '/^Subject:.*\\bmake money fast\\b/ REJECT no such offers\n/^begin 644 .*\\.exe$/ REJECT no programs\n';

export interface OurChainOptions {
  readonly clamdPort: number;
  /** Folders of rules and of site rules. */
  readonly rules: string;
  readonly site: string;
  /** Where the Maildirs are made. */
  readonly base: string;
  /** What goes wrong is told here. */
  readonly note?: (text: string) => void;
}

export interface OurChain {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startOurChain({
  clamdPort,
  rules,
  site,
  base,
  note = () => undefined,
}: OurChainOptions): Promise<OurChain> {
  const scanner = clamd({ host: '127.0.0.1', port: clamdPort }, { timeout: 20_000 });
  const store = maildir({ base, createBase: true });
  const checks = pcreTable(CHECKS, { file: 'checks' });
  const domains = ['school.example'];
  const policy = definePolicy({
    rcpt: [relayControl({ domains }), route({ localDomains: domains, localRecipients: 'all' })],
    message: [
      headerChecks(checks),
      bodyChecks(checks),
      virus({ scanner, onInfected: 'discard' }),
      spamRules({ rules: readSpamAssassin({ rules, site, localTestsOnly: true }) }),
      spamMarks({ points: true }),
    ],
  });
  const loopback = parseNetwork('127.0.0.0/8');
  if (loopback.kind !== 'parsed') throw new Error('no network');
  const tell = (fields: object, text: string): void => note(`${text} ${JSON.stringify(fields)}`);
  const quiet = (): void => undefined;
  const logger = { error: tell, warn: tell, info: quiet, debug: quiet };
  const server = await smtpServer({
    policy,
    port: 0,
    name: 'mx.school.example',
    store,
    xclientHosts: [loopback.value],
    logger,
  });
  return {
    port: server.port,
    async stop() {
      await server.close();
      await Promise.all([store.close(), scanner.close()]);
    },
  };
}
