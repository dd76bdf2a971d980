/**
 * How far one mail transaction has come: its recipients with their decisions, its findings, its traces. What the conversation
 * keeps between commands, and what it makes of a list that has run.
 */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import { type Final, goOn, type Verdict } from './decision.js';
import type { RcptOptions } from './direct-steps.js';
import type { MessageEdit } from './edit.js';
import { foldAll } from './fold.js';
import type { Ids, ListRun } from './list-run.js';
import type { MessageOutcome, PhaseOutcome, RecipientVerdict } from './outcome.js';
import type { Phase } from './phase.js';
import type { PhaseTrace, TracedEdit } from './trace.js';
import type { Parameters, Recipient } from './transaction.js';

/** A list that has run. */
export interface Run {
  readonly run: ListRun;
  readonly trace: PhaseTrace;
}

/** One recipient on its way through the transaction. */
export interface Passage {
  recipient: Recipient;
  decision: Verdict;
  complete: boolean;
  message: Message | undefined;
}

/** What one mail transaction has come to. */
export class Progress {
  readonly id: string;
  sender: ReversePath;
  readonly parameters: Parameters;
  readonly ids: Ids = { last: 0 };
  /** True when the list of mail, of data, of message ran to its end. */
  mailComplete = false;
  dataComplete = false;
  messageComplete = false;
  /** Fields to add to the message when it comes. */
  readonly pending: MessageEdit[] = [];
  phase: Phase = 'mail';
  decision: Verdict = goOn;
  message: Message | undefined = undefined;
  passages: Passage[] = [];
  /** Of every RCPT as it was given, with what its list found. */
  readonly tried: Recipient[] = [];
  readonly traces: PhaseTrace[] = [];
  readonly edits: TracedEdit[] = [];
  /** As it was when DATA came; kept where that was refused. */
  #beforeData:
    | (Pick<Progress, 'sender' | 'passages'> & { readonly pending: number; readonly edits: number })
    | undefined = undefined;
  #findings: object = none;
  /** With the findings of the session underneath. */
  #all: { readonly session: object; readonly both: object } | undefined = undefined;

  constructor(id: string, sender: ReversePath, parameters: Parameters) {
    this.id = id;
    this.sender = sender;
    this.parameters = parameters;
  }

  /** A recipient that the decision of the transaction covers. */
  bar(recipient: Recipient): void {
    this.tried.push(recipient);
    this.passages.push({ recipient, decision: this.decision, complete: false, message: undefined });
  }

  beginData(): void {
    const { sender, passages, pending, edits } = this;
    this.phase = 'data';
    this.#beforeData = { sender, passages, pending: pending.length, edits: edits.length };
  }

  /** A refused DATA ends no transaction (RFC 5321 section 3.3): the next command finds it as it was. */
  reopen(): void {
    const before = this.#beforeData;
    if (this.phase !== 'data' || before === undefined || this.alive.length > 0) return;
    if (!refuses(decisionOfTaken(before.passages, this.passages))) return;
    this.phase = 'rcpt';
    this.sender = before.sender;
    this.passages = before.passages;
    this.pending.length = before.pending;
    this.edits.length = before.edits;
  }

  /** Those that go on. */
  get alive(): readonly Recipient[] {
    return this.passages.filter((one) => !bars(one.decision)).map((one) => one.recipient);
  }

  /** Of the lists of mail, data and message. */
  get findings(): object {
    return this.#findings;
  }

  /** Those of the session, and of the transaction on top of them. */
  findingsOver(session: object): object {
    if (this.#all?.session !== session) {
      this.#all = { session, both: this.#findings === none ? session : Object.assign({}, session, this.#findings) };
    }
    return this.#all?.both ?? session;
  }

  find(findings: object): void {
    for (const _any in findings) {
      this.#findings = this.#findings === none ? findings : Object.assign({}, this.#findings, findings);
      this.#all = undefined;
      return;
    }
  }
}

const none: object = Object.freeze({});

export const nullPath: ReversePath = { kind: 'null-path' };

