/**
 * The context that a stage is given: the traced way to ask, notes, the instant and the deadline. It remembers whether any
 * answer was "could not tell", so that the pipeline can enforce what the stage declared for that case.
 */
import type { CannotTellRule } from './decision.js';
import type { Evaluation } from './evaluation.js';
import type { Note } from './note.js';
import type { AnyStage, Context, MaybePromise } from './stage.js';
import type { AskLine, TracedEdit, TraceLine } from './trace.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const none: readonly never[] = Object.freeze([]);

/** A trace line while its stage runs. Its lists are made when something is put into them. */
export class Line implements Mutable<TraceLine> {
  readonly stage: string;
  readonly form: string;
  ms = 0;
  ended: TraceLine['ended'] = 'ran';
  error: string | undefined = undefined;
  decision: TraceLine['decision'] = continues;
  enforced: string | undefined = undefined;
  findings: object | undefined = undefined;
  edits: readonly TracedEdit[] = none;
  asked: readonly AskLine[] = none;
  notes: readonly Note[] = none;
  lines: readonly TraceLine[] = none;
  recipient: string | undefined;

  constructor(stage: AnyStage, recipient: string | undefined) {
    this.stage = stage.name;
    this.form = stage.form.kind;
    this.recipient = recipient;
  }
}
const continues: TraceLine['decision'] = Object.freeze({ kind: 'continue' });

/** A port that could not tell, and what its stage declared for that. */
export interface Unanswered {
  readonly port: string;
  readonly rule: Exclude<CannotTellRule, 'continue'>;
  readonly why: string;
}

export class StageContext implements Omit<Context, 'ask'> {
  readonly #evaluation: Evaluation;
  readonly #stage: AnyStage;
  readonly #line: Line;
  /** The first of the stage's questions that got no answer and may not be passed over. */
  unanswered: Unanswered | undefined = undefined;

  constructor(evaluation: Evaluation, stage: AnyStage, line: Line) {
    this.#evaluation = evaluation;
    this.#stage = stage;
    this.#line = line;
  }

  get now(): Date {
    return this.#evaluation.now;
  }
  get deadline(): number {
    return this.#evaluation.deadline;
  }
  get signal(): AbortSignal {
    return this.#evaluation.signal;
  }
  get detail(): boolean {
    return this.#evaluation.detail;
  }

  note(note: Note): void {
    append(this.#line, 'notes', note);
  }

  ask(name: string, method: string, ...args: readonly unknown[]): MaybePromise<unknown> {
    const declared = Object.hasOwn(this.#stage.asks, name) ? this.#stage.asks[name] : undefined;
    if (declared === undefined)
      throw new Error(`stage "${this.#stage.name}" asks "${name}", which it does not declare`);
    const { host, interpose } = this.#evaluation;
    const line: Mutable<AskLine> = { port: name, method, args: args.map(forTrace), answer: undefined, ms: 0 };
    append(this.#line, 'asked', line);
    const started = host.monotonic();
    const put = (): MaybePromise<unknown> => {
      const port = declared.port as Readonly<Record<string, (...args: unknown[]) => MaybePromise<unknown>>>;
      const call = port[method];
      if (call === undefined) throw new Error(`port "${name}" has no method "${method}"`);
      return call.call(port, ...args, this);
    };
    const answered = (answer: unknown): unknown => {
      line.answer = forTrace(answer);
      line.ms = host.monotonic() - started;
      if (declared.cannotTell !== 'continue' && isCannotTell(answer)) {
        this.unanswered ??= { port: name, rule: declared.cannotTell, why: answer.why };
      }
      return answer;
    };
    const answer =
      interpose === undefined ? put() : interpose({ stage: this.#stage.name, port: name, method, args }, put);
    return isThenable(answer) ? Promise.resolve(answer).then(answered) : answered(answer);
  }
}

/** Thenables of any realm and library count, not only our own Promise. */
export function isThenable<T>(value: MaybePromise<T> | unknown): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** `then(value)`: at once where the value is here, else when it comes. */
export function andThen<T, U>(value: MaybePromise<T>, then: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isThenable<T>(value) ? Promise.resolve(value).then(then) : then(value);
}

export function append<K extends 'edits' | 'asked' | 'notes' | 'lines'>(
  line: Line,
  list: K,
  item: Line[K][number],
): void {
  if (line[list] === none) line[list] = [item] as never;
  else (line[list] as unknown[]).push(item);
}

function isCannotTell(answer: unknown): answer is { readonly why: string } {
  return typeof answer === 'object' && answer !== null && (answer as { kind?: unknown }).kind === 'cannot-tell';
}

/** Messages, bodies and bytes are named by size in a trace, never repeated. */
function forTrace(value: unknown): unknown {
  if (value instanceof Uint8Array) return { kind: 'bytes', size: value.length };
  if (typeof value !== 'object' || value === null) return value;
  const { kind, size } = value as { readonly kind?: unknown; readonly size?: unknown };
  return kind === 'message' || kind === 'body' ? { kind, size } : value;
}
