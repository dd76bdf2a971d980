/**
 * Worker threads for one adapter: as many as were allowed, each with one question at a time, and questions that wait for one. What a
 * thread is and how it is asked is the adapter's. A thread that was ended is not used again; the next question starts another.
 */

/** A question that came to nothing. */
export interface Failed {
  readonly kind: 'failed';
  readonly why: string;
}

export interface PoolThread {
  /** Its question, if any, has failed; tells the pool through what `start` was given. */
  end(why: string): void;
}

export interface ThreadPoolOptions<T extends PoolThread> {
  readonly workers: number;
  /** Questions that may wait; more have failed at once. */
  readonly waiting: number;
  /** For `why`: `messages`. */
  readonly what: string;
  /** Milliseconds that a question may wait for a thread, and that its work may take. Default: the thread knows itself. */
  readonly waitTimeout?: number;
  readonly timeout?: number;
  /** `over` is called once when the thread ends, before the result of its question; `ended`: nothing of it is left. */
  readonly start: (over: (ended: Promise<unknown>) => void) => T;
}

/** A question that has no thread yet. */
interface Waiting<T> {
  readonly begin: (thread: T) => void;
  readonly fail: (why: string) => void;
}

const CLOSED = 'the adapter is closed';
const LATE = 'nobody waits for the answer any more';

export class ThreadPool<T extends PoolThread> {
  readonly #options: ThreadPoolOptions<T>;
  readonly #all = new Set<T>();
  readonly #idle: T[] = [];
  readonly #waiting: Waiting<T>[] = [];
  readonly #ending = new Set<Promise<unknown>>();
  #closed = false;

  constructor(options: ThreadPoolOptions<T>) {
    this.#options = options;
  }

  /** Asks a thread as soon as there is one. Never rejects, where `ask` does not; an abort ends the wait, or the thread. */
  run<R>(ask: (thread: T) => Promise<R>, signal: AbortSignal | undefined): Promise<R | Failed> {
    const refusal = this.#refusal(signal);
    if (refusal !== undefined) return Promise.resolve({ kind: 'failed', why: refusal });
    return new Promise((resolve) => {
      let thread: T | undefined;
      const stop = (why: string): void => {
        if (thread !== undefined) thread.end(why);
        else this.#forget(waiting, why);
      };
      const abort = (): void => stop(LATE);
      const { timeout, waitTimeout } = this.#options;
      let timer = timerFor(waitTimeout, () => stop(`no thread within ${waitTimeout} ms`));
      const done = (result: R | Failed): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        resolve(result);
      };
      const waiting: Waiting<T> = {
        fail: (why) => done({ kind: 'failed', why }),
        begin: (given) => {
          thread = given;
          // What others took of the time does not count.
          clearTimeout(timer);
          timer = timerFor(timeout, () => stop(`no answer within ${timeout} ms`));
          void ask(given).then((result) => {
            done(result);
            this.#free(given);
          });
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  /** Ends every question, later ones too; resolves when all threads are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(CLOSED);
    for (const thread of this.#all) thread.end(CLOSED);
    await Promise.allSettled(this.#ending);
  }

  #refusal(signal: AbortSignal | undefined): string | undefined {
    if (this.#closed) return CLOSED;
    if (signal?.aborted === true) return LATE;
    const { workers, waiting, what } = this.#options;
    const full = this.#idle.length === 0 && this.#all.size >= workers;
    return full && this.#waiting.length >= waiting ? `too many ${what} wait` : undefined;
  }

  #forget(waiting: Waiting<T>, why: string): void {
    const at = this.#waiting.indexOf(waiting);
    if (at !== -1) this.#waiting.splice(at, 1);
    waiting.fail(why);
  }

  /** Gives a thread to who waits, as far as there are any. */
  #next(): void {
    while (this.#waiting.length > 0) {
      let thread: T | undefined;
      try {
        thread = this.#idle.pop() ?? this.#start();
      } catch (error) {
        this.#waiting.shift()?.fail(`no thread can be started: ${error instanceof Error ? error.message : error}`);
        continue;
      }
      if (thread === undefined) return;
      this.#waiting.shift()?.begin(thread);
    }
  }

  #start(): T | undefined {
    if (this.#closed || this.#all.size >= this.#options.workers) return undefined;
    const thread: T = this.#options.start((ended) => {
      const gone = ended.finally(() => this.#ending.delete(gone));
      this.#ending.add(gone);
      this.#all.delete(thread);
      const at = this.#idle.indexOf(thread);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    this.#all.add(thread);
    return thread;
  }

  #free(thread: T): void {
    if (this.#all.has(thread)) this.#idle.push(thread);
    this.#next();
  }
}

function timerFor(ms: number | undefined, run: () => void): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(run, ms);
}
