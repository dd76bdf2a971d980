/**
 * What the bundle does when the recipients are known: smtpd_data_restrictions at DATA, smtpd_end_of_data_restrictions when the
 * message is here, and what access tables wanted done with the message as a whole.
 */
import type { FinalOf } from '../../core/decision.js';
import { defineStage, type MaybePromise, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { DataFacts } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { Check, type Facts } from './check.js';
import { anyContext, type Built, isOwn } from './early-stages.js';
import {
  decidesOf,
  discardOf,
  editsFor,
  editsOf,
  type KeptEffect,
  lateDecision,
  type RestrictionEdit,
} from './effects.js';
import {
  dataRestrictionsFinding,
  endOfDataRestrictionsFinding,
  findingOf,
  type RestrictionsFinding,
  senderRestrictionsFinding,
} from './findings.js';
import { Lists } from './lists.js';
import type { Place, Refusal, Restriction } from './restriction.js';

export interface SmtpdDataRestrictionsStage
  extends Stage<{
    readonly name: 'smtpdDataRestrictions';
    readonly at: 'data';
    readonly needs: Record<never, never>;
    readonly uses: { readonly smtpdSenderRestrictions: RestrictionsFinding };
    readonly gives: { readonly smtpdDataRestrictions: RestrictionsFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Belongs first in the list of `message`. */
export interface SmtpdEndOfDataRestrictionsStage
  extends Stage<{
    readonly name: 'smtpdEndOfDataRestrictions';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: {
      readonly smtpdSenderRestrictions: RestrictionsFinding;
      readonly smtpdDataRestrictions: RestrictionsFinding;
    };
    readonly gives: { readonly smtpdEndOfDataRestrictions: RestrictionsFinding };
    readonly edits: RestrictionEdit['kind'];
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Belongs last, behind the checks of content, which may still refuse. */
export interface SmtpdEffectsStage
  extends Stage<{
    readonly name: 'smtpdEffects';
    readonly at: 'message';
    readonly needs: { readonly smtpdEndOfDataRestrictions: RestrictionsFinding };
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: never;
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

interface Verdict {
  readonly found: RestrictionsFinding;
  readonly decision: Refusal | FinalOf<'discard'> | undefined;
}

const places = {
  data: { subject: 'DATA', what: 'Data command' },
  endOfData: { subject: 'END-OF-MESSAGE', what: 'End-of-data' },
} as const satisfies Readonly<Record<string, Place>>;

export function dataStage(list: readonly Restriction[], { known, ports, asks }: Built): SmtpdDataRestrictionsStage {
  return defineStage({
    name: 'smtpdDataRestrictions',
    at: 'data',
    uses: [senderRestrictionsFinding],
    gives: [dataRestrictionsFinding],
    asks,
    run: (tx, ctx) => {
      const facts: Facts = { ...factsOf(tx), state: 'DATA', size: undefined };
      const check = new Check(facts, known, anyContext(ctx), ports);
      return andThen(apply('data', list, check, effectsBefore(tx)), ({ found, decision }) => {
        const findings = dataRestrictionsFinding.of(found);
        return decision === undefined ? { findings } : { findings, decision };
      });
    },
  });
}

/** Of every list so far, of the recipients that were refused too. */
function effectsBefore(tx: DataFacts & { readonly findings: object }): readonly KeptEffect[] {
  const rcpt = (tx.tried ?? tx.recipients).flatMap((one) => findingOf(one)?.effects ?? []);
  return [...(senderRestrictionsFinding.in(tx.findings)?.effects ?? []), ...rcpt];
}

export function endOfDataStage(
  list: readonly Restriction[],
  { known, ports, asks, effects }: Built & { readonly effects: ReadonlySet<string> },
): SmtpdEndOfDataRestrictionsStage {
  return defineStage({
    name: 'smtpdEndOfDataRestrictions',
    at: 'message',
    uses: [senderRestrictionsFinding, dataRestrictionsFinding],
    gives: [endOfDataRestrictionsFinding],
    edits: editsOf(effects),
    asks,
    run: (tx, ctx) => {
      const before = tx.findings.smtpdDataRestrictions?.effects ?? effectsBefore(tx);
      const facts: Facts = { ...factsOf(tx), state: 'END-OF-MESSAGE', size: tx.message.size };
      const check = new Check(facts, known, anyContext(ctx), ports);
      return andThen(apply('endOfData', list, check, before), ({ found, decision }) => {
        const findings = endOfDataRestrictionsFinding.of(found);
        if (decision !== undefined) return { findings, decision };
        const edits = editsFor(found.effects, tx.recipients);
        return edits.length > 0 ? { findings, edits } : { findings };
      });
    },
  });
}

/** A DISCARD that was said before ends all. */
function apply(
  name: keyof typeof places,
  list: readonly Restriction[],
  check: Check,
  before: readonly KeptEffect[],
): MaybePromise<Verdict> {
  const drop = discardOf(before);
  if (drop !== undefined) return { found: { endedBy: {}, effects: before }, decision: drop };
  const run = new Lists(check, isOwn(check) ? [] : [{ name, list, place: places[name], begins: true }]);
  return andThen(run.apply(), (word): Verdict => {
    // Also for mail that is dropped: as smtpd does.
    const said = typeof word === 'object' ? word : check.putOff();
    const effects = [...before, ...run.finding.effects];
    const decision = typeof said === 'object' ? said : discardOf(effects);
    return { found: { endedBy: run.finding.endedBy, effects }, decision };
  });
}

/** HOLD and REDIRECT. */
export function effectsStage(effects: ReadonlySet<string>): SmtpdEffectsStage {
  return defineStage({
    name: 'smtpdEffects',
    at: 'message',
    needs: [endOfDataRestrictionsFinding],
    decides: decidesOf(effects),
    run: (tx) => lateDecision(tx.findings.smtpdEndOfDataRestrictions.effects),
  });
}

/** Restrictions of a recipient say something only when there is one, as in Postfix. */
function factsOf(tx: DataFacts): Omit<Facts, 'state' | 'size'> {
  const { session, helo, id, sender, mailParameters } = tx;
  const taken = takenAtRcpt(tx);
  const recipient = taken.length === 1 ? taken[0] : undefined;
  return { session, helo, id, sender, mailParameters, recipient, recipientCount: taken.length };
}

/** The RCPTs that were not refused, as they were judged there: what aliases made of them is not smtpd's to know. */
function takenAtRcpt({ tried, recipients }: DataFacts): readonly Mailbox[] {
  const alive = new Map(recipients.map((one) => [one.original.text, one.original]));
  if (tried === undefined) return [...alive.values()];
  return tried.flatMap((one) => (alive.has(one.original.text) ? [findingOf(one)?.address ?? one.original] : []));
}
