/**
 * A policy in conversation with one peer: connect, HELO, MAIL, RCPT, the message, delivery. It owns what is
 * forgotten when: RSET, MAIL and HELO drop the transaction, STARTTLS the session's findings too (RFC 3207
 * section 4.2). One call at a time; a server awaits each before the next.
 */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import { type Final, goOn } from './decision.js';
import { Evaluation, type EvaluationOptions, instant } from './evaluation.js';
import { type Ids, ListRun, type Parts } from './list-run.js';
import type { DeliverOutcome, MessageOutcome, Outcome, PhaseOutcome, RcptOutcome } from './outcome.js';
import type { Phase } from './phase.js';
import type { PolicyType } from './policy.js';
import {
  afterMessage,
  bars,
  newRecipient,
  nullPath,
  outcomeOf,
  Progress,
  type Run,
  refuses,
  shared,
  skipped,
  take,
  verdicts,
} from './progress.js';
import { runList } from './run.js';
import type { Login, Session, TlsFacts } from './session.js';
import type { AnyStage } from './stage.js';
import type { Line } from './stage-context.js';
import type { PhaseTrace } from './trace.js';
import type { Parameters } from './transaction.js';

/** Names a transaction in logs and Received fields. Servers give one that is unique on the host. */
export type NewId = () => string;

export interface ConversationOptions extends EvaluationOptions {
  /** Default: the instant in base 36 and a counter; unique within the conversation only. */
  readonly newId?: NewId;
}

export interface Conversation<T extends PolicyType = PolicyType> {
  readonly session: Session;
  readonly helo: string | undefined;
  /** Undefined between transactions. */
  readonly transactionId: string | undefined;
  connect(): Promise<PhaseOutcome>;
  /** HELO, EHLO, LHLO: drops the transaction and what was found about an earlier name. */
  hello(name: string | undefined, protocol?: Session['protocol']): Promise<PhaseOutcome>;
  /** STARTTLS: drops the name, the transaction and all findings, and runs the connect list again. */
  secure(tls: TlsFacts): Promise<PhaseOutcome>;
  login(login: Login | undefined): void;
  mail(sender: ReversePath, parameters?: Parameters): Promise<PhaseOutcome>;
  rcpt(address: Mailbox, parameters?: Parameters): Promise<RcptOutcome>;
  message(message: Message): Promise<MessageOutcome>;
  /** Runs the deliver list for each recipient that goes on. */
  deliver(): Promise<DeliverOutcome>;
  /** RSET: drops the transaction. */
  reset(): void;
  /** All that is known so far of the session and the transaction. */
  outcome(): Outcome<T>;
}

export class PolicyConversation implements Conversation {
  session: Session;
  helo: string | undefined = undefined;
  readonly #lists: Readonly<Record<Phase, readonly AnyStage[]>>;
  readonly #options: ConversationOptions;
  readonly #newId: NewId;
  /** Kept apart, so that a second HELO forgets what the first one gave. */
  #connect: Run | undefined = undefined;
  #hello: Run | undefined = undefined;
  #progress: Progress | undefined = undefined;

  constructor(lists: Readonly<Record<Phase, readonly AnyStage[]>>, session: Session, options: ConversationOptions) {
    this.#lists = lists;
    this.session = session;
    this.#options = options;
    let count = 0;
    this.#newId = options.newId ?? (() => `${instant(options).getTime().toString(36)}-${++count}`);
  }

  get transactionId(): string | undefined {
    return this.#progress?.id;
  }

