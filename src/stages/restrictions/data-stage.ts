/**
 * smtpd_data_restrictions and smtpd_end_of_data_restrictions as one stage at `message`. The core has no phase between the
 * recipients and the message: the lists at DATA give the same reply, but after the message instead of before it.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { type Asks, defineStage, type MaybePromise, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { MessageFacts } from '../../core/transaction.js';
import { assemble } from './assemble.js';
import { type AnyContext, Check, type Facts } from './check.js';
import type { KeptDecision, RestrictionEdit } from './effects.js';
import type { Ports } from './ports.js';
import type { Need, Place, Refusal, Restriction, Verdict } from './restriction.js';
import type { Known, RestrictionSettings } from './settings.js';
import { decidesOf, editsOf, type SettingsFor } from './stage.js';

export interface DataRestrictionsFinding {
  readonly endedBy: Readonly<Partial<Record<'data' | 'endOfData', string>>>;
}

export const dataRestrictionsFinding: FindingKey<'smtpdDataRestrictions', DataRestrictionsFinding> =
  finding('smtpdDataRestrictions');

export interface DataRestrictionLists<N extends Need> {
  readonly data?: readonly Restriction<N>[];
  readonly endOfData?: readonly Restriction<N>[];
}

export interface SmtpdDataRestrictionsStage
  extends Stage<{
    readonly name: 'smtpdDataRestrictions';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly smtpdDataRestrictions: DataRestrictionsFinding };
    readonly edits: RestrictionEdit['kind'];
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

interface Outcome {
  readonly findings: { readonly smtpdDataRestrictions: DataRestrictionsFinding };
  readonly decision?: Refusal | KeptDecision;
  readonly edits?: readonly RestrictionEdit[];
}

const places: Readonly<Record<'data' | 'endOfData', Place>> = {
  data: { subject: 'DATA', what: 'Data command' },
  endOfData: { subject: 'END-OF-MESSAGE', what: 'End-of-data' },
};

/**
 * Restrictions of a recipient say something here only when there is one, as in Postfix. The client's, HELO's and sender's
 * restrictions do as at RCPT. Throws as `smtpdRestrictions` does.
 */
export function smtpdDataRestrictions<N extends Need = never>(
  options: DataRestrictionLists<N> & SettingsFor<NoInfer<N>>,
): SmtpdDataRestrictionsStage {
  const given: DataRestrictionLists<Need> & RestrictionSettings = options;
  const { data = [], endOfData = [], ...settings } = given;
  const { known, ports, effects } = assemble([...data, ...endOfData], settings);
  const asks: Asks = ports.asks;
  return defineStage({
    name: 'smtpdDataRestrictions',
    at: 'message',
    gives: [dataRestrictionsFinding],
    edits: editsOf(effects),
    decides: decidesOf(effects),
    asks,
    run: (tx, ctx) => evaluate({ data, endOfData }, tx, known, ports, ctx as unknown as AnyContext),
  });
}

function evaluate(
  { data, endOfData }: Readonly<Record<'data' | 'endOfData', readonly Restriction[]>>,
  tx: MessageFacts,
  known: Known,
  ports: Ports,
  ctx: AnyContext,
): MaybePromise<Outcome> {
  const before = new Check(factsOf(tx, 'DATA'), known, ctx, ports);
  return andThen(before.runList('data', data, places.data), (first) => {
    if (typeof first === 'object' || first === 'discard') return outcome(tx, [before], { data: first });
    const behind = new Check(factsOf(tx, 'END-OF-MESSAGE'), known, ctx, ports);
    return andThen(behind.runList('endOfData', endOfData, places.endOfData), (second) =>
      outcome(tx, [before, behind], { data: orPutOff(first, before), endOfData: orPutOff(second, behind) }),
    );
  });
}

function orPutOff(word: Verdict, check: Check): Verdict {
  const late = typeof word === 'object' ? 'next' : check.putOff();
  return late === 'next' ? word : late;
}

function outcome(
  { recipients }: MessageFacts,
  checks: readonly Check[],
  words: Readonly<Partial<Record<'data' | 'endOfData', Verdict>>>,
): Outcome {
  const ended = Object.entries(words).filter(([, word]) => word !== 'next');
  const endedBy = Object.fromEntries(ended.map(([list, word]) => [list, typeof word === 'string' ? word : word.kind]));
  const findings = dataRestrictionsFinding.of({ endedBy });
  const refusal = Object.values(words).find((word) => typeof word === 'object');
  if (refusal !== undefined) return { findings, decision: refusal };
  const decision = checks.map((check) => check.effects.decision).find((one) => one !== undefined);
  const edits = checks.flatMap((check) => check.effects.edits(recipients));
  return { findings, ...(edits.length > 0 && { edits }), ...(decision !== undefined && { decision }) };
}

function factsOf(tx: MessageFacts, state: 'DATA' | 'END-OF-MESSAGE'): Facts {
  const { session, helo, id, sender, mailParameters, recipients, message } = tx;
  const [first, ...others] = recipients;
  const recipient = others.length === 0 ? first?.address : undefined;
  const recipientCount = recipients.length;
  const size = state === 'DATA' ? undefined : message.size;
  return { session, helo, id, sender, mailParameters, recipient, recipientCount, state, size };
}
