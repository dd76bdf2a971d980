/**
 * One connection to an LDAP server: questions with numbers of their own and their answers, any number at once. It is
 * never opened again: what has been lost is lost for all that was asked, so that nothing is ever asked without the
 * rights that were bound. What is no LDAP, and answers that nobody asked for, end it.
 */
import type { Socket } from 'node:net';
import { MessageReader } from './ber.js';
import type { Request, Requests } from './requests.js';
import { type LdapResult, type RawEntry, type Response, readResponse } from './responses.js';

export type Reply =
  | { readonly kind: 'result'; readonly result: LdapResult }
  /** By the signal, or by who takes the entries. */
  | { readonly kind: 'stopped'; readonly why: string }
  /** The connection. `silent`: no octet had come since the question was put. */
  | { readonly kind: 'lost'; readonly why: string; readonly silent: boolean };

/** Why a connection takes no more questions: we have done with it, it is gone, or nothing is heard over it. */
export type Cause = 'ours' | 'lost' | 'silent';

export interface Question {
  readonly operation: LdapResult['operation'];
  readonly request: Request;
  readonly signal: AbortSignal;
  /** Of who asks. What he breaks off says nothing of the server. */
  readonly outer?: Pick<AbortSignal, 'aborted'> | undefined;
  /** Is given each entry and its octets; a text ends the question. */
  readonly take?: (entry: RawEntry, size: number) => string | undefined;
  /** Is given each continuation reference. */
  readonly refer?: (urls: readonly string[]) => void;
  /** Is told of the octets of what is not an entry. As `take`. */
  readonly count?: (size: number) => string | undefined;
}

interface Pending {
  readonly question: Question;
  readonly heard: number;
  readonly since: number;
  readonly settle: (reply: Reply) => void;
}

/** RFC 4511 section 4.4.1. */
const NOTICE_OF_DISCONNECTION = '1.3.6.1.4.1.1466.20036';
/** RFC 4511 section 4.1.1.1 has them up to 2,147,483,647. */
const LAST_NUMBER = 2_000_000_000;
/** So long without an octet, and a question whose time is over is a sign that the server does not answer at all. */
const SILENCE_MS = 500;

export class LdapConnection {
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<void>;
  readonly #socket: Socket;
  readonly #requests: Requests;
  readonly #reader: MessageReader;
  readonly #limit: number;
  readonly #lastNumber: number;
  readonly #pending = new Map<number, Pending>();
  readonly #onUnusable: (cause: Cause) => void;
  #last = 0;
  /** Pieces that have come. */
  #heard = 0;
  /** Octets for questions that were given up, since the last answer. */
  #forNobody = 0;
  #retired = false;
  #lost: string | undefined = undefined;
  #idleTimer: NodeJS.Timeout | undefined = undefined;

