/**
 * The steps of a conversation and the state between them. They answer at once where every stage does: a promise, and the
 * turn of the event loop that comes with it, only where a stage gave one.
 */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import { barring, outcomeSoFar } from './conclude.js';
import { type Final, goOn } from './decision.js';
import type { ConversationOptions, DirectSteps, NewId, RcptOptions } from './direct-steps.js';
import { Evaluation, instant } from './evaluation.js';
import { type Ids, ListRun } from './list-run.js';
import { learned } from './merge.js';
import type { DeliverOutcome, MessageOutcome, Outcome, PhaseOutcome, RcptOutcome } from './outcome.js';
import type { Phase } from './phase.js';
import {
  afterAll,
  afterDeliver,
  bars,
  decisionOfTaken,
  messageOutcome,
  newRecipient,
  nullPath,
  outcomeOf,
  type Passage,
  Progress,
  type Run,
  refuses,
  skipped,
  take,
  verdicts,
  withEdits,
} from './progress.js';
import { runList } from './run.js';
import type { Login, Session, TlsFacts } from './session.js';
import type { Parts } from './snapshot.js';
import type { AnyStage, MaybePromise } from './stage.js';
import { andThen, isThenable, type Line } from './stage-context.js';
import type { PhaseTrace } from './trace.js';
import type { Parameters, Recipient } from './transaction.js';

const none: Parameters & object = Object.freeze({});

/** See `Conversation` for what each step does. */
export class Steps implements DirectSteps {
  session: Session;
  helo: string | undefined = undefined;
  readonly #lists: Readonly<Record<Phase, readonly AnyStage[]>>;
  readonly #options: ConversationOptions;
  readonly #newId: NewId;
  /** Apart, so that a second HELO forgets what the first one gave. */
  #connect: Run | undefined = undefined;
  #hello: Run | undefined = undefined;
  #progress: Progress | undefined = undefined;
  #early:
    | { readonly first?: object | undefined; readonly second?: object | undefined; readonly both: object }
    | undefined;

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

