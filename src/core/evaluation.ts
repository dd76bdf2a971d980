/**
 * One evaluation: a list of stages run once, with one instant, one deadline, one timer and one abort signal. The
 * timer starts at the first promise and the controller is made on first use: a policy of synchronous stages
 * pays for neither.
 */
import type { MaybePromise } from './stage.js';

/** What the runner needs of its surroundings. Tests put a virtual clock here. */
export interface Host {
  /** Milliseconds of a clock that never goes back. */
  monotonic(): number;
  /** Calls `fire` after `ms`, at most 2^31 - 1; returns how to cancel it. */
  startTimer(ms: number, fire: () => void): () => void;
}

export const platformHost: Host = {
  monotonic: () => performance.now(),
  startTimer: (ms, fire) => {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};

/** A question on its way to a port. */
export interface Question {
  readonly stage: string;
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Stands between stages and ports: records, replays, counts. `ask` puts the question to the real port. */
export type Interpose = (question: Question, ask: () => MaybePromise<unknown>) => MaybePromise<unknown>;

export interface EvaluationOptions {
  /** The instant that stages see as `ctx.now`. Default: the platform's clock, read once for each
   * evaluation, when the first stage asks for it. */
  readonly now?: Date;
  /** Milliseconds for each list of each phase; at most 2^31 - 1. Default 30,000. */
  readonly timeLimit?: number;
  /** Ends the evaluation early: everything is deferred with reason `shutdown`. */
  readonly signal?: AbortSignal;
  /** True for rules that did not match in the trace. Default false. */
  readonly detail?: boolean;
  readonly host?: Host;
  readonly interpose?: Interpose;
}

export const defaultTimeLimit = 30_000;

/** The instant that the options name; otherwise the platform's clock is read. */
export function instant(options: EvaluationOptions): Date {
  return options.now ?? new Date();
}

/** What `race` yields in place of a result that did not come in time. */
export const outOfTime: unique symbol = Symbol('out of time');

/** A timer cannot wait longer. */
const LONGEST = 2_147_483_647;

function checkedLimit(ms: number): number {
  if (ms > 0) return Math.min(ms, LONGEST);
  throw new RangeError(`timeLimit is a number of milliseconds above 0, not ${ms}`);
}

/** What the runner, and the context of a stage, know of the evaluation that they are part of. */
export interface Running {
  readonly host: Host;
  readonly now: Date;
  readonly detail: boolean;
  readonly deadline: number;
  readonly timeLimit: number;
  readonly interpose: Interpose | undefined;
  readonly signal: AbortSignal;
  /** The last reading of the host's monotonic clock: when the stage before ended. */
  readonly at: number;
  /** Reads the clock. */
  read(): number;
  /** Why nothing more may run, by the last reading, if so. */
  expired(): 'timeout' | 'shutdown' | undefined;
  /** The result of `promise`, or `outOfTime` when that comes first. `onLate` hears of a result that is then dropped. */
  race<T>(promise: PromiseLike<T>, onLate: () => void): Promise<T | typeof outOfTime>;
  /** The same evaluation for one member of `parallel`, whose signal can fire by itself. */
  member(): Member;
}

export interface Member extends Running {
  /** Fires the member's signal: its result is not wanted any more. */
  cancel(): void;
}

export class Evaluation implements Running {
  readonly host: Host;
  readonly detail: boolean;
  readonly deadline: number;
  readonly timeLimit: number;
  readonly interpose: Interpose | undefined;
  at: number;
  #controller: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #expired: 'timeout' | 'shutdown' | undefined;
  #over = false;
  #now: Date | undefined;
  readonly #outer: AbortSignal | undefined;
  #waiting: Set<() => void> | undefined;

  constructor(options: EvaluationOptions) {
    this.host = options.host ?? platformHost;
    this.#now = options.now;
    this.detail = options.detail ?? false;
    this.timeLimit = checkedLimit(options.timeLimit ?? defaultTimeLimit);
    this.at = this.host.monotonic();
    this.deadline = this.at + this.timeLimit;
    this.interpose = options.interpose;
    this.#outer = options.signal;
  }

  read(): number {
    this.at = this.host.monotonic();
    return this.at;
  }

  expired(): 'timeout' | 'shutdown' | undefined {
    if (this.#expired === undefined && this.#outer?.aborted === true) this.#expire('shutdown');
    if (this.#expired === undefined && this.at > this.deadline) this.#expire('timeout');
    return this.#expired;
  }

  get now(): Date {
    this.#now ??= new Date();
    return this.#now;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#expired !== undefined || this.#over) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  race<T>(promise: PromiseLike<T>, onLate: () => void): Promise<T | typeof outOfTime> {
    this.#watch();
    this.#waiting ??= new Set();
    const waiting = this.#waiting;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        resolve(outOfTime);
      };
      if (this.#expired !== undefined) giveUp();
      else waiting.add(giveUp);
      const settle = <V>(then: (value: V) => void): ((value: V) => void) => {
        return (value) => {
          if (!waiting.delete(giveUp)) onLate();
          then(value);
        };
      };
      promise.then(settle(resolve), settle(reject));
    });
  }

  member(): Member {
    return memberOf(this);
  }

  /** Ends the evaluation: the timer stops and the signal, if anybody has it, fires. */
  end(): void {
    this.#over = true;
    if (this.#cancelTimer !== undefined) {
      this.#cancelTimer();
      this.#outer?.removeEventListener('abort', this.#onOuterAbort);
    }
    this.#controller?.abort();
  }

  #watch(): void {
    if (this.#cancelTimer !== undefined || this.#over) return;
    const left = Math.max(0, this.deadline - this.host.monotonic());
    this.#cancelTimer = this.host.startTimer(left, () => this.#expire('timeout'));
    this.#outer?.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  readonly #onOuterAbort = (): void => this.#expire('shutdown');

  #expire(why: 'timeout' | 'shutdown'): void {
    this.#expired ??= why;
    this.#controller?.abort();
    const waiting = [...(this.#waiting ?? [])];
    this.#waiting?.clear();
    for (const giveUp of waiting) giveUp();
  }
}

function memberOf(whole: Running): Member {
  const { host, detail, deadline, timeLimit, interpose } = whole;
  let controller: AbortController | undefined;
  let cancelled = false;
  const member: Member = {
    host,
    detail,
    deadline,
    timeLimit,
    interpose,
    get now() {
      return whole.now;
    },
    get signal() {
      if (controller === undefined) {
        const own = new AbortController();
        controller = own;
        if (cancelled || whole.signal.aborted) own.abort();
        else whole.signal.addEventListener('abort', () => own.abort(), { once: true });
      }
      return controller.signal;
    },
    get at() {
      return whole.at;
    },
    read: () => whole.read(),
    expired: () => whole.expired(),
    race: (promise, onLate) => whole.race(promise, onLate),
    member: () => memberOf(member),
    cancel() {
      cancelled = true;
      controller?.abort();
    },
  };
  return member;
}
