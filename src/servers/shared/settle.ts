/**
 * From what the policy decided for each recipient to deliveries and replies. A unit is what gets one reply: the whole
 * message for SMTP, each RCPT command for LMTP (RFC 2033 section 4.2). A unit with a refused recipient delivers to none
 * of its recipients; one whose delivery fails for some may be sent again by the peer, and the others then have it
 * twice: rather twice than never.
 */
import type { Final, Verdict } from '../../core/decision.js';
import type { RecipientVerdict } from '../../core/outcome.js';
import type { MaybePromise } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { NextHop, Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { parseMailboxName } from '../../values/mailbox-name.js';
import type { Message } from '../../values/message.js';
import { type Reply, reply, replyFromText, replyText } from '../../values/reply.js';
import { type Consignment, deliverAll, type Failures, type Outlets, type Target } from './delivery.js';
import type { RefusedRedirect } from './redirect.js';
import * as replies from './replies.js';

/**
 * Asks the policy, in a local session, where mail for an address of the policy's own goes: recipients with a next hop,
 * or why not.
 */
export type AskRedirect = (to: Mailbox) => Promise<readonly Recipient[] | RefusedRedirect>;

export interface Settling {
  readonly outlets: Outlets;
  readonly consignment: Consignment;
  readonly verdicts: readonly RecipientVerdict[];
  /** The units that a recipient belongs to. */
  readonly unitsOf: (recipient: Recipient) => readonly number[];
  readonly units: number;
  /** True for a recipient that no RCPT named. */
  readonly isAdded: (recipient: Recipient) => boolean;
  readonly redirect: AskRedirect;
}

interface Plan {
  readonly units: readonly number[];
  readonly targets: readonly Target[];
  readonly refusal: Reply | undefined;
  /** Of a recipient that the policy added: what is refused for good is left out. */
  readonly isCopy: boolean;
}

/** One reply for each unit. */
export async function settle(settling: Settling): Promise<readonly Reply[]> {
  const { outlets, consignment, verdicts, units } = settling;
  const redirects = new Map<string, ReturnType<AskRedirect>>();
  const plans: Plan[] = [];
  for (const verdict of verdicts) {
    const plan = planFor(settling, verdict, redirects);
    plans.push(isThenable<Plan>(plan) ? await plan : plan);
  }
  const refusals = perUnit(plans, (plan) => plan.refusal);
  const going = refusals.size === 0 ? plans : plans.filter((plan) => plan.units.some((unit) => !refusals.has(unit)));
  const targets: Target[] = [];
  for (const plan of going) for (const target of plan.targets) targets.push(target);
  const failures = targets.length === 0 ? none : await deliverAll(outlets, consignment, targets);
  const failed = failures.size === 0 ? nobody : perUnit(going, (plan) => failureOf(settling, plan, failures));
  const told: Reply[] = [];
  for (let unit = 0; unit < units; unit++) {
    told.push(replies.worst(refusals.get(unit)) ?? replies.worst(failed.get(unit)) ?? replies.queued(consignment.id));
  }
  return told;
}

type PerUnit = ReadonlyMap<number, readonly Reply[]>;

const nobody: PerUnit = new Map();
const none: Failures = new Map();

/** The units that something was said for. */
function perUnit(plans: readonly Plan[], read: (plan: Plan) => Reply | undefined): PerUnit {
  const found = new Map<number, Reply[]>();
  for (const plan of plans) {
    const one = read(plan);
    if (one === undefined) continue;
    for (const unit of plan.units) {
      const said = found.get(unit);
      if (said === undefined) found.set(unit, [one]);
      else said.push(one);
    }
  }
  return found;
}

function failureOf(settling: Settling, { targets, isCopy }: Plan, failures: Failures): Reply | undefined {
  const left = targets.filter((target) => {
    const failure = failures.get(target);
    if (!isCopy || failure === undefined || !replies.is(5, failure)) return true;
    leaveOut(settling, target.address, failure);
    return false;
  });
  return replies.worst(left.map((target) => failures.get(target)));
}

/** Nobody who sends should hear of it; the operator must. */
function leaveOut({ outlets, consignment }: Settling, { text }: Mailbox, why: Reply): void {
  const fields = { event: 'delivery', id: consignment.id, recipient: text, reply: replyText(why) };
  outlets.log?.error(fields, 'a copy cannot be delivered and is left out');
}

/** A promise only for a redirect. */
function planFor(
  settling: Settling,
  { recipient, decision, message }: RecipientVerdict,
  redirects: Map<string, ReturnType<AskRedirect>>,
): MaybePromise<Plan> {
  const units = settling.unitsOf(recipient);
  // One that the policy added when the message was there (BCC). As in Postfix, one that is refused for good does not
  // stand in the way of the message; one that may go later puts it off, or the copy would be lost.
  const isCopy = settling.isAdded(recipient);
  const plan = (targets: readonly Target[]): Plan => ({ units, targets, refusal: undefined, isCopy });
  const refused = (refusal: Reply): Plan => ({ units, targets: [], refusal, isCopy });
  const noWay = (reply: Reply): Plan => {
    if (!isCopy || !replies.is(5, reply)) return refused(reply);
    leaveOut(settling, recipient.address, reply);
    return plan([]);
  };
  const elsewhere = async (to: Mailbox): Promise<Plan> => {
    const asked = redirects.get(to.text) ?? settling.redirect(to);
    redirects.set(to.text, asked);
    const answer = await asked;
    if (!('kind' in answer)) return routed(settling, answer, message, plan, noWay);
    // The sender does not learn of the copy.
    return isCopy && replies.is(5, answer.refusal) ? noWay(answer.refusal) : refused(answer.reply);
  };
  switch (decision.kind) {
    case 'reject':
      // Of the copy alone: its mailbox is full for good, or closed.
      return isCopy && isTaken(settling) ? noWay(decision.reply) : refused(decision.reply);
    case 'defer':
      return refused(decision.reply);
    case 'discard':
      return plan([]);
    case 'hold':
    case 'quarantine': {
      const { kind: store, reason } = decision;
      return plan([{ kind: 'keep', address: recipient.address, message, store, reason }]);
    }
    case 'redirect':
      return elsewhere(decision.to);
    case 'continue':
    case 'accept':
      // It has not been through RCPT.
      if (recipient.nextHop === undefined && isCopy) return elsewhere(recipient.address);
      return routed(settling, [recipient], message, plan, noWay);
  }
}

/** Whether somebody whom RCPT named may have the message. */
function isTaken({ verdicts, isAdded }: Settling): boolean {
  return verdicts.some(({ recipient, decision }) => decision.kind !== 'reject' && !isAdded(recipient));
}

function routed(
  settling: Settling,
  recipients: readonly Recipient[],
  message: Message,
  plan: (targets: readonly Target[]) => Plan,
  refused: (reply: Reply) => Plan,
): Plan {
  const targets: Target[] = [];
  const refusals: Reply[] = [];
  for (const recipient of recipients) {
    const { address } = recipient;
    const way = wayOf(settling.outlets, settling.consignment.id, recipient);
    if (way === 'drop') continue;
    if (way.kind === 'reply') refusals.push(way);
    else {
      const { transport, destination } = way.hop;
      targets.push({ kind: 'hand-over', address, message, transport, destination });
    }
  }
  const refusal = replies.worst(refusals);
  return refusal === undefined ? plan(targets) : refused(refusal);
}

const notAccepted: Reply = reply(550, '5.0.0', 'Mail for this recipient is not accepted');

function wayOf(
  outlets: Outlets,
  id: string,
  { address, nextHop: hop }: Recipient,
): 'drop' | Reply | { readonly kind: 'hop'; readonly hop: NextHop } {
  if (hop?.transport === 'discard') return 'drop';
  // error(8): the text of the next hop, with its own codes where it has any.
  if (hop?.transport === 'error') return replyFromText(hop.destination, notAccepted);
  const why = hop === undefined ? 'no stage set a next hop' : impossible(outlets, hop);
  if (why === undefined && hop !== undefined) return { kind: 'hop', hop };
  // For the operator, whose mistake it is.
  outlets.log?.error({ event: 'delivery', id, recipient: address.text, why }, 'nowhere to deliver to');
  return replies.notConfigured;
}

/**
 * At RCPT: a next hop by which no mail can go. The message is not sent for nothing, and the other recipients have
 * theirs: at the end there may be one reply for all.
 */
export function noWayOut(
  outlets: Outlets,
  id: string,
  { kind }: Verdict,
  recipients: readonly Recipient[],
): Reply | undefined {
  if (kind !== 'continue' && kind !== 'accept') return undefined;
  for (const recipient of recipients) {
    // Without one, a later list may set it.
    const way = recipient.nextHop === undefined ? 'drop' : wayOf(outlets, id, recipient);
    if (way !== 'drop' && way.kind === 'reply') return way;
  }
  return undefined;
}

/** Why: a transport that the server was not given, a mailbox that no store may have. */
function impossible({ transports }: Outlets, { transport, destination }: NextHop): string | undefined {
  if (transport !== 'maildir')
    return transports?.[transport] === undefined ? `unknown transport "${transport}"` : undefined;
  const name = parseMailboxName(destination);
  return name.kind === 'malformed' ? name.why : undefined;
}

/** The decision that concerns all, for the log: the common one, or that of the first who differs. */
export function summaryOf(verdicts: readonly RecipientVerdict[]): Verdict {
  const final = verdicts.find((one): one is RecipientVerdict & { decision: Final } => one.decision.kind !== 'continue');
  return final?.decision ?? { kind: 'continue' };
}
