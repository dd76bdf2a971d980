/**
 * A part of an evaluation's time: how long answers are waited for, with a deadline and a signal of its own. The clock starts with
 * the first answer that is waited for, or the first look at the deadline; what comes at once costs neither timer nor signal. When
 * the time is over, what is under way counts as "could not tell", and `over` says why.
 */
import { type CannotTell, cannotTell } from '../values/answer.js';
import type { Host } from './evaluation.js';
import type { PortCall } from './stage.js';

export class Patience implements PortCall {
  /** Why nothing more is waited for. */
  over: string | undefined = undefined;
  readonly #host: Host;
  readonly #limit: number;
  readonly #outer: AbortSignal | undefined;
  readonly #whole: PortCall | undefined;
  #deadline: number | undefined;
  #controller: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #waiting: Set<() => void> | undefined;

  /**
   * `limit` in milliseconds. `outer` ends it early. `whole`: the time that this is part of. Where its signal fires, its owner waits
   * no more for anything, so that ours fires and nothing is answered.
   */
  constructor(limit: number, host: Host, outer?: AbortSignal, whole?: PortCall) {
    this.#limit = limit;
    this.#host = host;
    this.#outer = outer;
    this.#whole = whole;
    if (outer?.aborted === true) this.over = ABORTED;
  }

  get deadline(): number {
    this.#deadline ??= Math.min(
      this.#host.monotonic() + this.#limit,
      this.#whole?.deadline ?? Number.POSITIVE_INFINITY,
    );
    return this.#deadline;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.over !== undefined || this.#whole?.signal.aborted === true) this.#controller.abort();
      else this.#whole?.signal.addEventListener('abort', this.#onWholeOver, { once: true });
    }
    return this.#controller.signal;
  }

  /** What comes of `pending`, or "could not tell" when it comes too late. Rejects as `pending` does. */
  wait<T>(pending: PromiseLike<T>): Promise<T | CannotTell> {
    this.#start();
    this.#waiting ??= new Set();
    const waiting = this.#waiting;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => resolve(cannotTell(this.over ?? ABORTED));
      if (this.over !== undefined) giveUp();
      else waiting.add(giveUp);
      pending.then(
        (value) => {
          waiting.delete(giveUp);
          resolve(this.#isLate() ? cannotTell(this.over ?? ABORTED) : value);
        },
        (error: unknown) => {
          waiting.delete(giveUp);
          reject(error);
        },
      );
    });
  }

  /** Stops the timer, and fires the signal if anybody has it. */
  end(): void {
    this.#cancelTimer?.();
    this.#outer?.removeEventListener('abort', this.#onAbort);
    if (this.#controller === undefined) return;
    this.#whole?.signal.removeEventListener('abort', this.#onWholeOver);
    this.#controller.abort();
  }

  #start(): void {
    if (this.#cancelTimer !== undefined) return;
    const left = Math.max(0, this.deadline - this.#host.monotonic());
    this.#cancelTimer = this.#host.startTimer(left, () => this.#expire(this.#tooLate()));
    this.#outer?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Answers may come so fast one after the other that no timer fires. */
  #isLate(): boolean {
    if (this.over === undefined && this.#host.monotonic() > this.deadline) this.#expire(this.#tooLate());
    return this.over !== undefined;
  }

  #tooLate(): string {
    const cut = this.deadline === this.#whole?.deadline;
    return cut ? "not done in the list's time" : `not done within ${this.#limit / 1000} s`;
  }

  readonly #onAbort = (): void => this.#expire(ABORTED);
  readonly #onWholeOver = (): void => this.#controller?.abort();

  #expire(why: string): void {
    this.over ??= why;
    this.#controller?.abort();
    const waiting = [...(this.#waiting ?? [])];
    this.#waiting?.clear();
    for (const giveUp of waiting) giveUp();
  }
}

const ABORTED = 'the evaluation was ended from outside';
