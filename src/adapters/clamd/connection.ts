/**
 * One connection to clamd: one command at a time, a reply read to its NUL. What comes unasked, or behind a reply, ends it. A reply
 * that came before the whole message was sent is marked so: it says nothing about the rest.
 */
import type { Message } from '../../values/message.js';
import { renderMessage } from '../../values/render.js';
import type { Endpoint } from '../shared/endpoint.js';
import { PatientSocket } from './patient-socket.js';

export type Command = 'INSTREAM' | 'PING' | 'VERSION';

export type Exchange =
  /** Octets as Latin-1, without the number of a session and the NUL. `early`: before the message had been sent. */
  | { readonly kind: 'replied'; readonly reply: string; readonly early: boolean }
  /** It could not be opened, or ended before a whole reply was there. `silent`: no octet of one was. */
  | { readonly kind: 'lost'; readonly why: string; readonly silent: boolean };

/** Octets of a reply; names are far shorter. */
const REPLY_LIMIT = 4096;

export class Connection {
  /** Commands given. */
  commands = 0;
  readonly #socket = new PatientSocket();
  readonly #session: boolean;
  #connected = false;
  #reply = '';
  #sent = false;
  #lost: string | undefined = undefined;
  #settle: ((exchange: Exchange) => void) | undefined = undefined;
  #goOn: (() => void) | undefined = undefined;
  #idleTimer: NodeJS.Timeout | undefined = undefined;

  constructor(endpoint: Endpoint, session: boolean) {
    this.#session = session;
    this.#socket.setNoDelay(true);
    this.#socket.on('connect', () => {
      this.#connected = true;
      this.#goOn?.();
    });
    this.#socket.on('drain', () => this.#goOn?.());
    this.#socket.on('data', (octets) => this.#received(octets.toString('latin1')));
    this.#socket.on('end', () => this.close('it closed the connection'));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.close(error.code ?? error.message));
    this.#socket.on('close', () => this.close('it closed the connection'));
    if ('path' in endpoint) this.#socket.connect({ path: endpoint.path });
    else this.#socket.connect({ host: endpoint.host, port: endpoint.port });
    if (session) this.#socket.write('zIDSESSION\0');
  }

  /** False once it is closed, by whomever. */
  get usable(): boolean {
    return this.#lost === undefined;
  }

  /** Never rejects. Ends with the reply, or when the connection is closed. */
  ask(command: Command, message?: Message): Promise<Exchange> {
    clearTimeout(this.#idleTimer);
    if (this.#lost !== undefined) return Promise.resolve({ kind: 'lost', why: this.#lost, silent: true });
    this.#socket.ref();
    this.commands++;
    this.#reply = '';
    this.#sent = false;
    const exchange = new Promise<Exchange>((resolve) => {
      this.#settle = resolve;
    });
    const sent = this.#send(command, message).catch((error: unknown) => `the message cannot be read: ${textOf(error)}`);
    void sent.then((wrong) => (wrong === undefined ? undefined : this.close(wrong)));
    return this.#judged(exchange, sent);
  }

  /** A reply to the whole of a message counts when the message has come to its end. */
  async #judged(exchange: Promise<Exchange>, sent: Promise<string | undefined>): Promise<Exchange> {
    const result = await exchange;
    if (result.kind === 'lost' || result.early) return result;
    const wrong = await sent;
    return wrong === undefined ? result : { kind: 'lost', why: wrong, silent: false };
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
    this.#goOn?.();
    this.#end({ kind: 'lost', why, silent: this.#reply === '' });
  }

  /** What is wrong with the message, after which the connection is of no use. */
  async #send(command: Command, message: Message | undefined): Promise<string | undefined> {
    // The body is not opened for a daemon that is not there.
    if (!this.#connected) await this.#woken();
    if (message !== undefined) return this.#stream(message);
    if (this.#lost === undefined) this.#socket.write(`z${command}\0`);
    this.#sent = true;
    return undefined;
  }

  /** The frames of INSTREAM: length in four octets, then the data; the empty one ends it, so that no other may be empty. */
  async #stream(message: Message): Promise<string | undefined> {
    if (this.#settle === undefined) return undefined;
    let left = message.size;
    let begin = Buffer.from('zINSTREAM\0', 'latin1');
    if (left === 0) this.#last(() => this.#socket.write(begin));
    for await (const chunk of renderMessage(message)) {
      if (chunk.length === 0) continue;
      if (this.#settle === undefined) return undefined;
      left -= chunk.length;
      if (left < 0) return 'the message is longer than it says';
      const head = Buffer.concat([begin, frame(chunk.length)]);
      begin = Buffer.alloc(0);
      if (left === 0) this.#last(() => this.#write(head, chunk));
      else if (!this.#write(head, chunk)) await this.#woken();
    }
    return left === 0 || this.#settle === undefined ? undefined : 'the message is shorter than it says';
  }

  #last(write: () => void): void {
    this.#sent = true;
    this.#socket.cork();
    write();
    this.#socket.write(frame(0));
    this.#socket.uncork();
  }

  #write(head: Uint8Array, chunk: Uint8Array): boolean {
    this.#socket.cork();
    this.#socket.write(head);
    const room = this.#socket.write(chunk);
    this.#socket.uncork();
    return room;
  }

  /** Until there is a connection, or room, or none ever again. */
  #woken(): Promise<void> {
    if (this.#settle === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }

  #received(text: string): void {
    if (this.#settle === undefined) {
      this.close('it speaks unasked');
      return;
    }
    this.#reply += text.slice(0, REPLY_LIMIT + 1 - this.#reply.length);
    const end = this.#reply.indexOf('\0');
    if (end < 0 && this.#reply.length > REPLY_LIMIT) this.close(`its reply is over ${REPLY_LIMIT} octets`);
    if (end < 0) return;
    const number = this.#session ? `${this.commands}: ` : '';
    if (end < this.#reply.length - 1) this.close('it says more than a reply');
    else if (!this.#reply.startsWith(number)) this.close('it answers another question');
    else this.#end({ kind: 'replied', reply: this.#reply.slice(number.length, end), early: !this.#sent });
  }

  #end(exchange: Exchange): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#goOn?.();
    settle?.(exchange);
  }
}

function frame(length: number): Buffer {
  const octets = Buffer.allocUnsafe(4);
  octets.writeUInt32BE(length);
  return octets;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
