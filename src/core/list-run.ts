/**
 * The state of one list while it runs: the snapshot for the next stage, and what the stages so far found, decided and
 * edited. Knows nothing of how stages are run; see `run.ts`.
 */
import type { ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import type { Decision, Final } from './decision.js';
import type { Edit } from './edit.js';
import type { Evaluation } from './evaluation.js';
import { type Editable, expandAll, fold } from './fold.js';
import { lifeOf, type Phase } from './phase.js';
import type { Session } from './session.js';
import type { TracedEdit } from './trace.js';
import type { Parameters, Recipient } from './transaction.js';

/** Everything that a snapshot of any phase is made of; parts that the phase does not have are undefined. */
export interface Parts {
  readonly session: Session;
  readonly helo: string | undefined;
  readonly id: string;
  readonly sender: ReversePath | undefined;
  readonly mailParameters: Parameters;
  readonly recipients: readonly Recipient[];
  readonly message: Message | undefined;
  readonly findings: object;
}

/** Hands out recipient ids of one transaction. */
export interface Ids {
  last: number;
}

export interface Finished {
  readonly recipient: Recipient;
  readonly decision: Final;
}

export class ListRun {
  readonly evaluation: Evaluation;
  readonly phase: Phase;
  /** The recipient's address inside `eachRecipient`, for the trace. */
  readonly within: string | undefined;
  /** The snapshot for the next stage. */
  tx: object = {};
  /** The final decision for all, once there is one. */
  ended: Final | undefined = undefined;
  /** False when stages were left out, so that findings may be missing. */
  complete = true;
  /** Recipients whose decision is final, at message. */
  readonly finished: Finished[] = [];
  readonly edits: TracedEdit[] = [];
  /** Changes of the message for one recipient alone, by recipient id. */
  readonly splits: Map<number, readonly Edit[]> = new Map();
  /** What the stages of this list gave. */
  made: object = {};
  readonly #parts: Parts;
  readonly #state: Editable;
  readonly #ids: Ids;
  readonly #split: ((edit: Edit) => void) | undefined;
  #findings: object;

  constructor(
    evaluation: Evaluation,
    phase: Phase,
    parts: Parts,
    ids: Ids,
    within?: string,
    split?: (edit: Edit) => void,
  ) {
    this.evaluation = evaluation;
    this.phase = phase;
    this.within = within;
    this.#parts = parts;
    this.#ids = ids;
    this.#split = split;
    this.#findings = parts.findings;
    const { message, sender, recipients } = parts;
    const byId = new Map(recipients.map((one) => [one.id, one]));
    this.#state = { message, sender, recipients: byId, expansions: phase === 'rcpt' ? [] : undefined };
    this.#refresh();
  }

  /** A run over a snapshot that somebody else made (see `runAlone`). */
  static over(evaluation: Evaluation, phase: Phase, tx: Partial<Parts> & { recipient?: Recipient }): ListRun {
    const { session, helo, id = '', sender, mailParameters = {}, message, findings = {}, recipient } = tx;
    const recipients = recipient === undefined ? (tx.recipients ?? []) : [recipient];
    const parts = { session: session as Session, helo, id, sender, mailParameters, recipients, message, findings };
    const ids = { last: Math.max(0, ...recipients.map((one) => one.id)) };
    return new ListRun(evaluation, phase, parts, ids);
  }

  get message(): Message | undefined {
    return this.#state.message;
  }
  get sender(): ReversePath | undefined {
    return this.#state.sender;
  }
  /** Those without a final decision. */
  get recipients(): readonly Recipient[] {
    return [...this.#state.recipients.values()];
  }

  get over(): boolean {
    return this.ended !== undefined || (this.phase === 'message' && this.#state.recipients.size === 0);
  }

  addFindings(findings: object): void {
    if (isEmpty(findings)) return;
    this.made = { ...this.made, ...findings };
    this.#findings = { ...this.#findings, ...findings };
    if (lifeOf[this.phase] === 'recipient') {
      for (const one of this.#state.recipients.values()) this.#learn(one, findings);
    }
    this.#refresh();
  }

  /** Applies a stage's edits, one on top of the other. */
  edit(edits: readonly Edit[]): readonly TracedEdit[] {
    const traced = edits.map((edit) => ({ edit, applied: this.#apply(edit) }));
    for (const one of traced) this.edits.push(one);
    this.#refresh();
    return traced;
  }

  #apply(edit: Edit): boolean {
    if (this.#split === undefined) return fold(this.#state, edit, this.#nextId);
    if (edit.kind === 'rewrite-sender') return false;
    if (!changesMessage(edit)) return fold(this.#state, edit, this.#nextId);
    this.#split(edit);
    return true;
  }

  decide(decision: Decision): void {
    if (decision.kind === 'continue') return;
    if (decision.kind === 'for-some') {
      for (const group of decision.groups) for (const one of group.recipients) this.#finish(one.id, group.decision);
    } else {
      this.ended = decision;
      if (this.phase === 'message') for (const id of this.#state.recipients.keys()) this.#finish(id, decision);
    }
    this.#refresh();
  }

  /** Takes a recipient out of the list with its decision. */
  #finish(id: number, decision: Final): void {
    const recipient = this.#state.recipients.get(id);
    if (recipient === undefined) return;
    this.#state.recipients.delete(id);
    this.finished.push({ recipient, decision });
    this.complete &&= decision.kind === 'accept';
  }

  /** Ends the list: expansions that waited take effect. */
  close(): void {
    expandAll(this.#state, this.#nextId);
  }

  // --- for combinators ---

  /** A run that starts where this one is, for a member of `parallel`. */
  fork(): ListRun {
    return new ListRun(this.evaluation, this.phase, this.#now(), this.#ids, this.within, this.#split);
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
    if (fork.ended !== undefined) this.decide(fork.ended);
    this.#refresh();
  }

  /** A run at rcpt for one recipient of the message. */
  forRecipient(recipient: Recipient): ListRun {
    const { id } = recipient;
    const findings = { ...this.#findings, ...recipient.findings };
    const parts = { ...this.#now(), message: undefined, recipients: [recipient], findings };
    const split = (edit: Edit): void => void this.splits.set(id, [...(this.splits.get(id) ?? []), edit]);
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
    this.complete &&= one.complete;
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
    this.#state.recipients.set(id, { ...now, findings: { ...now.findings, ...findings } });
  }

  #now(): Parts {
    const { message, sender } = this.#state;
    return { ...this.#parts, message, sender, recipients: this.recipients, findings: this.#findings };
  }

  #refresh(): void {
    const { session, helo, id, mailParameters } = this.#parts;
    const { sender, message } = this.#state;
    const { recipients } = this;
    const findings = this.#findings;
    switch (this.phase) {
      case 'connect':
        this.tx = { session, findings };
        return;
      case 'helo':
        this.tx = { session, helo, findings };
        return;
      case 'mail':
        this.tx = { session, helo, id, sender, mailParameters, findings };
        return;
      case 'rcpt':
        this.tx = { session, helo, id, sender, mailParameters, recipient: recipients[0], findings };
        return;
      case 'message':
        this.tx = { session, helo, id, sender, mailParameters, recipients, message, findings };
        return;
      case 'deliver':
        this.tx = {
          session,
          helo,
          id,
          sender,
          mailParameters,
          recipients,
          recipient: recipients[0],
          message,
          findings,
        };
    }
  }
}

function changesMessage(edit: Edit): boolean {
  return edit.kind.endsWith('-header') || edit.kind === 'replace-body';
}

function isEmpty(record: object): boolean {
  for (const _key in record) return false;
  return true;
}
