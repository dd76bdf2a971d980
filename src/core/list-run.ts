/**
 * The state of one list while it runs: the snapshot for the next stage, and what the stages so far found, decided and
 * edited. Knows nothing of how stages are run; see `run.ts`.
 */
import type { ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import type { Decision, Final } from './decision.js';
import { changesMessage, type Edit, type MessageEdit } from './edit.js';
import type { Member, Running } from './evaluation.js';
import { type Editable, expandAll, foldAll } from './fold.js';
import { isEmpty, learned, mergeAll } from './merge.js';
import { lifeOf, order, type Phase, seesAll } from './phase.js';
import type { Session } from './session.js';
import { type Current, type Parts, snapshot } from './snapshot.js';
import type { TracedEdit } from './trace.js';
import type { Recipient } from './transaction.js';

/** Hands out recipient ids of one transaction. */
export interface Ids {
  last: number;
}

export interface Finished {
  readonly recipient: Recipient;
  readonly decision: Final;
}

const nothing: object = Object.freeze({});
const noSplits: ReadonlyMap<number, readonly MessageEdit[]> = new Map();
const nobody: ReadonlySet<number> = new Set();

export class ListRun {
  readonly evaluation: Running;
  readonly phase: Phase;
  /** The recipient's address inside `eachRecipient`, for the trace. */
  readonly within: string | undefined;
  /** The final decision for all, once there is one. */
  ended: Final | undefined = undefined;
  /** False when stages were left out, so that findings may be missing. */
  complete = true;
  /** Recipients whose decision is final, at data and message. */
  readonly finished: Finished[] = [];
  readonly edits: TracedEdit[] = [];
  /** Fields to add that were asked for before there was a message, at mail, rcpt and data. */
  readonly pending: MessageEdit[] = [];
  // Most lists have neither: made on first use.
  #splits: Map<number, MessageEdit[]> | undefined = undefined;
  #partial: Set<number> | undefined = undefined;
  /** What the stages of this list gave, each by itself. */
  readonly #given: object[] = [];
  #made: object | undefined = undefined;
  readonly #parts: Parts;
  readonly #state: Editable;
  readonly #ids: Ids;
  readonly #split: ((edit: MessageEdit) => void) | undefined;
  #findings: object;
  /** Those of `#given` that are in `#findings`. */
  #merged = 0;
  /** Made when they are asked for. */
  #tx: object | undefined = undefined;
  #recipients: readonly Recipient[] | undefined = undefined;

  constructor(
    evaluation: Running,
    phase: Phase,
    parts: Parts,
    ids: Ids,
    within?: string,
    split?: (edit: MessageEdit) => void,
  ) {
    this.evaluation = evaluation;
    this.phase = phase;
    this.within = within;
    this.#parts = parts;
    this.#ids = ids;
    this.#split = split;
    this.#findings = parts.findings;
    const { message, sender, recipients } = parts;
    const byId = new Map<number, Recipient>();
    for (const one of recipients) byId.set(one.id, one);
    const editable = (phase === 'mail' || seesAll(phase)) && split === undefined ? sender : undefined;
    const expansions = phase === 'rcpt' || phase === 'deliver' ? [] : undefined;
    this.#state = { message, sender: editable, recipients: byId, expansions };
  }

  /** A run over a snapshot that somebody else made (see `runAlone`). */
  static over(evaluation: Running, phase: Phase, tx: Partial<Parts> & { recipient?: Recipient }): ListRun {
    const { session, helo, id = '', sender, mailParameters = {}, message, findings = {}, recipient } = tx;
    const recipients = recipient === undefined ? (tx.recipients ?? []) : [recipient];
    const parts = { session: session as Session, helo, id, sender, mailParameters, recipients, message, findings };
    const ids = { last: Math.max(0, ...recipients.map((one) => one.id)) };
    return new ListRun(evaluation, phase, parts, ids);
  }

  /** The snapshot for the next stage. */
  get tx(): object {
    this.#tx ??= snapshot(this.phase, this.#parts, this.#current());
    return this.#tx;
  }
  /** What the stages of this list gave. */
  get made(): object {
    this.#made ??= mergeAll(nothing, this.#given, 0);
    return this.#made;
  }
  /** Changes of the message for one recipient alone, by recipient id. */
  get splits(): ReadonlyMap<number, readonly MessageEdit[]> {
    return this.#splits ?? noSplits;
  }
  /** Recipients of whom something may be missing, by id, at data and message. */
  get partial(): ReadonlySet<number> {
    return this.#partial ?? nobody;
  }
  get message(): Message | undefined {
    return this.#state.message;
  }
  get sender(): ReversePath | undefined {
    return this.#state.sender ?? this.#parts.sender;
  }
  /** Those without a final decision. */
  get recipients(): readonly Recipient[] {
    this.#recipients ??= [...this.#state.recipients.values()];
    return this.#recipients;
  }

  get over(): boolean {
    return this.ended !== undefined || (order[this.phase] >= order.rcpt && this.#state.recipients.size === 0);
  }

  addFindings(findings: object): void {
    if (isEmpty(findings)) return;
    this.#given.push(findings);
    this.#made = undefined;
    if (lifeOf[this.phase] === 'recipient') {
      for (const one of this.#state.recipients.values()) this.#learn(one, findings);
    }
    this.#refresh();
  }

  /** Applies a stage's edits, one on top of the other. */
  edit(edits: readonly Edit[]): readonly TracedEdit[] {
    const applied = this.#apply(edits);
    const traced = edits.map((edit, index) => ({ edit, applied: applied[index] === true }));
    for (const one of traced) this.edits.push(one);
    this.#refresh();
    return traced;
  }

  #apply(edits: readonly Edit[]): readonly boolean[] {
    if (this.#split === undefined && this.#state.message !== undefined)
      return foldAll(this.#state, edits, this.#nextId);
    const others = edits.filter((edit) => !changesMessage(edit));
    const applied = foldAll(this.#state, others, this.#nextId).values();
    return edits.map((edit) => (changesMessage(edit) ? this.#putAside(edit) : applied.next().value === true));
  }

  /** An edit of the message for one recipient, or before there is one. */
  #putAside(edit: MessageEdit): boolean {
    if (this.#split !== undefined) {
      this.#split(edit);
      return true;
    }
    const adds = edit.kind === 'prepend-header' || edit.kind === 'append-header';
    const waits = adds && order[this.phase] <= order.data;
    if (waits) this.pending.push(edit);
    return waits;
  }

  decide(decision: Decision): void {
    if (decision.kind === 'continue') return;
    if (decision.kind === 'for-some') {
      if (order[this.phase] < order.rcpt)
        throw new Error(`decides for some recipients at "${this.phase}", which has none`);
      for (const group of decision.groups) for (const one of group.recipients) this.#finish(one.id, group.decision);
    } else {
      this.ended = decision;
      if (seesAll(this.phase)) for (const id of this.#state.recipients.keys()) this.#finish(id, decision);
    }
    this.#refresh();
  }

  /** At data and message, takes a recipient out of the list with its decision; elsewhere there is only the one, and the list ends. */
  #finish(id: number, decision: Final): void {
    const recipient = this.#state.recipients.get(id);
    if (recipient === undefined) return;
    if (!seesAll(this.phase)) {
      this.ended = decision;
      return;
    }
    this.#state.recipients.delete(id);
    this.finished.push({ recipient, decision });
  }

  /** Ends the list: expansions that waited take effect. */
  close(): void {
    expandAll(this.#state, this.#nextId);
    this.#refresh();
  }

  // --- for combinators ---

  /** A run that starts where this one is, for a member of `parallel`. */
  fork(evaluation: Member): ListRun {
    const parts = Object.assign({}, this.#parts, this.#current());
    return new ListRun(evaluation, this.phase, parts, this.#ids, this.within, this.#split);
  }

  /** Takes over what a fork came to. */
  join(fork: ListRun): void {
    for (const one of fork.recipients) this.#learn(one, one.findings);
    for (const { recipient, decision } of fork.finished) {
      this.#learn(recipient, recipient.findings);
      if (fork.ended === undefined) this.#finish(recipient.id, decision);
    }
    this.addFindings(fork.made);
    this.complete &&= fork.complete;
    for (const id of fork.partial) this.#missing(id);
    if (fork.ended !== undefined) this.decide(fork.ended);
    this.#refresh();
  }

  /** A run at rcpt for one recipient of the message. */
  forRecipient(recipient: Recipient): ListRun {
    const { id } = recipient;
    const findings = { ...this.#now(), ...recipient.findings };
    const parts = {
      ...this.#parts,
      sender: this.sender,
      message: undefined,
      recipients: [recipient],
      tried: undefined,
      findings,
    };
    const split = (edit: MessageEdit): void => {
      this.#splits ??= new Map();
      const own = this.#splits.get(id);
      if (own === undefined) this.#splits.set(id, [edit]);
      else own.push(edit);
    };
    return new ListRun(this.evaluation, 'rcpt', parts, this.#ids, recipient.address.text, split);
  }

  /** Takes over what the runs of recipients came to. */
  absorb(runs: readonly ListRun[]): void {
    for (const one of runs) this.#absorb(one);
    this.#refresh();
  }

  #absorb(one: ListRun): void {
    const before = one.#parts.recipients[0]?.id;
    one.close();
    const after = one.recipients;
    const replaced = before !== undefined && !after.some((recipient) => recipient.id === before);
    if (replaced) this.#state.recipients.delete(before);
    for (const recipient of after) this.#state.recipients.set(recipient.id, recipient);
    for (const traced of one.edits) this.edits.push(traced);
    for (const { id } of one.complete ? [] : after) this.#missing(id);
    if (one.ended !== undefined) for (const recipient of after) this.#finish(recipient.id, one.ended);
  }

  /** What a combinator that was called by itself returns. */
  asResult(): { findings: object; edits: readonly Edit[]; decision?: Decision } {
    const groups = this.finished.map(({ recipient, decision }) => ({ recipients: [recipient], decision }));
    const some: readonly Decision[] = groups.length > 0 ? [{ kind: 'for-some', groups }] : [];
    const [decision] = this.ended === undefined ? some : [this.ended];
    const edits = this.edits.map((traced) => traced.edit);
    return decision === undefined ? { findings: this.made, edits } : { findings: this.made, edits, decision };
  }

  // --- the snapshot ---

  readonly #nextId = (): number => ++this.#ids.last;

  #learn({ id }: Recipient, findings: object): void {
    const now = this.#state.recipients.get(id);
    if (now === undefined || isEmpty(findings)) return;
    this.#state.recipients.set(id, learned(now, findings));
  }

  #missing(id: number): void {
    this.#partial ??= new Set();
    this.#partial.add(id);
  }

  /** All findings up to now. */
  #now(): object {
    this.#findings = mergeAll(this.#findings, this.#given, this.#merged);
    this.#merged = this.#given.length;
    return this.#findings;
  }

  #current(): Current {
    const { message } = this.#state;
    return { message, sender: this.sender, recipients: this.recipients, findings: this.#now() };
  }

  #refresh(): void {
    this.#tx = undefined;
    this.#recipients = undefined;
  }
}
