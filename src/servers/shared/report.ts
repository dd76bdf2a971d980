/** What is told of a message when its transaction ends: one log line, one record. */
import type { Conversation } from '../../core/conversation.js';
import type { RecipientVerdict } from '../../core/outcome.js';
import type { Mailbox, ReversePath } from '../../values/address.js';
import type { Reply } from '../../values/reply.js';
import { decisionFields, pathText, peerFields, type Reporter } from './record.js';
import * as replies from './replies.js';
import { summaryOf } from './settle.js';

/** The mail transaction that MAIL began. */
export interface Envelope {
  readonly id: string;
  readonly sender: ReversePath;
  readonly utf8: boolean;
  readonly begun: number;
  /** In the order of the commands. */
  readonly accepted: Mailbox[];
  readonly refused: Set<Mailbox>;
  /** RCPT commands beyond the limit of recipients. */
  overshoot: number;
}

export interface Report {
  readonly envelope: Envelope;
  readonly told: readonly Reply[];
  /** For the log line; asked only where there is one. */
  readonly decided: () => object;
  /** Octets; undefined for a message that did not arrive whole. */
  readonly size: number | undefined;
}

export function reportMessage(reporter: Reporter, conversation: Conversation, report: Report): void {
  const { envelope, told, decided, size } = report;
  const { id, accepted, begun, sender } = envelope;
  const { session, helo } = conversation;
  if (reporter.log === undefined && !reporter.watched) return;
  const ms = Math.round(performance.now() - begun);
  reporter.log?.info(
    {
      event: 'message',
      id,
      ...peerFields(session, helo),
      sender: pathText(sender),
      recipients: accepted.map((one) => one.text),
      ...decided(),
      replies: told.map((one) => `${one.code} ${one.enhanced ?? ''} ${one.lines.join(' ')}`),
      ms,
      size,
    },
    'message',
  );
  reporter.transaction(() => ({ id, session, outcome: conversation.outcome(), replies: told, size }));
}

/** What was decided for all, for the log. */
export function settledFields(verdicts: readonly RecipientVerdict[]): object {
  const { reply: _, ...fields } = decisionFields(summaryOf(verdicts), replies.ok) as { reply: unknown };
  return fields;
}
