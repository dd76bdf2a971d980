/**
 * The lists at RCPT: with smtpd_delay_reject = yes all that there are before DATA, else those of relaying and recipients. The
 * bare postmaster passes (RFC 5321 section 4.5.1), and so does everybody once a table has said DISCARD.
 */

import type { FinalOf } from '../../core/decision.js';
import { discard } from '../../core/decision.js';
import { defineStage, type MaybePromise, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { RcptFacts } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { unlistedRecipient } from './addresses.js';
import { Check, type Facts } from './check.js';
import { anyContext, type Built, discards, isOwn } from './early-stages.js';
import { discardOf } from './effects.js';
import {
  clientRestrictionsFinding,
  findingOf,
  heloRestrictionsFinding,
  type RcptRestrictionsFinding,
  type RestrictionsFinding,
  restrictionsFinding,
  senderRestrictionsFinding,
} from './findings.js';
import { clientList, heloList, Lists, type OrderedList, senderList } from './lists.js';
import { recipientPlace } from './places.js';
import type { Refusal, Restriction, Verdict } from './restriction.js';

export interface SmtpdRestrictionsStage
  extends Stage<{
    readonly name: 'smtpdRestrictions';
    readonly at: 'rcpt';
    readonly needs: Record<never, never>;
    readonly uses: {
      readonly smtpdClientRestrictions: RestrictionsFinding;
      readonly smtpdHeloRestrictions: RestrictionsFinding;
      readonly smtpdSenderRestrictions: RestrictionsFinding;
    };
    readonly gives: { readonly smtpdRestrictions: RcptRestrictionsFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

export interface RcptLists {
  /** Undefined where they were applied at their own commands. */
  readonly early: Readonly<Record<'client' | 'helo' | 'sender', readonly Restriction[]>> | undefined;
  readonly relay: readonly Restriction[];
  readonly recipient: readonly Restriction[];
}

interface Outcome {
  readonly findings: { readonly smtpdRestrictions: RcptRestrictionsFinding };
  readonly decision?: Refusal | FinalOf<'discard'>;
}

export function rcptStage(lists: RcptLists, { known, ports, asks }: Built): SmtpdRestrictionsStage {
  const none: RestrictionsFinding = { endedBy: {}, effects: [] };
  return defineStage({
    name: 'smtpdRestrictions',
    at: 'rcpt',
    uses: [clientRestrictionsFinding, heloRestrictionsFinding, senderRestrictionsFinding],
    gives: [restrictionsFinding],
    asks,
    run: (tx, ctx): MaybePromise<Outcome> => {
      const { smtpdSenderRestrictions: sender, smtpdHeloRestrictions: helo } = tx.findings;
      const before = findingOf(tx.previous);
      const passed = before?.passed ?? 0;
      const { address } = tx.recipient;
      if (before?.discards === true || discards(sender)) {
        ctx.note({ kind: 'remark', text: 'a table has said DISCARD: no list is applied' });
        const decision = discard('access', 'a table has said DISCARD');
        return { findings: found(none, address, passed + 1, true), decision };
      }
      const check = new Check(factsOf(tx, passed + 1), known, anyContext(ctx), ports);
      if (tx.recipient.postmaster === true) {
        check.remark('postmaster without a domain: no list is applied');
        return { findings: found(none, address, passed + 1, false) };
      }
      if (isOwn(check)) return { findings: found(none, address, passed + 1, false) };
      check.resume((sender ?? helo ?? tx.findings.smtpdClientRestrictions)?.putOff);
      const run = new Lists(check, orderOf(lists, known.relayBeforeRecipient !== false, tx));
      return andThen(
        andThen(run.apply(), (word) => atTheEnd(check, tx, word)),
        (word) => outcome(word, run, address, passed),
      );
    },
  });
}

function outcome(word: Verdict, run: Lists, address: Mailbox, passed: number): Outcome {
  const { finding } = run;
  const decision = discardOf(finding.effects);
  if (typeof word === 'object') {
    return { findings: found(finding, address, passed, decision !== undefined), decision: word };
  }
  const findings = found(finding, address, passed + 1, decision !== undefined);
  return decision === undefined ? { findings } : { findings, decision };
}

function found(
  { endedBy, effects }: RestrictionsFinding,
  address: Mailbox,
  passed: number,
  isDiscard: boolean,
): Outcome['findings'] {
  return restrictionsFinding.of({ endedBy, effects, address, passed, discards: isDiscard });
}

function orderOf({ early, relay, recipient }: RcptLists, relayFirst: boolean, tx: RcptFacts): readonly OrderedList[] {
  const place = recipientPlace(tx.recipient.address);
  const order = relayFirst
    ? ([
        ['relay', relay],
        ['recipient', recipient],
      ] as const)
    : ([
        ['recipient', recipient],
        ['relay', relay],
      ] as const);
  const own = order.map(([name, list], at): OrderedList => ({ name, list, place, begins: at === 0 }));
  if (early === undefined) return own;
  return [clientList(early.client, tx), heloList(early.helo, tx), senderList(early.sender, tx), ...own];
}

/** What was put off counts for mail that is dropped too, and comes before smtpd_reject_unlisted_recipient. */
function atTheEnd(check: Check, { recipient }: RcptFacts, word: Verdict): MaybePromise<Verdict> {
  if (typeof word === 'object') return word;
  const late = check.putOff();
  if (typeof late === 'object') return late;
  if (word !== 'next') return word;
  const { known, recipientChecked } = check;
  const wanted = known.rejectUnlistedRecipient ?? known.recipients !== undefined;
  if (!wanted || recipientChecked) return 'next';
  const name = 'smtpd_reject_unlisted_recipient';
  check.list = name;
  return andThen(unlistedRecipient(check, recipient.address), (said) =>
    check.unwritten(name, 'the address must exist', said),
  );
}

function factsOf({ session, helo, id, sender, mailParameters, recipient }: RcptFacts, recipientCount: number): Facts {
  const { address } = recipient;
  const state = 'RCPT';
  return { session, helo, id, sender, mailParameters, recipient: address, recipientCount, state, size: undefined };
}
