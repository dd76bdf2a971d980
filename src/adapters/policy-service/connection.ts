/**
 * One connection to a policy service: one question at a time. What comes unasked ends it, for nobody could tell any more which
 * answer belongs to which question.
 */
import { connect, type Socket } from 'node:net';
import type { Parsed } from '../../values/parsed.js';
import { ReplyReader } from './protocol.js';
import type { PolicyEndpoint } from './settings.js';

export type Exchange =
  | { readonly kind: 'replied'; readonly reply: Parsed<string> }
  /** It could not be opened, or was closed before the whole reply was there. */
  | { readonly kind: 'lost'; readonly why: string };

export class Connection {
  /** Questions answered. */
  requests = 0;
  readonly opened: number;
  readonly #socket: Socket;
  #reader = new ReplyReader();
  #answer: ((exchange: Exchange) => void) | undefined = undefined;
  #lost: string | undefined = undefined;
  #idleTimer: NodeJS.Timeout | undefined = undefined;

  constructor(endpoint: PolicyEndpoint, now: number) {
    this.opened = now;
    this.#socket = connect(endpoint);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (bytes) => this.#received(bytes));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.close(error.code ?? error.message));
    this.#socket.on('close', () => this.close('the service closed the connection'));
  }

  /** False once it is closed, by whomever. */
  get usable(): boolean {
    return this.#lost === undefined;
  }

  /** Never rejects. Ends with the reply, or when the connection is closed. */
  ask(request: Uint8Array): Promise<Exchange> {
    clearTimeout(this.#idleTimer);
    if (this.#lost !== undefined) return Promise.resolve({ kind: 'lost', why: this.#lost });
    this.#socket.ref();
    this.#reader = new ReplyReader();
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#socket.write(request);
    });
  }

  /** Left alone: it does not keep the process alive, and is closed after `ms`. */
  rest(ms: number, ended: () => void): void {
    this.#socket.unref();
    this.#idleTimer = setTimeout(() => {
      this.close('idle for too long');
      ended();
    }, ms);
    this.#idleTimer.unref();
  }

  close(why: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = why;
    clearTimeout(this.#idleTimer);
    this.#socket.destroy();
    this.#settle({ kind: 'lost', why });
  }

  #received(bytes: Uint8Array): void {
    if (this.#answer === undefined) {
      this.close('the service speaks unasked');
      return;
    }
    const progress = this.#reader.push(bytes);
    if (progress.kind === 'more') return;
    this.requests++;
    this.#settle({ kind: 'replied', reply: progress.reply });
    if (progress.extra) this.close('the service sent more than a reply');
    else if (progress.reply.kind === 'malformed') this.close('the service talks nonsense');
  }

  #settle(exchange: Exchange): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(exchange);
  }
}
