/**
 * From what the policy decided for each recipient to deliveries and replies. A unit is what gets one reply: the whole
 * message for SMTP, each RCPT command for LMTP (RFC 2033 section 4.2). A unit with a refused recipient delivers to none of
 * its recipients; one whose delivery fails for some may be sent again by the peer, and the others then have it twice:
 * rather twice than never.
 */
import type { Final, Verdict } from '../../core/decision.js';
import type { RecipientVerdict } from '../../core/outcome.js';
import type { MaybePromise } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { NextHop, Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import type { Message } from '../../values/message.js';
import { type Reply, reply, replyFromText, replyText } from '../../values/reply.js';
import { type Consignment, deliverAll, type Failures, type Outlets, type Target } from './delivery.js';
import type { RefusedRedirect } from './redirect.js';
import * as replies from './replies.js';

/** Asks the policy, in a local session, where mail for an address of the policy's own goes: recipients with a next hop, or
 * why not. */
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
  const failed = failures.size === 0 ? nobody : perUnit(going, (plan) => failureOf(plan, failures));
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

function failureOf(plan: Plan, failures: Failures): Reply | undefined {
  return replies.worst(plan.targets.map((target) => failures.get(target)));
}

/** A promise only for a redirect. */
function planFor(
  settling: Settling,
  { recipient, decision, message }: RecipientVerdict,
  redirects: Map<string, ReturnType<AskRedirect>>,
): MaybePromise<Plan> {
  const units = settling.unitsOf(recipient);
  const plan = (targets: readonly Target[]): Plan => ({ units, targets, refusal: undefined });
  const refused = (refusal: Reply): Plan => ({ units, targets: [], refusal });
  // One that the policy added when the message was there (BCC). It never stands in the way of the message, as in Postfix.
  const isCopy = settling.isAdded(recipient);
  const leftOut = (reply: Reply): Plan => {
    const fields = { event: 'delivery', id: settling.consignment.id, recipient: recipient.address.text };
    settling.outlets.log?.error({ ...fields, reply: replyText(reply) }, 'a copy cannot be delivered and is left out');
    return plan([]);
  };
  const elsewhere = async (to: Mailbox): Promise<Plan> => {
    const asked = redirects.get(to.text) ?? settling.redirect(to);
    redirects.set(to.text, asked);
    const answer = await asked;
    if (!('kind' in answer)) return routed(settling, answer, message, plan, isCopy ? leftOut : refused);
    return isCopy && !answer.cannotTell ? plan([]) : refused(answer.reply);
  };
  switch (decision.kind) {
    case 'reject':
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
      return routed(settling, [recipient], message, plan, isCopy ? leftOut : refused);
  }
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
    const way = wayOf(settling, recipient);
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
  { outlets, consignment }: Settling,
  recipient: Recipient,
): 'drop' | Reply | { readonly kind: 'hop'; readonly hop: NextHop } {
  const hop = recipient.nextHop;
  if (hop?.transport === 'discard') return 'drop';
  // error(8): the text of the next hop, with its own codes where it has any.
  if (hop?.transport === 'error') return replyFromText(hop.destination, notAccepted);
  if (hop !== undefined && leadsSomewhere(outlets, hop)) return { kind: 'hop', hop };
  nowhere(outlets, consignment.id, recipient);
  return replies.notConfigured;
}

/** At RCPT: a transport that the server does not have, before the message is sent for nothing. */
export function noWayOut(
  outlets: Outlets,
  id: string,
  { kind }: Verdict,
  recipients: readonly Recipient[],
): Reply | undefined {
  if (kind !== 'continue' && kind !== 'accept') return undefined;
  const lost = recipients.find(({ nextHop }) => nextHop !== undefined && !leadsSomewhere(outlets, nextHop));
  if (lost === undefined) return undefined;
  nowhere(outlets, id, lost);
  return replies.notConfigured;
}

/** The server has the transport, or it is built in. */
function leadsSomewhere({ transports }: Outlets, { transport }: NextHop): boolean {
  return BUILT_IN.includes(transport) || transports?.[transport] !== undefined;
}

const BUILT_IN: readonly string[] = ['maildir', 'discard', 'error'];

/** For the operator, whose mistake it is. */
function nowhere({ log }: Outlets, id: string, { address, nextHop }: Recipient): void {
  const why = nextHop === undefined ? 'no stage set a next hop' : `unknown transport "${nextHop.transport}"`;
  log?.error({ event: 'delivery', id, recipient: address.text, why }, 'nowhere to deliver to');
}

/** The decision that concerns all, for the log: the common one, or that of the first who differs. */
export function summaryOf(verdicts: readonly RecipientVerdict[]): Verdict {
  const final = verdicts.find((one): one is RecipientVerdict & { decision: Final } => one.decision.kind !== 'continue');
  return final?.decision ?? { kind: 'continue' };
}
