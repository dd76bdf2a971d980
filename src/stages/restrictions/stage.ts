/**
 * Postfix's smtpd_*_restrictions as one stage at RCPT, where smtpd_delay_reject = yes has them: the lists one after the other, in
 * each the first element that permits ends that list, the first that refuses ends all. The lists at DATA: data-stage.ts.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { type Asks, defineStage, type MaybePromise, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { RcptFacts } from '../../core/transaction.js';
import { unlistedRecipient, unlistedSender } from './addresses.js';
import { assemble } from './assemble.js';
import { type AnyContext, Check, type Facts } from './check.js';
import type { KeptDecision, RestrictionEdit } from './effects.js';
import { clientPlace, recipientPlace, senderPlace } from './places.js';
import type { Need, Place, Refusal, Restriction, RestrictionList, Verdict } from './restriction.js';
import type { Known, RestrictionSettings } from './settings.js';

export interface RestrictionsFinding {
  /** How each list ended: `permit`, `reject`, ... ; lists that ran to their end are not in it. */
  readonly endedBy: Readonly<Partial<Record<RestrictionList, string>>>;
}

export const restrictionsFinding: FindingKey<'smtpdRestrictions', RestrictionsFinding> = finding('smtpdRestrictions');

/** In the order in which they are applied. An empty list permits. */
export interface RestrictionLists<N extends Need> {
  readonly client?: readonly Restriction<N>[];
  /** Applied when the client gave a HELO name. */
  readonly helo?: readonly Restriction<N>[];
  readonly sender?: readonly Restriction<N>[];
  readonly relay?: readonly Restriction<N>[];
  readonly recipient?: readonly Restriction<N>[];
}

/** The settings, of which those that the restrictions need must be there. */
export type SettingsFor<N extends Need> = RestrictionSettings & Required<Pick<RestrictionSettings, N>>;

export interface SmtpdRestrictionsStage
  extends Stage<{
    readonly name: 'smtpdRestrictions';
    readonly at: 'rcpt';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly smtpdRestrictions: RestrictionsFinding };
    readonly edits: RestrictionEdit['kind'];
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

export interface Outcome {
  readonly findings: { readonly smtpdRestrictions: RestrictionsFinding };
  readonly decision?: Refusal | KeptDecision;
  readonly edits?: readonly RestrictionEdit[];
}

/**
 * Throws ConfigurationError `restrictions` with everything that is wrong: settings that are missing, tables whose values are no
 * actions, lists of the DNS that are none.
 */
export function smtpdRestrictions<N extends Need = never>(
  options: RestrictionLists<N> & SettingsFor<NoInfer<N>>,
): SmtpdRestrictionsStage {
  // Needs are of the compiler's concern; `assemble` looks again.
  const given: RestrictionLists<Need> & RestrictionSettings = options;
  const { client = [], helo = [], sender = [], relay = [], recipient = [], ...settings } = given;
  const lists = { client, helo, sender, relay, recipient };
  const { known, ports, effects } = assemble([client, helo, sender, relay, recipient].flat(), settings);
  const order = orderOf(lists, known);
  const asks: Asks = ports.asks;
  return defineStage({
    name: 'smtpdRestrictions',
    at: 'rcpt',
    gives: [restrictionsFinding],
    edits: editsOf(effects),
    decides: decidesOf(effects),
    asks,
    run: (tx, ctx) => new Run(order, new Check(factsOf(tx), known, ctx as unknown as AnyContext, ports), tx).lists(0),
  });
}

/** Only what the tables can lead to: a server that cannot do the rest is no hindrance then. */
export function editsOf(effects: ReadonlySet<string>): readonly RestrictionEdit['kind'][] {
  const edits = [
    effects.has('prepend') ? ('prepend-header' as const) : undefined,
    effects.has('bcc') ? ('add-recipient' as const) : undefined,
    effects.has('filter') ? ('set-next-hop' as const) : undefined,
  ];
  return edits.filter((edit) => edit !== undefined);
}

export function decidesOf(effects: ReadonlySet<string>): readonly ('hold' | 'redirect')[] {
  return (['hold', 'redirect'] as const).filter((kind) => effects.has(kind));
}

