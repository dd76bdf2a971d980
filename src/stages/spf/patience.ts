/**
 * How long an evaluation waits (RFC 7208 section 4.6.4: at least 20 seconds for check_host()). The clock starts with the first
 * answer that is waited for; what comes at once costs neither timer nor signal. When time is over, the question under way and
 * all later ones count as unanswered, which is `temperror`.
 */
import type { Host } from '../../core/evaluation.js';
import type { PortCall } from '../../core/stage.js';
import { type CannotTell, cannotTell } from '../../values/answer.js';

export class Patience implements PortCall {
  /** Why nothing more is waited for. */
  over: string | undefined = undefined;
  readonly #host: Host;
  readonly #limit: number;
  readonly #outer: AbortSignal | undefined;
  #deadline: number | undefined;
  #controller: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #giveUp: (() => void) | undefined;

  /** `limit` in milliseconds. `outer` ends it early. */
  constructor(limit: number, host: Host, outer?: AbortSignal) {
    this.#limit = limit;
    this.#host = host;
    this.#outer = outer;
    if (outer?.aborted === true) this.over = ABORTED;
  }

  get deadline(): number {
    this.#deadline ??= this.#host.monotonic() + this.#limit;
    return this.#deadline;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.over !== undefined) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** What comes of `pending`, or "could not tell" when it fails or comes too late. */
  wait<T>(pending: PromiseLike<T>): Promise<T | CannotTell> {
    this.#start();
    return new Promise((resolve) => {
      this.#giveUp = () => resolve(cannotTell(this.over ?? ABORTED));
      if (this.over !== undefined) this.#giveUp();
      pending.then(
        (value) => resolve(this.#isLate() ? cannotTell(this.over ?? '') : value),
        (error: unknown) => resolve(brokenPort(error)),
      );
    });
  }

  /** Stops the timer. */
  end(): void {
    this.#cancelTimer?.();
    this.#outer?.removeEventListener('abort', this.#onAbort);
    this.#controller?.abort();
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
    return `not done within ${this.#limit / 1000} s`;
  }

  readonly #onAbort = (): void => this.#expire(ABORTED);

  #expire(why: string): void {
    this.over ??= why;
    this.#controller?.abort();
    this.#giveUp?.();
  }
}

const ABORTED = 'the evaluation was ended from outside';

/** What a port that throws or rejects comes to. */
export function brokenPort(error: unknown): CannotTell {
  return cannotTell(`the resolver failed: ${error instanceof Error ? error.message : String(error)}`);
}