  connect(): MaybePromise<PhaseOutcome> {
    this.#progress = undefined;
    this.#hello = undefined;
    return this.#run('connect', this.#parts([]), { last: 0 }, (done) => {
      this.#connect = done;
      return outcomeOf(done);
    });
  }

  hello(name: string | undefined, protocol?: Session['protocol']): MaybePromise<PhaseOutcome> {
    this.#progress = undefined;
    this.helo = name;
    if (protocol !== undefined) this.session = { ...this.session, protocol };
    const barred = this.#connect?.run.ended;
    if (bars(barred)) return skipped('helo', barred);
    // Without a new name, what was found about one that was refused is still seen; what this list finds takes its place.
    const before = name === undefined ? this.#sessionFindings() : (this.#connect?.run.made ?? none);
    return this.#run('helo', this.#parts([], undefined, before), { last: 0 }, (done) => {
      this.#hello = done;
      return outcomeOf(done);
    });
  }

  secure(tls: TlsFacts): MaybePromise<PhaseOutcome> {
    this.session = { ...this.session, tls };
    this.helo = undefined;
    return this.connect();
  }

  login(login: Login | undefined): void {
    this.session = { ...this.session, login };
  }

  pipelined(value: boolean): void {
    if ((this.session.pipelined ?? false) !== value) this.session = { ...this.session, pipelined: value };
  }

  mail(sender: ReversePath, parameters: Parameters = {}): MaybePromise<PhaseOutcome> {
    const progress = new Progress(this.#newId(), sender, parameters);
    this.#progress = progress;
    const barred = this.#barred();
    if (barred !== undefined) {
      progress.decision = barred;
      return skipped('mail', barred);
    }
    return this.#run('mail', this.#parts([]), progress.ids, (done) => {
      progress.decision = done.run.ended ?? goOn;
      progress.sender = done.run.sender ?? sender;
      progress.mailComplete = done.run.complete;
      progress.pending.push(...done.run.pending);
      take(progress, done);
      return outcomeOf(done);
    });
  }

  rcpt(address: Mailbox, parameters: Parameters = {}, options?: RcptOptions): MaybePromise<RcptOutcome> {
    this.#progress?.reopen();
    const progress = this.#begun('mail', 'rcpt');
    progress.phase = 'rcpt';
    const recipient = newRecipient(++progress.ids.last, address, parameters, options);
    if (bars(progress.decision)) {
      progress.bar(recipient);
      return { ...skipped('rcpt', progress.decision), recipients: [] };
    }
    const settled = (done: Run): RcptOutcome => {
      progress.traces.push(done.trace);
      const { ended: decision = goOn, complete, recipients, edits } = done.run;
      for (const edit of edits) progress.edits.push(edit);
      progress.tried.push(learned(recipient, done.run.made));
      if (!refuses(decision)) progress.pending.push(...done.run.pending);
      for (const one of recipients) progress.passages.push({ recipient: one, decision, complete, message: undefined });
      return { phase: 'rcpt', decision, edits, trace: done.trace, recipients: refuses(decision) ? [] : recipients };
    };
    return this.#run('rcpt', this.#parts([recipient]), progress.ids, settled, address.text);
  }

  data(): MaybePromise<PhaseOutcome> {
    this.#progress?.reopen();
    const progress = this.#begun('mail', 'rcpt');
    progress.beginData();
    const { data } = this.#lists;
    const recipients = data.length === 0 ? [] : progress.alive;
    if (recipients.length === 0) {
      progress.dataComplete = data.length === 0;
      return skipped('data', decisionOfTaken(progress.passages, progress.passages));
    }
    return this.#run('data', this.#parts(recipients), progress.ids, (done) => {
      const before = progress.passages;
      progress.dataComplete = done.run.complete;
      progress.pending.push(...done.run.pending);
      this.#takeAll(progress, done);
      return { ...outcomeOf(done), decision: decisionOfTaken(before, progress.passages) };
    });
  }

  message(message: Message): MaybePromise<MessageOutcome> {
    const progress = this.#begun('mail', 'rcpt', 'data');
    if (progress.phase === 'data') return this.#message(progress, message);
    return andThen(this.data(), () => this.#message(progress, message));
  }

  #message(progress: Progress, message: Message): MaybePromise<MessageOutcome> {
    progress.phase = 'message';
    progress.message = withEdits(message, progress.pending);
    const recipients = progress.alive;
    if (recipients.length === 0) {
      progress.messageComplete = this.#lists.message.length === 0;
      return messageOutcome(progress, undefined);
    }
    return this.#run('message', this.#parts(recipients, progress.message), progress.ids, (done) => {
      progress.messageComplete = done.run.complete;
      progress.message = done.run.message;
      this.#takeAll(progress, done);
      return messageOutcome(progress, done);
    });
  }

  /** After a list that sees all recipients. */
  #takeAll(progress: Progress, done: Run): void {
    take(progress, done);
    progress.sender = done.run.sender ?? progress.sender;
    progress.passages = afterAll(progress, done.run);
  }

  deliver(): MaybePromise<DeliverOutcome> {
    const progress = this.#begun('message');
    progress.phase = 'deliver';
    if (this.#lists.deliver.length === 0) return { recipients: verdicts(progress), traces: [] };
    const { passages } = progress;
    progress.passages = [];
    return this.#deliverFrom(progress, passages, 0, []);
  }

  #deliverFrom(
    progress: Progress,
    passages: readonly Passage[],
    from: number,
    traces: PhaseTrace[],
  ): MaybePromise<DeliverOutcome> {
    for (let index = from; index < passages.length; index++) {
      const passage = passages[index] as Passage;
      if (bars(passage.decision)) progress.passages.push(passage);
      if (bars(passage.decision)) continue;
      const parts = this.#parts([passage.recipient], passage.message);
      const settled = (done: Run): void => {
        progress.passages.push(...afterDeliver(passage, done));
        progress.edits.push(...done.run.edits);
        traces.push(done.trace);
      };
      const running = this.#run('deliver', parts, progress.ids, settled, passage.recipient.address.text);
      if (isThenable(running)) {
        return Promise.resolve(running).then(() => this.#deliverFrom(progress, passages, index + 1, traces));
      }
    }
    progress.traces.push(...traces);
    return { recipients: verdicts(progress), traces };
  }

  reset(): void {
    this.#progress = undefined;
  }

  outcome(): Outcome {
    const progress = this.#progress ?? new Progress('', nullPath, {});
    return outcomeSoFar(progress, this.#lists, this.#connect, this.#hello, this.#sessionFindings());
  }

  // --- running lists ---

  /** The transaction, which must be in one of the phases. */
  #begun(...allowed: readonly Phase[]): Progress {
    const progress = this.#progress;
    if (progress === undefined) throw new Error('no mail transaction has begun: call mail() first');
    if (allowed.includes(progress.phase)) return progress;
    throw new Error(`out of order: the transaction is at "${progress.phase}"; mail() or reset() begins anew`);
  }

  /** The final decision of the session, if it has one that ends everything. */
  #barred(): Final | undefined {
    return barring(this.#connect, this.#hello);
  }

  /** Of connect and helo. Made once for each pair of lists that ran. */
  #sessionFindings(): object {
    const [first, second] = [this.#connect?.run.made, this.#hello?.run.made];
    if (this.#early?.first !== first || this.#early?.second !== second) {
      this.#early = { first, second, both: { ...first, ...second } };
    }
    return this.#early?.both ?? none;
  }

  #parts(recipients: readonly Recipient[], message?: Message, early?: object): Parts {
    const progress = this.#progress;
    return {
      session: this.session,
      helo: this.helo,
      id: progress?.id ?? '',
      sender: progress?.sender,
      mailParameters: progress?.parameters ?? none,
      recipients,
      tried: progress?.tried,
      message,
      findings: early ?? progress?.findingsOver(this.#sessionFindings()) ?? this.#sessionFindings(),
    };
  }

  /** Runs the list of `phase`, then hands what it came to to `settle`. */
  #run<T>(phase: Phase, parts: Parts, ids: Ids, settle: (done: Run) => T, recipient?: string): MaybePromise<T> {
    const evaluation = new Evaluation(this.#options);
    const run = new ListRun(evaluation, phase, withRecipientFindings(phase, parts), ids);
    const lines: Line[] = [];
    const started = evaluation.at;
    return andThen(runList(run, this.#lists[phase], lines), () => {
      if (!bars(run.ended)) run.close();
      evaluation.end();
      return settle({ run, trace: { phase, recipient, lines, ms: evaluation.at - started } });
    });
  }
}

function withRecipientFindings(phase: Phase, parts: Parts): Parts {
  const [recipient] = parts.recipients;
  if (phase !== 'deliver' || recipient === undefined) return parts;
  return { ...parts, findings: { ...parts.findings, ...recipient.findings } };
}
