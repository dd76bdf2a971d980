/**
 * The port of trusted patterns over worker threads: a pattern that runs away holds up one thread, never the event loop. At
 * the deadline the thread is ended and its question is "could not tell"; the next question gets a new thread.
 */
import type { PortCall } from '../../core/stage.js';
import type { BacktrackingMatches, BacktrackingQuestion, BacktrackingRegex } from '../../ports/backtracking-regex.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { type RegexWorkerOptions, type RegexWorkerSettings, regexWorkerSettings } from './settings.js';
import { Thread, type ThreadResult } from './thread.js';

export interface RegexWorker extends BacktrackingRegex, AsyncDisposable {
  search(question: BacktrackingQuestion, call?: PortCall): Promise<Answer<BacktrackingMatches>>;
  /** Ends every question as "could not tell", later ones too; resolves when all threads are gone. */
  close(): Promise<void>;
}

/**
 * For the option `trusted` of `pcre:` and `regexp:` tables, of one or of many. Nothing is started before the first question.
 * Throws ConfigurationError (code `options`) for wrong options.
 */
export function regexWorker(options: RegexWorkerOptions = {}): RegexWorker {
  return new Threads(regexWorkerSettings(options));
}

/** A question that has no thread yet. */
interface Waiting {
  readonly begin: (thread: Thread) => void;
  readonly fail: (why: string) => void;
}

const CLOSED = 'the engine is closed';
const LATE = 'nobody waits for the answer any more';

class Threads implements RegexWorker {
  readonly #settings: RegexWorkerSettings;
  readonly #all = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #ending = new Set<Promise<unknown>>();
  #closed = false;

  constructor(settings: RegexWorkerSettings) {
    this.#settings = settings;
  }

  async search(question: BacktrackingQuestion, call?: PortCall): Promise<Answer<BacktrackingMatches>> {
    const signal = call?.signal;
    const result = this.#refusal(signal) ?? (await this.#put(question, signal));
    if (result.kind === 'failed') return cannotTell(`trusted patterns (${rulesOf(question)}): ${result.why}`);
    const { matches, size } = result;
    return found({ kind: 'body', size, matches });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(CLOSED);
    for (const thread of this.#all) thread.end(CLOSED);
    await Promise.allSettled(this.#ending);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #refusal(signal: AbortSignal | undefined): ThreadResult | undefined {
    if (this.#closed) return failed(CLOSED);
    if (signal?.aborted === true) return failed(LATE);
    const full = this.#idle.length === 0 && this.#all.size >= this.#settings.workers;
    return full && this.#waiting.length >= this.#settings.waiting ? failed('too many questions wait') : undefined;
  }

  /** Runs it, or waits for a thread; an abort ends both. */
  #put({ patterns, texts }: BacktrackingQuestion, signal: AbortSignal | undefined): Promise<ThreadResult> {
    return new Promise((resolve) => {
      let thread: Thread | undefined;
      const abort = (): void => {
        if (thread !== undefined) thread.end(LATE);
        else this.#forget(waiting);
      };
      const done = (result: ThreadResult): void => {
        signal?.removeEventListener('abort', abort);
        resolve(result);
      };
      const waiting: Waiting = {
        fail: (why) => done(failed(why)),
        begin: (given) => {
          thread = given;
          const asked = given.ask({ patterns, items: texts.items });
          void asked.then((result) => {
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

  #forget(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at !== -1) this.#waiting.splice(at, 1);
    waiting.fail(LATE);
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
    if (this.#closed || this.#all.size >= this.#settings.workers) return undefined;
    const thread: Thread = new Thread(this.#settings, (ended) => {
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
    // One that was ended is no longer there, and the next question starts another.
    if (this.#all.has(thread)) this.#idle.push(thread);
    this.#next();
  }
}

function failed(why: string): ThreadResult {
  return { kind: 'failed', why };
}

/** The places of at most three patterns. */
function rulesOf({ patterns }: BacktrackingQuestion): string {
  const rules = [...new Set(patterns.map(({ rule }) => rule))];
  return rules.slice(0, 3).join(', ') + (rules.length > 3 ? `, and ${rules.length - 3} more` : '');
}
