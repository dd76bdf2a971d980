/**
 * Mail loops: too many Received fields (RFC 5321 section 6.3, Postfix's hopcount_limit), and Delivered-To fields that
 * name the mailboxes about to be delivered to. The second is refused only where it is true of every recipient; of some, it
 * is a finding, for SMTP cannot refuse the message for some of them. Fields count by name, well-formed or not.
 */
import { reject } from '../../core/decision.js';
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import type { Recipient } from '../../core/transaction.js';
import { ConfigurationError } from '../../values/errors.js';
import { fieldsNamed, type Message } from '../../values/message.js';
import { countReceived, HOP_LIMIT } from '../../values/received.js';
import { reply } from '../../values/reply.js';

export interface LoopDetectionOptions {
  /** Received fields a message may have. Default 50; RFC 5321 section 6.3 wants at least 100 where nothing else stops a loop. */
  readonly maxReceived?: number;
  /** Look at Delivered-To fields too. Default true. */
  readonly deliveredTo?: boolean;
}

export interface LoopFinding {
  /** Received fields. */
  readonly received: number;
  /** Those recipients that a Delivered-To field names, letter case ignored as Postfix's local(8) does. */
  readonly deliveredTo: readonly string[];
}

export const loopFinding: FindingKey<'loop', LoopFinding> = finding('loop');

export interface LoopDetectionStage
  extends Stage<{
    readonly name: 'loopDetection';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly loop: LoopFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

const tooManyHops = reply(554, '5.4.6', 'Too many hops: this message is in a mail loop');
const cameBack = reply(554, '5.4.6', 'Mail forwarding loop: this message has been delivered here before');

/** Throws ConfigurationError `options` for a limit that is none. */
export function loopDetection(options: LoopDetectionOptions = {}): LoopDetectionStage {
  const { maxReceived = HOP_LIMIT, deliveredTo = true } = options;
  if (!Number.isSafeInteger(maxReceived) || maxReceived < 1) {
    const message = 'maxReceived is a whole number above 0';
    throw new ConfigurationError('options', [{ code: 'bad-limit', message, construct: String(maxReceived) }]);
  }
  return defineStage({
    name: 'loopDetection',
    at: 'message',
    gives: [loopFinding],
    run: ({ message, recipients }) => {
      const received = countReceived(message);
      const again = deliveredTo ? deliveredBefore(message, recipients) : [];
      const findings = loopFinding.of({ received, deliveredTo: again });
      if (received > maxReceived) {
        return {
          findings,
          decision: reject('loop', tooManyHops, `${received} Received fields, at most ${maxReceived}`),
        };
      }
      if (again.length === 0 || again.length < recipients.length) return { findings };
      return { findings, decision: reject('loop', cameBack, `Delivered-To: ${again[0]}`) };
    },
  });
}

/** As `hasDeliveredTo` of values/received.ts, for many recipients in linear time. */
function deliveredBefore(message: Message, recipients: readonly Recipient[]): readonly string[] {
  const fields = fieldsNamed(message, 'delivered-to');
  if (fields.length === 0) return [];
  const names = new Set(fields.map((field) => field.value.toLowerCase().replace(/^<(.*)>$/, '$1')));
  return recipients.map((one) => one.address.text).filter((text) => names.has(text.toLowerCase()));
}
