/**
 * One connection to clamd: one command at a time, a reply read to its NUL. What comes unasked, or behind a reply, ends it. A reply
 * that came before the last octet of the message had left this process is marked so: it says nothing about the rest.
 */
import type { Message } from '../../values/message.js';
import type { Endpoint } from '../shared/endpoint.js';
import { shownOctets, shownSize } from '../shared/shown-to-clamav.js';
import { PatientSocket } from './patient-socket.js';

export type Command = 'INSTREAM' | 'PING' | 'VERSION';

export type Exchange =
  /** Octets as Latin-1, without the number of a session and the NUL. `early`: before all of the message had been sent. */
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
  /** Ends the reading of the message. */
  #feeding = new AbortController();

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
    if (endpoint.path !== undefined) this.#socket.connect({ path: endpoint.path });
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
    this.#feeding = new AbortController();
    const sent = this.#send(command, message).then(
      () => undefined,
      (error: unknown) => `the message cannot be read: ${textOf(error)}`,
    );
    void sent.then((wrong) => (wrong === undefined ? undefined : this.close(wrong)));
    return this.#judged(exchange, sent);
  }

  /** A reply to the whole of a message counts when the message has come to its end. */
  async #judged(exchange: Promise<Exchange>, sent: Promise<string | undefined>): Promise<Exchange> {
    const result = await exchange;
    const over = result.kind === 'lost' || result.early;
    if (over) this.#feeding.abort('nobody needs the rest');
    const wrong = await sent;
    return over || wrong === undefined ? result : { kind: 'lost', why: wrong, silent: false };
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

  /** For whoever asked and does not wait any longer: a message that is still being read is let go as well. */
  giveUp(why: string): void {
    this.close(why);
    this.#feeding.abort(why);
  }

  /** Rejects with what is wrong with the message, after which the connection is of no use. */
  async #send(command: Command, message: Message | undefined): Promise<void> {
    // The body is not opened for a daemon that is not there.
    if (!this.#connected) await this.#woken();
    if (this.#settle === undefined) return;
    if (message === undefined) this.#socket.write(`z${command}\0`, this.#allSent);
    else await this.#stream(message);
  }

  /** The frames of INSTREAM: length in four octets, then the data; the empty one ends it, so that no other may be empty. */
  async #stream(message: Message): Promise<void> {
    let left = shownSize(message);
    let begin = Buffer.from('zINSTREAM\0', 'latin1');
    for await (const chunk of shownOctets(message, this.#feeding.signal)) {
      if (this.#settle === undefined) return;
      left -= chunk.length;
      const room = this.#write(Buffer.concat([begin, frame(chunk.length)]), chunk, left === 0);
      begin = Buffer.alloc(0);
      if (!room && left > 0) await this.#woken();
    }
  }

  #write(head: Uint8Array, chunk: Uint8Array, last: boolean): boolean {
    this.#socket.cork();
    this.#socket.write(head);
    const room = this.#socket.write(chunk);
    if (last) this.#socket.write(frame(0), this.#allSent);
    this.#socket.uncork();
    return room;
  }

  readonly #allSent = (error?: Error | null): void => {
    if (error === undefined || error === null) this.#sent = true;
  };

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