  /** `socket` is connected. `limit`: octets of one message. `onUnusable` is called once. `lastNumber`: of a question. */
  constructor(
    socket: Socket,
    requests: Requests,
    limit: number,
    onUnusable: (cause: Cause) => void = () => {},
    lastNumber: number = LAST_NUMBER,
  ) {
    this.#lastNumber = lastNumber;
    this.#socket = socket;
    this.#requests = requests;
    this.#reader = new MessageReader(limit);
    this.#limit = limit;
    this.#onUnusable = onUnusable;
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', this.#received);
    socket.on('end', this.#ended);
    socket.on('error', this.#failed);
    socket.on('close', this.#ended);
  }

  /** False once it takes no more questions. */
  get usable(): boolean {
    return this.#lost === undefined && !this.#retired;
  }

  /** Never rejects. */
  ask(question: Question): Promise<Reply> {
    clearTimeout(this.#idleTimer);
    const { signal } = question;
    if (this.#lost !== undefined) return Promise.resolve({ kind: 'lost', why: this.#lost, silent: true });
    if (signal.aborted) return Promise.resolve({ kind: 'stopped', why: String(signal.reason) });
    const id = ++this.#last;
    const octets = question.request(id);
    if (id >= this.#lastNumber) this.retire();
    return new Promise((resolve) => {
      const abort = (): void => this.#stop(id, String(signal.reason));
      const settle = (reply: Reply): void => {
        signal.removeEventListener('abort', abort);
        this.#pending.delete(id);
        resolve(reply);
      };
      this.#pending.set(id, { question, heard: this.#heard, since: performance.now(), settle });
      signal.addEventListener('abort', abort, { once: true });
      this.#socket.ref();
      this.#socket.write(octets);
    });
  }

  /** Left alone: it does not keep the process alive, and is closed after `ms`. */
  rest(ms: number): void {
    if (this.#lost !== undefined || this.#pending.size > 0) return;
    this.#socket.unref();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.close('idle for too long'), ms);
    this.#idleTimer.unref();
  }

  /** Takes no more questions but of those who ask already; who has it closes it behind the last. */
  retire(cause: Cause = 'ours'): void {
    if (!this.usable) return;
    this.#retired = true;
    this.#onUnusable(cause);
  }

  close(why: string): void {
    this.#end(why, 'ours');
  }

  /** The socket, for TLS to be put over it; nothing is asked here any more. Undefined where octets have come that
   * nobody asked for: they came in clear text and would be read as if they had come within TLS. */
  detach(): Socket | undefined {
    this.#socket.pause();
    if (!this.usable || this.#pending.size > 0 || this.#reader.pending > 0 || this.#socket.readableLength > 0)
      return undefined;
    this.#lost = 'TLS has been put over it';
    this.#socket.off('data', this.#received);
    this.#socket.off('end', this.#ended);
    this.#socket.off('close', this.#ended);
    return this.#socket;
  }

  readonly #ended = (): void => this.#end('it closed the connection', 'lost');
  readonly #failed = (error: NodeJS.ErrnoException): void => this.#end(error.code ?? error.message, 'lost');

  readonly #received = (octets: Buffer): void => {
    this.#heard++;
    try {
      for (const message of this.#reader.push(new Uint8Array(octets.buffer, octets.byteOffset, octets.length))) {
        this.#answered(readResponse(message), message.length);
        if (this.#lost !== undefined) return;
      }
    } catch (error) {
      this.#end((error as Error).message, 'lost');
    }
  };

  #answered(response: Response, size: number): void {
    const { id } = response;
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      this.#unasked(response, size);
      return;
    }
    this.#forNobody = 0;
    const { question } = pending;
    if (response.kind === 'result') {
      if (response.result.operation !== question.operation) this.#end('it answers another question', 'lost');
      else pending.settle({ kind: 'result', result: response.result });
      return;
    }
    if (response.kind === 'reference') question.refer?.(response.urls);
    const why = response.kind === 'entry' ? question.take?.(response.entry, size) : question.count?.(size);
    if (why !== undefined) this.#stop(id, why);
  }

  /** Behind a question that was abandoned more of its answer may come (RFC 4511 section 4.11). */
  #unasked(response: Response, size: number): void {
    this.#forNobody += size;
    if (this.#forNobody > this.#limit) this.#end('it goes on with what was abandoned', 'lost');
    if (response.id > 0 && response.id <= this.#last) return;
    if (response.kind !== 'result' || response.id !== 0) this.#end('it answers what nobody asked', 'lost');
    else if (response.result.name === NOTICE_OF_DISCONNECTION) this.#end(`it says ${textOf(response.result)}`, 'lost');
  }

  #stop(id: number, why: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    const { question, heard, since } = pending;
    const quiet = heard === this.#heard && performance.now() - since >= SILENCE_MS;
    const silent = quiet && question.outer?.aborted !== true;
    // RFC 4511 section 4.11: a bind cannot be abandoned. Of a server that says nothing nobody knows whether it is
    // there.
    if (silent || question.operation !== 'search') this.retire(silent ? 'silent' : 'ours');
    else this.#socket.write(this.#requests.abandon(id)(++this.#last));
    pending.settle({ kind: 'stopped', why });
  }

  #end(why: string, cause: Cause): void {
    if (this.#lost !== undefined) return;
    const wasUsable = this.usable;
    this.#lost = why;
    clearTimeout(this.#idleTimer);
    // RFC 4511 section 4.3: the server is told, where that costs no wait.
    if (this.#socket.writable) this.#socket.write(this.#requests.unbind()(this.#last + 1));
    this.#socket.destroy();
    if (wasUsable) this.#onUnusable(cause);
    for (const { heard, settle } of [...this.#pending.values()]) {
      settle({ kind: 'lost', why, silent: heard === this.#heard });
    }
  }
}

export function textOf({ code, message }: LdapResult): string {
  return message === '' ? `result ${code}` : `result ${code}: ${message}`;
}
