/**
 * One worker thread and the message that it works on. It is over when the thread ends, however that comes: by the deadline,
 * for want of memory, by an error in what it runs, by `end`.
 */
import { Worker } from 'node:worker_threads';
import { type FromThread, type MailauthReport, type ToThread, workerCode } from './worker-code.js';

export type ThreadResult = MailauthReport | { readonly kind: 'failed'; readonly why: string };

export interface Work {
  readonly begin: () => Extract<ToThread, { kind: 'begin' }>;
  /** The body, in chunks that are given away. */
  readonly octets: AsyncIterator<Uint8Array>;
}

interface Working extends Work {
  readonly done: (result: ThreadResult) => void;
}

export class Thread {
  readonly #worker: Worker;
  readonly #over: (ended: Promise<unknown>) => void;
  #working: Working | undefined = undefined;
  #ended: Promise<unknown> | undefined = undefined;

  /** `over` is called once, before the result of a message that ends with the thread; `ended`: nothing of it is left. */
  constructor(manifest: string, memory: number, over: (ended: Promise<unknown>) => void) {
    this.#over = over;
    this.#worker = new Worker(workerCode, {
      eval: true,
      env: {},
      execArgv: [],
      workerData: { manifest },
      resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: 32 },
    });
    this.#worker.on('message', (message: FromThread) => this.#take(message));
    this.#worker.on('error', (error: Error) => this.end(`the thread failed: ${error.message}`));
    this.#worker.on('exit', () => this.end('the thread ended'));
    // A thread at rest keeps no process alive.
    this.#worker.unref();
  }

  /** One message at a time. */
  ask(work: Work): Promise<ThreadResult> {
    return new Promise((done) => {
      this.#worker.ref();
      this.#working = { ...work, done };
      try {
        const begin = work.begin();
        this.#worker.postMessage(begin, [begin.header.buffer as ArrayBuffer]);
      } catch (error) {
        this.end(`the thread cannot be asked: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }

  /** Its message, if any, has failed. */
  end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = this.#worker.terminate();
    this.#over(this.#ended);
    this.#finish({ kind: 'failed', why });
  }

  #take(message: FromThread): void {
    if (message.kind === 'more') void this.#feed(this.#working);
    else this.#finish(message);
  }

  async #feed(working: Working | undefined): Promise<void> {
    if (working === undefined) return;
    let next: ToThread;
    try {
      const { done, value } = await working.octets.next();
      next = done === true ? { kind: 'end' } : { kind: 'chunk', octets: value };
    } catch (error) {
      if (working === this.#working) this.end(`the body: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (working !== this.#working) return;
    this.#worker.postMessage(next, next.kind === 'chunk' ? [next.octets.buffer as ArrayBuffer] : []);
  }

  #finish(result: ThreadResult): void {
    const working = this.#working;
    if (working === undefined) return;
    this.#working = undefined;
    if (this.#ended === undefined) this.#worker.unref();
    // A body behind a file is let go where it was not read to its end.
    void working.octets.return?.()?.catch(() => {});
    working.done(result);
  }
}