  async connect(): Promise<PhaseOutcome> {
    this.#progress = undefined;
    this.#hello = undefined;
    this.#connect = await this.#run('connect', this.#parts({}), { last: 0 });
    return outcomeOf(this.#connect);
  }

  async hello(name: string | undefined, protocol?: Session['protocol']): Promise<PhaseOutcome> {
    this.#progress = undefined;
    this.helo = name;
    if (protocol !== undefined) this.session = { ...this.session, protocol };
    const barred = this.#connect?.run.ended;
    if (bars(barred)) return skipped('helo', barred);
    this.#hello = await this.#run('helo', this.#parts({ findings: this.#connect?.run.made ?? {} }), { last: 0 });
    return outcomeOf(this.#hello);
  }

  secure(tls: TlsFacts): Promise<PhaseOutcome> {
    this.session = { ...this.session, tls };
    this.helo = undefined;
    return this.connect();
  }

  login(login: Login | undefined): void {
    this.session = { ...this.session, login };
  }

  async mail(sender: ReversePath, parameters: Parameters = {}): Promise<PhaseOutcome> {
    const progress = new Progress(this.#newId(), sender, parameters);
    this.#progress = progress;
    const barred = this.#barred();
    if (barred !== undefined) {
      progress.decision = barred;
      progress.complete = false;
      return skipped('mail', barred);
    }
    const done = await this.#run('mail', this.#parts({}), progress.ids);
    progress.decision = done.run.ended ?? goOn;
    progress.sender = done.run.sender ?? sender;
    take(progress, done);
    return outcomeOf(done);
  }

  async rcpt(address: Mailbox, parameters: Parameters = {}): Promise<RcptOutcome> {
    const progress = this.#begun();
    progress.phase = 'rcpt';
    const recipient = newRecipient(++progress.ids.last, address, parameters);
    if (bars(progress.decision)) {
      progress.passages.push({ recipient, decision: progress.decision, complete: false, message: undefined });
      return { ...skipped('rcpt', progress.decision), recipients: [] };
    }
    const done = await this.#run('rcpt', this.#parts({ recipients: [recipient] }), progress.ids, address.text);
    progress.traces.push(done.trace);
    progress.edits.push(...done.run.edits);
    const { ended, complete, recipients } = done.run;
    const decision = ended ?? goOn;
    for (const one of recipients) progress.passages.push({ recipient: one, decision, complete, message: undefined });
    return { ...outcomeOf(done), recipients: refuses(decision) ? [] : recipients };
  }

  async message(message: Message): Promise<MessageOutcome> {
    const progress = this.#begun();
    progress.phase = 'message';
    progress.message = message;
    const alive = progress.passages.filter((one) => !bars(one.decision));
    const recipients = alive.map((one) => one.recipient);
    if (recipients.length === 0) return this.#asMessageOutcome(progress, undefined);
    const done = await this.#run('message', this.#parts({ recipients, message }), progress.ids);
    const { run } = done;
    take(progress, done);
    progress.message = run.message;
    progress.sender = run.sender ?? progress.sender;
    progress.passages = afterMessage(progress, run);
    return this.#asMessageOutcome(progress, done);
  }

  async deliver(): Promise<DeliverOutcome> {
    const progress = this.#begun();
    progress.phase = 'deliver';
    const traces: PhaseTrace[] = [];
    for (const passage of progress.passages) {
      if (bars(passage.decision)) continue;
      const parts = this.#parts({ recipients: [passage.recipient], message: passage.message });
      const done = await this.#run('deliver', parts, progress.ids, passage.recipient.address.text);
      const [recipient = passage.recipient] = done.run.recipients;
      passage.recipient = recipient;
      passage.decision = done.run.ended ?? passage.decision;
      passage.complete &&= done.run.complete;
      passage.message = done.run.message;
      traces.push(done.trace);
    }
    progress.traces.push(...traces);
    return { recipients: verdicts(progress), traces };
  }

  reset(): void {
    this.#progress = undefined;
  }

  outcome(): Outcome {
    const progress = this.#progress ?? new Progress('', nullPath, {});
    const early = [this.#connect, this.#hello].filter((one) => one !== undefined);
    const barred = this.#barred();
    const decision = shared(progress.passages.map((one) => one.decision)) ?? barred ?? progress.decision;
    const complete =
      progress.complete && progress.phase === 'deliver' && !bars(decision) && early.every((one) => one.run.complete);
    const recipients = progress.passages.map((one) => ({
      recipient: one.recipient,
      decision: one.decision,
      complete: one.complete && complete,
      findings: one.recipient.findings,
    }));
    return {
      decision,
      complete: complete && recipients.every((one) => one.complete),
      phase: progress.phase,
      sender: progress.sender,
      message: progress.message,
      findings: { ...this.#sessionFindings(), ...progress.findings },
      recipients,
      edits: progress.edits,
      trace: { phases: [...early.map((one) => one.trace), ...progress.traces] },
    } as Outcome;
  }

  // --- running lists ---

  #begun(): Progress {
    if (this.#progress === undefined) throw new Error('no mail transaction has begun: call mail() first');
    return this.#progress;
  }

  /** The final decision of the session, if it has one that ends everything. */
  #barred(): Final | undefined {
    const ended = [this.#connect?.run.ended, this.#hello?.run.ended];
    return ended.find((one): one is Final => bars(one));
  }

  #sessionFindings(): object {
    return { ...this.#connect?.run.made, ...this.#hello?.run.made };
  }

  #parts(over: Partial<Parts>): Parts {
    const progress = this.#progress;
    return {
      session: this.session,
      helo: this.helo,
      id: progress?.id ?? '',
      sender: progress?.sender,
      mailParameters: progress?.parameters ?? {},
      recipients: [],
      message: undefined,
      findings: { ...this.#sessionFindings(), ...progress?.findings },
      ...over,
    };
  }

  async #run(phase: Phase, parts: Parts, ids: Ids, recipient?: string): Promise<Run> {
    const evaluation = new Evaluation(this.#options);
    const run = new ListRun(evaluation, phase, withRecipientFindings(phase, parts), ids);
    const lines: Line[] = [];
    const started = evaluation.host.monotonic();
    const running = runList(run, this.#lists[phase], lines);
    if (running !== undefined) await running;
    if (!bars(run.ended)) run.close();
    evaluation.end();
    return { run, trace: { phase, recipient, lines, ms: evaluation.host.monotonic() - started } };
  }

  #asMessageOutcome(progress: Progress, done: Run | undefined): MessageOutcome {
    const recipients = verdicts(progress);
    const decision = shared(recipients.map((one) => one.decision)) ?? goOn;
    const edits = done?.run.edits ?? [];
    return { phase: 'message', decision, edits, trace: done?.trace, sender: progress.sender, recipients };
  }
}

function withRecipientFindings(phase: Phase, parts: Parts): Parts {
  const [recipient] = parts.recipients;
  if (phase !== 'deliver' || recipient === undefined) return parts;
  return { ...parts, findings: { ...parts.findings, ...recipient.findings } };
}
