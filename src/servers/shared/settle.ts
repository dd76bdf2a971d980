/**
 * From what the policy decided for each recipient to deliveries and replies. A unit is what gets one reply: the whole
 * message for SMTP, each RCPT command for LMTP (RFC 2033 section 4.2). A unit with a refused recipient delivers to none of
 * its recipients; one whose delivery fails for some may be sent again by the peer, and the others then have it twice:
 * rather twice than never.
 */
import type { Final, Verdict } from '../../core/decision.js';
import type { RecipientVerdict } from '../../core/outcome.js';
import type { NextHop, Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import type { Message } from '../../values/message.js';
import { type Reply, reply, replyFromText } from '../../values/reply.js';
import { type Consignment, deliverAll, type Failures, type Outlets, type Target } from './delivery.js';
import * as replies from './replies.js';

/** Asks the policy, in a local session, where mail for `to` goes: recipients with a next hop, or why not. */
export type AskRedirect = (to: Mailbox) => Promise<readonly Recipient[] | Reply>;

export interface Settling {
  readonly outlets: Outlets;
  readonly consignment: Consignment;
  readonly verdicts: readonly RecipientVerdict[];
  /** The units that a recipient belongs to. */
  readonly unitsOf: (recipient: Recipient) => readonly number[];
  readonly units: number;
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
  for (const verdict of verdicts) plans.push(await planFor(settling, verdict, redirects));
  const refusals = perUnit(plans, units, (plan) => plan.refusal);
  const going = plans.filter((plan) => plan.units.some((unit) => refusals[unit] === undefined));
  const failures = await deliverAll(
    outlets,
    consignment,
    going.flatMap((plan) => plan.targets),
  );
  const failed = perUnit(going, units, (plan) => failureOf(plan, failures));
  return refusals.map((refusal, unit) => refusal ?? failed[unit] ?? replies.queued(consignment.id));
}

function perUnit(
  plans: readonly Plan[],
  units: number,
  read: (plan: Plan) => Reply | undefined,
): readonly (Reply | undefined)[] {
  const found: (Reply | undefined)[][] = Array.from({ length: units }, () => []);
  for (const plan of plans) {
    const one = read(plan);
    if (one !== undefined) for (const unit of plan.units) found[unit]?.push(one);
  }
  return found.map(replies.worst);
}

function failureOf(plan: Plan, failures: Failures): Reply | undefined {
  return failures.size === 0 ? undefined : replies.worst(plan.targets.map((target) => failures.get(target)));
}

async function planFor(
  settling: Settling,
  { recipient, decision, message }: RecipientVerdict,
  redirects: Map<string, ReturnType<AskRedirect>>,
): Promise<Plan> {
  const units = settling.unitsOf(recipient);
  const plan = (targets: readonly Target[]): Plan => ({ units, targets, refusal: undefined });
  const refused = (refusal: Reply): Plan => ({ units, targets: [], refusal });
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
    case 'redirect': {
      const { to } = decision;
      let asked = redirects.get(to.text);
      if (asked === undefined) {
        asked = settling.redirect(to);
        redirects.set(to.text, asked);
      }
      const answer = await asked;
      if ('kind' in answer) return refused(answer);
      return routed(settling, answer, message, plan, refused);
    }
    case 'continue':
    case 'accept':
      return routed(settling, [recipient], message, plan, refused);
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
  for (const { address, nextHop } of recipients) {
    const way = wayOf(settling, address, nextHop);
    if (way === 'drop') continue;
    if (way.kind === 'reply') refusals.push(way);
    else targets.push({ kind: 'hand-over', address, message, ...way.hop });
  }
  const refusal = replies.worst(refusals);
  return refusal === undefined ? plan(targets) : refused(refusal);
}

const notAccepted: Reply = reply(550, '5.0.0', 'Mail for this recipient is not accepted');

function wayOf(
  { outlets, consignment }: Settling,
  address: Mailbox,
  hop: NextHop | undefined,
): 'drop' | Reply | { readonly kind: 'hop'; readonly hop: NextHop } {
  if (hop?.transport === 'discard') return 'drop';
  // error(8): the text of the next hop, with its own codes where it has any.
  if (hop?.transport === 'error') return replyFromText(hop.destination, notAccepted);
  if (hop !== undefined && (hop.transport === 'maildir' || outlets.transports?.[hop.transport] !== undefined)) {
    return { kind: 'hop', hop };
  }
  const why = hop === undefined ? 'no stage set a next hop' : `unknown transport "${hop.transport}"`;
  const fields = { event: 'delivery', id: consignment.id, recipient: address.text, why };
  outlets.log?.error(fields, 'nowhere to deliver to');
  return replies.notConfigured;
}

/** The decision that concerns all, for the log: the common one, or that of the first who differs. */
export function summaryOf(verdicts: readonly RecipientVerdict[]): Verdict {
  const final = verdicts.find((one): one is RecipientVerdict & { decision: Final } => one.decision.kind !== 'continue');
  return final?.decision ?? { kind: 'continue' };
}
