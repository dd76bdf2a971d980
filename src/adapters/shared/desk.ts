/**
 * Where questions to one outside service wait and are put: so many at once, so many in line, each within its own time, and all of
 * them ended by `close`. A question in line holds nothing but itself. A place is free again when the work is over, not when its
 * time is: what cannot be stopped at once still counts.
 */
import { setMaxListeners } from 'node:events';
import type { PortCall } from '../../core/stage.js';
import { type Answer, cannotTell } from '../../values/answer.js';

export interface DeskLimits {
  /** For `why`: `clamd 127.0.0.1:3310`. */
  readonly name: string;
  /** Milliseconds for one question, its wait in line included. */
  readonly timeout: number;
  readonly atOnce: number;
  /** More are "could not tell" at once. */
  readonly waiting: number;
}

/** Ends what it holds when the signal fires, whose reason is the why in words; never rejects but for bugs. */
export type Work<T> = (signal: AbortSignal) => Promise<Answer<T>>;

export class Desk {
  readonly #limits: DeskLimits;
  /** First come, first served. */
  readonly #line = new Set<() => void>();
  readonly #times = new Set<Time>();
  readonly #working = new Set<Promise<unknown>>();
  #busy = 0;
  #closed = false;

  constructor(limits: DeskLimits) {
    this.#limits = limits;
  }

  /** Ends when the work does, or the time: `timeout`, the call's deadline or signal, `close`. */
  async run<T>(call: PortCall | undefined, work: Work<T>): Promise<Answer<T>> {
    if (this.#closed) return this.#cannotTell(CLOSED);
    if (this.#busy >= this.#limits.atOnce && this.#line.size >= this.#limits.waiting) {
      return this.#cannotTell('too many questions are waiting');
    }
    const time = new Time(this.#limits.timeout, call);
    this.#times.add(time);
    try {
      const taken = await this.#takePlace(time);
      if (time.why === undefined) {
        const done = this.#work(work, time.signal);
        return await Promise.race([done, time.over.then((why) => this.#cannotTell(why))]);
      }
      if (taken) this.#next();
      return this.#cannotTell(time.why);
    } finally {
      this.#times.delete(time);
      time.forget();
    }
  }

  /** Ends every question, later ones too; resolves when nothing is left of any. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const time of this.#times) time.end(CLOSED);
    while (this.#working.size > 0) await Promise.allSettled(this.#working);
  }

  /** False when the time was over before one was free. */
  async #takePlace(time: Time): Promise<boolean> {
    if (time.why !== undefined) return false;
    if (this.#busy < this.#limits.atOnce) {
      this.#busy++;
      return true;
    }
    return new Promise((resolve) => {
      const start = (): void => resolve(true);
      this.#line.add(start);
      void time.over.then(() => {
        if (this.#line.delete(start)) resolve(false);
      });
    });
  }

  #work<T>(work: Work<T>, signal: AbortSignal): Promise<Answer<T>> {
    const done = work(signal).finally(() => {
      this.#working.delete(done);
      this.#next();
    });
    this.#working.add(done);
    // When the time is over first, nobody looks at it any more.
    done.catch(() => {});
    return done;
  }

  /** A place is free: the first in line has it. */
  #next(): void {
    const [first] = this.#line;
    if (first === undefined) {
      this.#busy--;
      return;
    }
    this.#line.delete(first);
    first();
  }

  #cannotTell(why: string): Answer<never> {
    return cannotTell(`${this.#limits.name}: ${why}`);
  }
}

const CLOSED = 'it is closed';

/** The time of one question: a signal, a timer and a listener, until `forget`. */
class Time {
  /** Set when it is over. */
  why: string | undefined = undefined;
  readonly over: Promise<string>;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  #resolve: (why: string) => void = () => {};

  constructor(timeout: number, call: PortCall | undefined) {
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const limit = Math.max(0, Math.min(timeout, call === undefined ? timeout : call.deadline - performance.now()));
    this.#timer = setTimeout(() => this.end(`no answer within ${Math.round(limit)} ms`), limit);
    this.#outer = call?.signal;
    if (this.#outer?.aborted === true) this.#ended();
    // One evaluation may ask much at once: no reason for Node to warn of a leak.
    if (this.#outer instanceof EventTarget) setMaxListeners(0, this.#outer);
    this.#outer?.addEventListener('abort', this.#ended, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(why: string): void {
    if (this.why !== undefined) return;
    this.why = why;
    this.#resolve(why);
    this.#controller.abort(why);
  }

  /** Leaves no timer and no listener. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#ended);
  }

  readonly #ended = (): void => this.end('the evaluation is over');
}
