/**
 * The SMTP server: RFC 5321 with PIPELINING (2920), SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), ENHANCEDSTATUSCODES
 * (2034), STARTTLS (3207), AUTH (4954) and Postfix's XCLIENT, driving a policy and delivering what it accepts. Needs the
 * package smtp-server. Not here: CHUNKING, DSN, sending mail on (give a transport), a queue.
 *
 * The 250 after DATA means that every copy is on stable storage. SMTP cannot answer for each recipient: when one of
 * several fails, the whole message is refused or deferred, and those who already have it may get it twice.
 */
import type { CanRun } from '../../core/abilities.js';
import type { Policy } from '../../core/policy.js';
import { checkOptions, type ServerOptions } from '../shared/options.js';
import { type RunningServer, startServer } from '../shared/server.js';
import { smtpAbilities } from './abilities.js';

export interface SmtpServerOptions<P extends Policy = Policy> extends ServerOptions {
  /** What the server runs; a policy that it cannot run does not compile, or throws at construction. */
  readonly policy: P & CanRun<P, typeof smtpAbilities>;
}

/**
 * Starts listening. Rejects with ConfigurationError (code `server`) naming every problem of the options and the policy,
 * `missing-package` without smtp-server, and with the system's error when the port cannot be had.
 */
export async function smtpServer<const P extends Policy>(options: SmtpServerOptions<P>): Promise<RunningServer> {
  return startServer(checkOptions('smtp', options.policy, options, smtpAbilities));
}
