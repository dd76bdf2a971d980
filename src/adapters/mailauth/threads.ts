/** The worker threads: as many as were allowed, messages that wait for one, and for each message two deadlines: for its wait, and for its work. */
import type { MailauthSettings } from './settings.js';
import { Thread, type ThreadResult, type Work } from './thread.js';

interface Waiting {
  readonly begin: (thread: Thread) => void;
  readonly fail: (why: string) => void;
}

const CLOSED = 'the adapter is closed';
const LATE = 'nobody waits for the answer any more';

export class Threads {
  readonly #settings: MailauthSettings;
  readonly #all = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #ending = new Set<Promise<unknown>>();
  #closed = false;

  constructor(settings: MailauthSettings) {
    this.#settings = settings;
  }

  run(work: Work, signal: AbortSignal | undefined): Promise<ThreadResult> {
    const refusal = this.#refusal(signal);
    if (refusal !== undefined) return Promise.resolve({ kind: 'failed', why: refusal });
    return new Promise((resolve) => {
      let thread: Thread | undefined;
      const stop = (why: string): void => {
        if (thread !== undefined) thread.end(why);
        else this.#forget(waiting, why);
      };
      const abort = (): void => stop(LATE);
      const { timeout, waitTimeout } = this.#settings;
      let timer = setTimeout(() => stop(`no thread within ${waitTimeout} ms`), waitTimeout);
      const done = (result: ThreadResult): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        resolve(result);
      };
      const waiting: Waiting = {
        fail: (why) => done({ kind: 'failed', why }),
        begin: (given) => {
          thread = given;
          // What others took of the time does not count.
          clearTimeout(timer);
          timer = setTimeout(() => stop(`no answer within ${timeout} ms`), timeout);
          void given.ask(work).then((result) => {
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

  async close(): Promise<void> {
    this.#closed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(CLOSED);
    for (const thread of this.#all) thread.end(CLOSED);
    await Promise.allSettled(this.#ending);
  }

  #refusal(signal: AbortSignal | undefined): string | undefined {
    if (this.#closed) return CLOSED;
    if (signal?.aborted === true) return LATE;
    const full = this.#idle.length === 0 && this.#all.size >= this.#settings.workers;
    return full && this.#waiting.length >= this.#settings.waiting ? 'too many messages wait' : undefined;
  }

  #forget(waiting: Waiting, why: string): void {
    const at = this.#waiting.indexOf(waiting);
    if (at !== -1) this.#waiting.splice(at, 1);
    waiting.fail(why);
  }

  /** Gives a thread to who waits, as far as there are any. */
  #next(): void {
    while (this.#waiting.length > 0) {
      let thread: Thread | undefined;
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

  #start(): Thread | undefined {
    const { workers, manifest, memory } = this.#settings;
    if (this.#closed || this.#all.size >= workers) return undefined;
    const thread: Thread = new Thread(manifest, memory, (ended) => {
      const gone = ended.finally(() => this.#ending.delete(gone));
      this.#ending.add(gone);
      this.#all.delete(thread);
      const at = this.#idle.indexOf(thread);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    this.#all.add(thread);
    return thread;
  }

  #free(thread: Thread): void {
    // One that was ended is no longer there, and the next message starts another.
    if (this.#all.has(thread)) this.#idle.push(thread);
    this.#next();
  }
}