interface OrderedList {
  readonly name: RestrictionList;
  readonly list: readonly Restriction[];
}

function orderOf(lists: Readonly<Record<string, readonly Restriction[]>>, known: Known): readonly OrderedList[] {
  const behind =
    known.relayBeforeRecipient === false ? (['recipient', 'relay'] as const) : (['relay', 'recipient'] as const);
  return (['client', 'helo', 'sender', ...behind] as const).map((name) => ({ name, list: lists[name] ?? [] }));
}

function factsOf({ session, helo, id, sender, mailParameters, recipient }: RcptFacts): Facts {
  const recipientCount = recipient.id;
  const { address } = recipient;
  const state = 'RCPT';
  return { session, helo, id, sender, mailParameters, recipient: address, recipientCount, state, size: undefined };
}

class Run {
  readonly #order: readonly OrderedList[];
  readonly #check: Check;
  readonly #tx: RcptFacts;
  readonly #endedBy: Partial<Record<RestrictionList, string>> = {};

  constructor(order: readonly OrderedList[], check: Check, tx: RcptFacts) {
    this.#order = order;
    this.#check = check;
    this.#tx = tx;
  }

  lists(at: number): MaybePromise<Outcome> {
    const one = this.#order[at];
    if (one === undefined) return this.#end();
    // smtpd forgets at each command what it put off for a refusal; relay and recipient lists are of one command.
    if (at <= 3) this.#check.beginPhase();
    return andThen(this.#list(one), (word) => {
      if (word !== 'next') this.#endedBy[one.name] = typeof word === 'string' ? word : word.kind;
      if (typeof word === 'object') return this.#refused(word);
      if (word === 'discard') return this.#kept();
      return one.name === 'sender' ? this.#unlistedSender(at) : this.lists(at + 1);
    });
  }

  #list({ name, list }: OrderedList): MaybePromise<Verdict> {
    const place = this.#place(name);
    return place === undefined || list.length === 0 ? 'next' : this.#check.runList(name, list, place);
  }

  #place(name: RestrictionList): Place | undefined {
    const { session, helo, sender, recipient } = this.#tx;
    if (name === 'client') return clientPlace(session);
    if (name === 'helo') return helo === undefined ? undefined : { subject: helo, what: 'Helo command' };
    return name === 'sender' ? senderPlace(sender) : recipientPlace(recipient.address);
  }

  /** smtpd_reject_unlisted_sender: where no list has asked already. */
  #unlistedSender(at: number): MaybePromise<Outcome> {
    const { known, senderChecked } = this.#check;
    const { sender } = this.#tx;
    if (known.rejectUnlistedSender !== true || senderChecked || sender.kind === 'null-path') return this.lists(at + 1);
    this.#check.list = 'smtpd_reject_unlisted_sender';
    return andThen(unlistedSender(this.#check, sender), (word) =>
      typeof word === 'object' ? this.#refused(word) : this.lists(at + 1),
    );
  }

  /** What was put off comes before smtpd_reject_unlisted_recipient. */
  #end(): MaybePromise<Outcome> {
    const late = this.#check.putOff();
    if (typeof late === 'object') return this.#refused(late);
    const { known, recipientChecked } = this.#check;
    const wanted = known.rejectUnlistedRecipient ?? known.recipients !== undefined;
    if (!wanted || recipientChecked) return this.#kept();
    this.#check.list = 'smtpd_reject_unlisted_recipient';
    return andThen(unlistedRecipient(this.#check, this.#tx.recipient.address), (word) =>
      typeof word === 'object' ? this.#refused(word) : this.#kept(),
    );
  }

  #refused(decision: Refusal): Outcome {
    return { findings: this.#findings(), decision };
  }

  #kept(): Outcome {
    const { decision } = this.#check.effects;
    const edits = this.#check.effects.edits([this.#tx.recipient]);
    const findings = this.#findings();
    return { findings, ...(edits.length > 0 && { edits }), ...(decision !== undefined && { decision }) };
  }

  #findings(): Outcome['findings'] {
    return restrictionsFinding.of({ endedBy: this.#endedBy });
  }
}