/** After a list that sees all recipients: those decided, those that go on, those that edits added. */
export function afterAll(progress: Progress, run: ListRun): Passage[] {
  const before = new Map(progress.passages.map((one) => [one.recipient.id, one]));
  const make = (recipient: Recipient, decision: Verdict): Passage => ({
    recipient,
    decision,
    complete: before.get(recipient.id)?.complete === true && whole(run, recipient, decision),
    message: messageFor(run, recipient.id),
  });
  const after = [
    ...progress.passages.filter((one) => bars(one.decision)).map((one) => ({ ...one, message: run.message })),
    ...run.finished.map((one) => make(one.recipient, one.decision)),
    ...run.recipients.map((recipient) => make(recipient, goOn)),
  ];
  // In the order of RCPT; those that edits added come last.
  const place = new Map([...before.keys()].map((id, index) => [id, index]));
  const placeOf = ({ recipient }: Passage): number => place.get(recipient.id) ?? Number.POSITIVE_INFINITY;
  return after.sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : Number(placeOf(one) > placeOf(other))));
}

/** True when no stage of the list was left out for the recipient. */
function whole(run: ListRun, { id }: Recipient, decision: Verdict): boolean {
  return decision.kind === 'continue' && run.complete && !run.partial.has(id);
}

/** The common message with the changes for one recipient on top. */
function messageFor(run: ListRun, id: number): Message | undefined {
  const own = run.splits.get(id);
  return own === undefined || run.message === undefined ? run.message : withEdits(run.message, own);
}

export function withEdits(message: Message, edits: readonly MessageEdit[]): Message {
  if (edits.length === 0) return message;
  const state = { message, sender: undefined, recipients: new Map(), expansions: undefined };
  foldAll(state, edits, () => 0);
  return state.message;
}

/** After the list of `deliver` for one recipient: none when it was removed, several when it was expanded. */
export function afterDeliver({ recipient: { id }, decision, complete }: Passage, { run }: Run): Passage[] {
  return run.recipients.map((recipient) => ({
    recipient,
    decision: run.ended ?? decision,
    complete: complete && run.complete && !run.partial.has(id),
    message: messageFor(run, id),
  }));
}

export function verdicts(progress: Progress): readonly RecipientVerdict[] {
  const { message } = progress;
  if (message === undefined) return [];
  return progress.passages.map((one) => ({
    recipient: one.recipient,
    decision: one.decision,
    message: one.message ?? message,
  }));
}

export function take(progress: Progress, { run, trace }: Run): void {
  progress.find(run.made);
  for (const edit of run.edits) progress.edits.push(edit);
  progress.traces.push(trace);
}

export function messageOutcome(progress: Progress, done: Run | undefined): MessageOutcome {
  const recipients = verdicts(progress);
  const decision = shared(recipients.map((one) => one.decision)) ?? goOn;
  const edits = done?.run.edits ?? [];
  return { phase: 'message', decision, edits, trace: done?.trace, sender: progress.sender, recipients };
}

export function outcomeOf({ run, trace }: Run): PhaseOutcome {
  return { phase: run.phase, decision: run.ended ?? goOn, edits: run.edits, trace };
}

export function skipped(phase: Phase, decision: Verdict): PhaseOutcome {
  return { phase, decision, edits: [], trace: undefined };
}

/** True for a final decision after which later phases do not run: all but `accept`. */
export function bars(decision: Verdict | undefined): decision is Final {
  return decision !== undefined && decision.kind !== 'continue' && decision.kind !== 'accept';
}

export function refuses(decision: Verdict): boolean {
  return decision.kind === 'reject' || decision.kind === 'defer';
}

/** The decision of all: `continue` when somebody goes on, else the first one's. Undefined for nobody. */
export function shared(decisions: readonly Verdict[]): Verdict | undefined {
  return decisions.every(bars) ? decisions[0] : goOn;
}

/** The decision of all that were not refused before: what DATA is answered. */
export function decisionOfTaken(before: readonly Passage[], after: readonly Passage[]): Verdict {
  const refused = new Set<number>();
  for (const { decision, recipient } of before) if (refuses(decision)) refused.add(recipient.id);
  const taken = refused.size === 0 ? after : after.filter(({ recipient }) => !refused.has(recipient.id));
  return shared(taken.map((one) => one.decision)) ?? goOn;
}

export function newRecipient(
  id: number,
  address: Mailbox,
  parameters: Parameters,
  { postmaster = false }: RcptOptions = {},
): Recipient {
  const origin = { kind: 'original' } as const;
  const kind = 'recipient';
  const one = { kind, id, address, original: address, origin, parameters, nextHop: undefined, findings: {} } as const;
  return postmaster ? { ...one, postmaster } : one;
}
