/**
 * What is told of a finished transaction: to `onTransaction`, and on the diagnostics channel `postern:transaction`,
 * which costs nothing while nobody listens. Log lines are made here too: one structured line for each decision.
 */
import { channel } from 'node:diagnostics_channel';
import type { Verdict } from '../../core/decision.js';
import type { Outcome } from '../../core/outcome.js';
import type { Session } from '../../core/session.js';
import type { ReversePath } from '../../values/address.js';
import { type Reply, replyText } from '../../values/reply.js';
import type { LogFields, Logger } from './logger.js';

export interface TransactionRecord {
  readonly id: string;
  readonly session: Session;
  /** Decisions, findings, edits and the trace. Its message can be read only before the handler returns. */
  readonly outcome: Outcome;
  /** As sent: one for SMTP, one for each accepted RCPT for LMTP. */
  readonly replies: readonly Reply[];
  /** Octets of the message as received; undefined when it did not arrive whole. */
  readonly size: number | undefined;
}

/** Payload: TransactionRecord. */
export const TRANSACTION_CHANNEL = 'postern:transaction';

const transactions = channel(TRANSACTION_CHANNEL);

export interface Reporter {
  readonly log: Logger | undefined;
  /** True when somebody wants records. */
  readonly watched: boolean;
  /** `make` is called only when somebody listens. */
  transaction(make: () => TransactionRecord): void;
}

export function createReporter(
  log: Logger | undefined,
  onTransaction: ((record: TransactionRecord) => void) | undefined,
): Reporter {
  return {
    log,
    get watched() {
      return onTransaction !== undefined || transactions.hasSubscribers;
    },
    transaction(make) {
      if (!this.watched) return;
      const record = make();
      if (transactions.hasSubscribers) transactions.publish(record);
      try {
        onTransaction?.(record);
      } catch (error) {
        log?.error({ event: 'on-transaction', id: record.id, error: messageOf(error) }, 'onTransaction threw');
      }
    },
  };
}

/** Who the peer is. */
export function peerFields(session: Session, helo: string | undefined): LogFields {
  const { client, login, tls, protocol } = session;
  return { client: client.ip?.text, helo, protocol, tls: tls?.version, login: login?.name };
}

/** What was decided and what the peer heard. */
export function decisionFields(decision: Verdict, reply: Reply): LogFields {
  const { kind } = decision;
  if (kind === 'continue') return { decision: kind, reply: replyText(reply) };
  return { decision: kind, reason: decision.reason, detail: decision.detail, reply: replyText(reply) };
}

export function pathText(path: ReversePath | undefined): string | undefined {
  return path === undefined ? undefined : path.kind === 'null-path' ? '<>' : path.text;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
