/**
 * What the bundle does when the message is here: smtpd_data_restrictions and smtpd_end_of_data_restrictions, and what access
 * tables wanted done with the message as a whole. The core has no phase between the recipients and the message: the lists at
 * DATA give the same reply, but after the message instead of before it.
 */
import type { FinalOf } from '../../core/decision.js';
import { defineStage, type MaybePromise, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { MessageFacts } from '../../core/transaction.js';
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
import { dataRestrictionsFinding, findingOf, type RestrictionsFinding, senderRestrictionsFinding } from './findings.js';
import { Lists } from './lists.js';
import type { Place, Refusal, Restriction } from './restriction.js';

/** Belongs first in the list of `message`. */
export interface SmtpdDataRestrictionsStage
  extends Stage<{
    readonly name: 'smtpdDataRestrictions';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: { readonly smtpdSenderRestrictions: RestrictionsFinding };
    readonly gives: { readonly smtpdDataRestrictions: RestrictionsFinding };
    readonly edits: RestrictionEdit['kind'];
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Belongs last, behind the checks of content, which may still refuse. */
export interface SmtpdEffectsStage
  extends Stage<{
    readonly name: 'smtpdEffects';
    readonly at: 'message';
    readonly needs: { readonly smtpdDataRestrictions: RestrictionsFinding };
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: never;
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

type DataLists = Readonly<Record<'data' | 'endOfData', readonly Restriction[]>>;

interface Outcome {
  readonly findings: { readonly smtpdDataRestrictions: RestrictionsFinding };
  readonly decision?: Refusal | FinalOf<'discard'>;
  readonly edits?: readonly RestrictionEdit[];
}

const places = {
  data: { subject: 'DATA', what: 'Data command' },
  endOfData: { subject: 'END-OF-MESSAGE', what: 'End-of-data' },
} as const satisfies Record<keyof DataLists, Place>;

export function dataStage(
  lists: DataLists,
  { known, ports, asks, effects }: Built & { readonly effects: ReadonlySet<string> },
): SmtpdDataRestrictionsStage {
  return defineStage({
    name: 'smtpdDataRestrictions',
    at: 'message',
    uses: [senderRestrictionsFinding],
    gives: [dataRestrictionsFinding],
    edits: editsOf(effects),
    asks,
    run: (tx, ctx): MaybePromise<Outcome> => {
      const rcpt = (tx.tried ?? tx.recipients).flatMap((one) => findingOf(one)?.effects ?? []);
      const before = [...(tx.findings.smtpdSenderRestrictions?.effects ?? []), ...rcpt];
      const drop = discardOf(before);
      if (drop !== undefined)
        return { findings: dataRestrictionsFinding.of({ endedBy: {}, effects: before }), decision: drop };
      const at = (name: keyof DataLists): MaybePromise<Applied> =>
        apply(name, lists[name], new Check(factsOf(tx, name), known, anyContext(ctx), ports));
      return andThen(at('data'), (data) => {
        if (data.word !== 'next') return outcome(tx, before, [data]);
        return andThen(at('endOfData'), (end) => outcome(tx, before, [data, end]));
      });
    },
  });
}

/** One list, and how it ended for the message. */
interface Applied {
  readonly word: 'next' | 'discard' | Refusal;
  readonly found: RestrictionsFinding;
}

function apply(name: keyof DataLists, list: readonly Restriction[], check: Check): MaybePromise<Applied> {
  const run = new Lists(check, isOwn(check) ? [] : [{ name, list, place: places[name], begins: true }]);
  return andThen(run.apply(), (word): Applied => {
    const said = word === 'next' ? check.putOff() : word;
    return { word: said === 'permit' ? 'next' : said, found: run.finding };
  });
}

function outcome(tx: MessageFacts, before: readonly KeptEffect[], applied: readonly Applied[]): Outcome {
  const effects = [...before, ...applied.flatMap(({ found }) => found.effects)];
  const endedBy = Object.assign({}, ...applied.map(({ found }) => found.endedBy)) as RestrictionsFinding['endedBy'];
  const findings = dataRestrictionsFinding.of({ endedBy, effects });
  const refusal = applied.map(({ word }) => word).find((word) => typeof word === 'object');
  const decision = refusal ?? discardOf(effects);
  if (decision !== undefined) return { findings, decision };
  const edits = editsFor(effects, tx.recipients);
  return edits.length > 0 ? { findings, edits } : { findings };
}

/** HOLD and REDIRECT. */
export function effectsStage(effects: ReadonlySet<string>): SmtpdEffectsStage {
  return defineStage({
    name: 'smtpdEffects',
    at: 'message',
    needs: [dataRestrictionsFinding],
    decides: decidesOf(effects),
    run: (tx) => lateDecision(tx.findings.smtpdDataRestrictions.effects),
  });
}

/** Restrictions of a recipient say something only when there is one, as in Postfix. */
function factsOf(tx: MessageFacts, name: keyof DataLists): Facts {
  const { session, helo, id, sender, mailParameters, message } = tx;
  const taken = takenAtRcpt(tx);
  const recipient = taken.length === 1 ? taken[0] : undefined;
  const common = { session, helo, id, sender, mailParameters, recipient, recipientCount: taken.length };
  if (name === 'data') return { ...common, state: 'DATA', size: undefined };
  return { ...common, state: 'END-OF-MESSAGE', size: message.size };
}

/** The RCPTs that were not refused, as they were judged there: what aliases made of them is not smtpd's to know. */
function takenAtRcpt({ tried, recipients }: MessageFacts): readonly Mailbox[] {
  const alive = new Map(recipients.map((one) => [one.original.text, one.original]));
  if (tried === undefined) return [...alive.values()];
  return tried.flatMap((one) => (alive.has(one.original.text) ? [findingOf(one)?.address ?? one.original] : []));
}
