/** What all sessions of one server share. */
import { randomBytes } from 'node:crypto';
import { createSpool, type Spool } from '../../adapters/spool/index.js';
import type { Conversation, ConversationOptions } from '../../core/conversation.js';
import type { Policy } from '../../core/policy.js';
import type { Session } from '../../core/session.js';
import type { Outlets } from './delivery.js';
import type { Settings } from './options.js';
import { createReporter, type Reporter } from './record.js';

export interface ServerHost {
  readonly settings: Settings;
  readonly spool: Spool;
  readonly outlets: Outlets;
  readonly reporter: Reporter;
  /** The port listened on; 0 until then. */
  port: number;
  /** True from `close()` on. */
  draining: boolean;
  /** What sessions that begin from now on run. */
  policy: Policy;
  now(): Date;
  open(session: Session): Conversation;
}

/** `signal` ends evaluations and deliveries when the server is cut short. */
export function createHost(settings: Settings, signal: AbortSignal): ServerHost {
  const { full, policy, logger, onTransaction, spoolDirectory, clock } = settings;
  const now = clock ?? ((): Date => new Date());
  const newId = idSource(now);
  const conversationOptions: ConversationOptions = {
    newId,
    signal,
    timeLimit: full.policyTime,
    // Read for each list that runs: one instant for all of its stages, not one for the session.
    get now() {
      return now();
    },
  };
  const { headerBytes, headerFields, fieldBytes, messageBytes } = full;
  const spool = createSpool({
    maxBytes: messageBytes,
    header: { headerBytes, headerFields, fieldBytes },
    ...(spoolDirectory === undefined ? {} : { directory: spoolDirectory }),
  });
  const host: ServerHost = {
    settings,
    spool,
    outlets: { ...settings, log: logger, signal },
    reporter: createReporter(logger, onTransaction),
    port: settings.port,
    draining: false,
    now,
    policy,
    open: (session) => host.policy.open(session, conversationOptions),
  };
  return host;
}

/** Unique on the host: the time, a random part for each server, a counter. */
function idSource(now: () => Date): () => string {
  const own = randomBytes(3).toString('hex');
  let count = 0;
  return () => `${now().getTime().toString(36)}${own}${(count++ % 1_679_616).toString(36).padStart(4, '0')}`;
}
