/**
 * The LMTP server (RFC 2033): LHLO in place of EHLO, and after the message one reply for each RCPT command that was
 * accepted, in their order, duplicates and case variants by themselves. All else is as with SMTP.
 */
import type { CanRun } from '../../core/abilities.js';
import type { Policy } from '../../core/policy.js';
import { checkOptions, type ServerOptions } from '../shared/options.js';
import { type RunningServer, startServer } from '../shared/server.js';
import { lmtpAbilities } from './abilities.js';

export interface LmtpServerOptions<P extends Policy = Policy> extends ServerOptions {
  /** What the server runs; a policy that it cannot run does not compile, or throws at construction. */
  readonly policy: P & CanRun<P, typeof lmtpAbilities>;
}

/** Starts listening; rejects as `smtpServer` does. */
export async function lmtpServer<const P extends Policy>(options: LmtpServerOptions<P>): Promise<RunningServer> {
  return startServer(checkOptions('lmtp', options.policy, options, lmtpAbilities));
}
