/**
 * The end of a transaction, for one peer: what has arrived is held against the limits, judged by the policy, delivered,
 * and answered with one reply, or for LMTP one for each accepted RCPT.
 */
import type { SpoolRefusal, SpoolResult } from '../../adapters/spool/index.js';
import type { Conversation } from '../../core/conversation.js';
import type { MessageOutcome, RecipientVerdict } from '../../core/outcome.js';
import type { Session } from '../../core/session.js';
import type { MaybePromise } from '../../core/stage.js';
import { andThen, isThenable } from '../../core/stage-context.js';
import type { PhaseTrace } from '../../core/trace.js';
import type { ReversePath } from '../../values/address.js';
import type { Message } from '../../values/message.js';
import type { Reply } from '../../values/reply.js';
import { contentFault, spoolFault } from './content.js';
import type { ServerHost } from './host.js';
import { logNotes } from './log-notes.js';
import { peerFields } from './record.js';
import { redirectRecipients } from './redirect.js';
import * as replies from './replies.js';
import { type Envelope, reportMessage, settledFields } from './report.js';
import { settle } from './settle.js';
import { Stamp } from './stamp.js';

type Verdicts = readonly RecipientVerdict[];

const oneUnit: readonly number[] = [0];

/** For a message whose client has gone. */
export const noReplies: readonly Reply[] = [];

export class Judgement {
  readonly #host: ServerHost;
  readonly #stamp: Stamp = new Stamp();

  constructor(host: ServerHost) {
    this.#host = host;
  }

  async of(spooled: SpoolResult, envelope: Envelope, conversation: Conversation): Promise<readonly Reply[]> {
    if (spooled.kind !== 'spooled') return this.#notSpooled(conversation, envelope, spooled);
    const { message, facts } = spooled;
    const fault = contentFault(facts, this.#host.settings.full.lineBytes);
    if (fault !== undefined) return this.#refuse(conversation, envelope, fault, { reason: 'content' }, facts.size);
    return this.#judge(conversation, envelope, message, facts.size);
  }

  #notSpooled(conversation: Conversation, envelope: Envelope, refusal: SpoolRefusal): readonly Reply[] {
    const fault = spoolFault(refusal);
    if (refusal.kind === 'over-limit' && fault !== undefined) {
      return this.#refuse(conversation, envelope, fault, { reason: 'content', detail: refusal.limit });
    }
    if (refusal.kind !== 'failed' || fault === undefined) return noReplies;
    const fields = { event: 'spool', id: envelope.id, reason: 'storage', why: refusal.why };
    this.#host.reporter.log?.error(fields, 'a message could not be kept while it arrived');
    return this.#refuse(conversation, envelope, fault, { reason: 'storage', detail: refusal.why });
  }

  #refuse(conversation: Conversation, envelope: Envelope, reply: Reply, why: object, size?: number): readonly Reply[] {
    const told = this.#forEachUnit(envelope, reply);
    const decision = replies.is(4, reply) ? 'defer' : 'reject';
    this.#report(conversation, envelope, told, () => ({ decision, ...why }), size);
    return told;
  }

  async #judge(
    conversation: Conversation,
    envelope: Envelope,
    received: Message,
    size: number,
  ): Promise<readonly Reply[]> {
    const receivedAt = this.#host.now();
    const judged = conversation.direct.message(this.#stamp.put(received, conversation, envelope, receivedAt));
    const outcome = isThenable<MessageOutcome>(judged) ? await judged : judged;
    this.#remarks(conversation, envelope, outcome.trace);
    const delivering = this.#delivering(conversation, envelope, outcome);
    const all = isThenable<Verdicts>(delivering) ? await delivering : delivering;
    const { refused } = envelope;
    const verdicts = refused.size === 0 ? all : all.filter((one) => !refused.has(one.recipient.original));
    const told = await this.#settle(conversation.session, envelope, outcome.sender, verdicts);
    this.#report(conversation, envelope, told, () => settledFields(verdicts), size);
    return told;
  }

  #settle(session: Session, envelope: Envelope, sender: ReversePath, verdicts: Verdicts): Promise<readonly Reply[]> {
    const perRecipient = this.#host.settings.protocol === 'lmtp';
    const all = perRecipient ? envelope.accepted.map((_, unit) => unit) : oneUnit;
    const byAddress = new Map(perRecipient ? envelope.accepted.map((address, unit) => [address, [unit]]) : []);
    return settle({
      outlets: this.#host.outlets,
      consignment: { id: envelope.id, sender },
      verdicts,
      // A recipient that the policy added belongs to no RCPT: without it, nobody's copy is complete.
      unitsOf: ({ original }) => byAddress.get(original) ?? all,
      units: all.length,
      isAdded: ({ original }) => !envelope.accepted.includes(original),
      redirect: (to) => redirectRecipients(this.#host, session, envelope.id, to),
    });
  }

  /** The deliver list runs for those that nothing has been decided for. An empty one is run for its trace alone. */
  #delivering(conversation: Conversation, envelope: Envelope, outcome: MessageOutcome): MaybePromise<Verdicts> {
    const { settings, reporter } = this.#host;
    if (settings.policy.lists.deliver.length === 0 && !reporter.watched) return outcome.recipients;
    const undecided = outcome.recipients.some(({ decision: { kind } }) => kind === 'continue' || kind === 'accept');
    if (!undecided) return outcome.recipients;
    return andThen(conversation.direct.deliver(), ({ recipients, traces }) => {
      for (const trace of traces) this.#remarks(conversation, envelope, trace);
      return recipients;
    });
  }

  #remarks({ session, helo }: Conversation, { id }: Envelope, trace: PhaseTrace | undefined): void {
    const { log } = this.#host.reporter;
    if (log !== undefined) logNotes(log, { id, ...peerFields(session, helo) }, trace);
  }

  #forEachUnit({ accepted }: Envelope, reply: Reply): readonly Reply[] {
    return this.#host.settings.protocol === 'lmtp' ? accepted.map(() => reply) : [reply];
  }

  #report(
    conversation: Conversation,
    envelope: Envelope,
    told: readonly Reply[],
    decided: () => object,
    size: number | undefined,
  ): void {
    reportMessage(this.#host.reporter, conversation, { envelope, told, decided, size });
  }
}
