/**
 * One worker thread and the question that it works on. It is over when the thread ends, however that comes: by the
 * deadline, for want of memory, by `end`.
 */
import { Worker } from 'node:worker_threads';
import { type WorkerQuestion, type WorkerReply, workerCode } from './worker-code.js';

/** What came of a question. */
export type ThreadResult = Exclude<WorkerReply, { kind: 'ready' }>;

interface Working {
  readonly done: (result: ThreadResult) => void;
  timer: NodeJS.Timeout;
}

/** For a thread to begin, on a machine that is busy. */
const START_MS = 30_000;

export class Thread {
  readonly #worker: Worker;
  readonly #timeout: number;
  readonly #over: (ended: Promise<unknown>) => void;
  #ready = false;
  #working: Working | undefined = undefined;
  #ended: Promise<unknown> | undefined = undefined;

  /** `over` is called once, before the result of a question that ends with the thread; `ended`: nothing of it is left. */
  constructor(
    { timeout, memory }: { readonly timeout: number; readonly memory: number },
    over: (ended: Promise<unknown>) => void,
  ) {
    this.#timeout = timeout;
    this.#over = over;
    this.#worker = new Worker(workerCode, {
      eval: true,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: Math.min(16, memory) },
    });
    this.#worker.on('message', (reply: WorkerReply) => this.#take(reply));
    this.#worker.on('error', (error: Error) => this.end(`the thread failed: ${error.message}`));
    this.#worker.on('exit', () => this.end('the thread ended'));
    // A thread at rest keeps no process alive.
    this.#worker.unref();
  }

  /** One question at a time. */
  ask(question: WorkerQuestion): Promise<ThreadResult> {
    return new Promise((done) => {
      this.#worker.ref();
      this.#working = { done, timer: this.#timer(this.#ready ? this.#timeout : START_MS) };
      this.#worker.postMessage(question);
    });
  }

  /** Its question, if any, has failed. */
  end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = this.#worker.terminate();
    this.#over(this.#ended);
    this.#finish({ kind: 'failed', why });
  }

  #take(reply: WorkerReply): void {
    if (reply.kind !== 'ready') {
      this.#finish(reply);
      return;
    }
    this.#ready = true;
    if (this.#working === undefined) return;
    clearTimeout(this.#working.timer);
    this.#working.timer = this.#timer(this.#timeout);
  }

  #timer(ms: number): NodeJS.Timeout {
    // Where our own thread was held up, the answer may be here already: it is read first.
    const late = (working: Working | undefined): void => {
      if (working !== undefined && working === this.#working) this.end(`no answer within ${ms} ms`);
    };
    return setTimeout(() => setImmediate(late, this.#working), ms);
  }

  #finish(result: ThreadResult): void {
    const working = this.#working;
    if (working === undefined) return;
    this.#working = undefined;
    clearTimeout(working.timer);
    if (this.#ended === undefined) this.#worker.unref();
    working.done(result);
  }
}
