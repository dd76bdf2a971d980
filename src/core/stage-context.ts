/**
 * The context that a stage is given: the traced way to ask, notes, the instant and the deadline. It remembers whether any
 * answer was "could not tell", so that the pipeline can enforce what the stage declared for that case.
 */
import { cannotTell } from '../values/answer.js';
import type { CannotTellRule } from './decision.js';
import type { Running } from './evaluation.js';
import type { Note } from './note.js';
import { Patience } from './patience.js';
import { portCallOf } from './port-call.js';
import type { AnyStage, Context, MaybePromise, PortCall, TimeSpan } from './stage.js';
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

export class StageContext implements Omit<Context, 'ask' | 'within'> {
  readonly #evaluation: Running;
  readonly #stage: AnyStage;
  readonly #line: Line;
  #open: Set<Asked> | undefined = undefined;
  #asked = 0;
  #notes = 0;
  #closed = false;
  #spans: Patience[] | undefined = undefined;
  /** What ports are given. */
  #call: PortCall | undefined = undefined;
  /** The first question to each port that got no answer and may not be passed over. */
  #unanswered: Unanswered[] | undefined = undefined;

  constructor(evaluation: Running, stage: AnyStage, line: Line) {
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
    if (this.#notes++ < LISTED) append(this.#line, 'notes', note);
  }

  /** The first of the stage's questions that got no answer and may not be passed over. */
  get unanswered(): Unanswered | undefined {
    return this.#unanswered?.[0];
  }

  overlook(name: string, why: string): void {
    const declared = Object.hasOwn(this.#stage.asks, name) ? this.#stage.asks[name] : undefined;
    if (declared?.mayOverlook === undefined)
      throw new Error(`stage "${this.#stage.name}" overlooks "${name}", which it does not declare (mayOverlook)`);
    if (this.#unanswered?.some(({ port }) => port === name) !== true) return;
    this.#unanswered = this.#unanswered.filter(({ port }) => port !== name);
    this.note({ kind: 'remark', text: `no answer from ${name}: ${why}` });
  }

  get #portCall(): PortCall {
    this.#call ??= portCallOf(this.#evaluation);
    return this.#call;
  }

  ask(name: string, method: string, ...args: readonly unknown[]): MaybePromise<unknown> {
    return this.#ask(undefined, name, method, args);
  }

  within(ms: number): Omit<TimeSpan, 'ask'> & Pick<StageContext, 'ask'> {
    const patience = new Patience(ms, this.#evaluation.host, undefined, this.#portCall);
    this.#spans ??= [];
    this.#spans.push(patience);
    return {
      get deadline() {
        return patience.deadline;
      },
      get signal() {
        return patience.signal;
      },
      get over() {
        return patience.over !== undefined;
      },
      ask: (name, method, ...args) => this.#ask(patience, name, method, args),
    };
  }

  #ask(patience: Patience | undefined, name: string, method: string, args: readonly unknown[]): MaybePromise<unknown> {
    const declared = Object.hasOwn(this.#stage.asks, name) ? this.#stage.asks[name] : undefined;
    if (declared === undefined)
      throw new Error(`stage "${this.#stage.name}" asks "${name}", which it does not declare`);
    if (this.#closed) throw new Error(`stage "${this.#stage.name}" asks "${name}" after it has ended`);
    const asked: Asked = { port: name, rule: declared.cannotTell, line: this.#list(name, method, args) };
    if (patience?.over !== undefined) return this.#answered(cannotTell(patience.over), asked);
    try {
      const answer = this.#put(declared.port, name, method, args, patience ?? this.#portCall);
      if (!isThenable(answer)) return this.#answered(answer, asked);
      return this.#awaited(patience === undefined ? answer : patience.wait(answer), asked);
    } catch (error) {
      return this.#failed(error, asked);
    }
  }

  /** Ends asking: what is still open counts as not answered, for nobody waited for it. */
  close(): void {
    this.#closed = true;
    if (this.#spans !== undefined) for (const span of this.#spans) span.end();
    const more = Math.max(0, this.#asked - LISTED) + Math.max(0, this.#notes - LISTED);
    if (more > 0)
      append(this.#line, 'notes', { kind: 'remark', text: `${more} more questions and notes are not listed` });
    if (this.#open === undefined) return;
    for (const asked of this.#open) this.#mind(asked, 'the stage ended without waiting for the answer');
    this.#open.clear();
  }

  #put(port: object, name: string, method: string, args: readonly unknown[], how: PortCall): MaybePromise<unknown> {
    const { interpose } = this.#evaluation;
    if (interpose === undefined) return this.#callPort(port, name, method, args, how);
    const question = { stage: this.#stage.name, port: name, method, args };
    return interpose(question, () => this.#callPort(port, name, method, args, how));
  }

  #callPort(
    port: object,
    name: string,
    method: string,
    args: readonly unknown[],
    how: PortCall,
  ): MaybePromise<unknown> {
    const call = (port as Readonly<Record<string, (...args: unknown[]) => MaybePromise<unknown>>>)[method];
    if (call === undefined) throw new Error(`port "${name}" has no method "${method}"`);
    return call.call(port, ...args, how);
  }

  /** The question's line in the trace; none beyond the bound. */
  #list(port: string, method: string, args: readonly unknown[]): Mutable<AskLine> | undefined {
    if (this.#asked++ >= LISTED) return undefined;
    const plain = args.every((arg) => typeof arg === 'string');
    const line = { port, method, args: plain ? args : args.map((arg) => forTrace(arg)), answer: undefined, ms: 0 };
    append(this.#line, 'asked', line);
    return line;
  }

  #awaited(answer: PromiseLike<unknown>, asked: Asked): Promise<unknown> {
    const { host } = this.#evaluation;
    const started = host.monotonic();
    this.#open ??= new Set();
    this.#open.add(asked);
    const settled = (): void => {
      this.#open?.delete(asked);
      if (asked.line !== undefined) asked.line.ms = host.monotonic() - started;
    };
    const waited = Promise.resolve(answer).then(
      (came) => {
        settled();
        return this.#answered(came, asked);
      },
      (error: unknown) => {
        settled();
        return this.#failed(error, asked);
      },
    );
    // Nobody may ever look at it: a stage that crashed, or gave up waiting.
    waited.catch(() => {});
    return waited;
  }

  #answered(answer: unknown, asked: Asked): unknown {
    if (asked.line !== undefined) asked.line.answer = forTrace(answer);
    if (typeof answer !== 'object' || answer === null) this.#mind(asked, 'the port gave no answer');
    else if (isCannotTell(answer)) this.#mind(asked, answer.why);
    return answer;
  }

  #failed(error: unknown, asked: Asked): never {
    this.#mind(asked, `the port failed: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  }

  #mind({ port, rule }: Asked, why: string): void {
    if (rule === 'continue' || this.#unanswered?.some((one) => one.port === port)) return;
    this.#unanswered ??= [];
    this.#unanswered.push({ port, rule, why });
  }
}

/** Questions, and notes, of one stage that a trace lists: an alias of 10,000 members asks 50,000 times. */
const LISTED = 1000;

/** A question under way. */
interface Asked {
  readonly port: string;
  readonly rule: CannotTellRule;
  readonly line: Mutable<AskLine> | undefined;
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

/** How deep a trace follows what ports are asked and answer. */
const DEPTH = 8;

/**
 * A copy that can be written as JSON and that nobody changes later. Messages, bodies and bytes are named by size in a
 * trace, never repeated.
 */
function forTrace(value: unknown, depth: number = DEPTH): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { kind: 'bytes', size: value.length };
  if (value instanceof Date) return value.toISOString();
  const { kind, size } = value as { readonly kind?: unknown; readonly size?: unknown };
  if (kind === 'message' || kind === 'body') return { kind, size };
  if (kind === 'not-found') return plainAnswer(value as { readonly why?: string });
  if (depth === 0) return '...';
  if (Array.isArray(value)) return value.map((one) => forTrace(one, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, forTrace(one, depth - 1)]));
}

const notFound: { readonly kind: 'not-found' } = Object.freeze({ kind: 'not-found' });

/** The most common answer of all costs nothing. */
function plainAnswer({ why }: { readonly why?: string }): object {
  return why === undefined ? notFound : { ...notFound, why };
}

/** An edit as the trace has it: a new body by its size. */
export function forTraceEdit({ edit, applied }: TracedEdit): TracedEdit {
  if (edit.kind !== 'replace-body') return { edit, applied };
  const { body } = edit;
  return {
    applied,
    edit: { kind: edit.kind, body: { kind: 'body', size: body.size, bytes: undefined, open: () => body.open() } },
  };
}
