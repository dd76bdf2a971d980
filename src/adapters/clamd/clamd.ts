/**
 * The port Scanner over ClamAV's daemon, clamd(8): INSTREAM over TCP or a Unix socket. The message is streamed, header and body, and
 * never held. All that is not a whole and exact reply to the whole message is "could not tell". No file is named to clamd, which
 * need not run on this host. By default clamd says OK of what it has skipped for its limits (parts too large, too deep, too many):
 * set `AlertExceedsMax yes` in clamd.conf(5), and it says so.
 */
import type { PortCall } from '../../core/stage.js';
import type { Scanner, ScanVerdict } from '../../ports/scanner.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import type { Message } from '../../values/message.js';
import { cleanName, readReply } from '../shared/clamav.js';
import { Desk } from '../shared/desk.js';
import type { Endpoint } from '../shared/endpoint.js';
import type { Command, Connection, Exchange } from './connection.js';
import { Sessions } from './sessions.js';
import { type ClamdOptions, type ClamdSettings, clamdSettings } from './settings.js';

export interface Clamd extends Scanner, AsyncDisposable {
  scan(message: Message, call?: PortCall): Promise<Answer<ScanVerdict>>;
  /** `PONG`, or could not tell. Does not wait for scans. */
  ping(call?: PortCall): Promise<Answer<'PONG'>>;
  /** Of program and signatures: `ClamAV 1.4.6/27800/Sat Nov 21 09:01:00 2026`. */
  version(call?: PortCall): Promise<Answer<string>>;
  /** Ends every scan as "could not tell", later ones too; resolves when no connection is left. */
  close(): Promise<void>;
}

/** Throws ConfigurationError (code `options`) for wrong options. Connects for the first scan. Set `AlertExceedsMax yes` in
 * clamd.conf(5): without it, mail that clamd has looked at in part is clean. */
export function clamd(endpoint: Endpoint, options: ClamdOptions = {}): Clamd {
  return new Client(clamdSettings(endpoint, options));
}

class Client implements Clamd {
  readonly name: string;
  readonly #settings: ClamdSettings;
  readonly #scans: Desk;
  readonly #words: Desk;
  readonly #sessions: Sessions;

  constructor(settings: ClamdSettings) {
    const { name, where, timeout, connections, waiting } = settings;
    this.name = name;
    this.#settings = settings;
    this.#scans = new Desk({ name: where, timeout, atOnce: connections, waiting });
    this.#words = new Desk({ name: where, timeout, atOnce: 1, waiting: 100 });
    this.#sessions = new Sessions(settings);
  }

  async scan(message: Message, call?: PortCall): Promise<Answer<ScanVerdict>> {
    const { maxBytes } = this.#settings;
    if (message.size > maxBytes) {
      return found({ kind: 'unscannable', cause: 'too-large', why: `over ${maxBytes} octets` });
    }
    return this.#scans.run(call, async (signal) => {
      const exchange = await this.#exchange('INSTREAM', message, signal);
      if (exchange.kind === 'lost') return this.#cannotTell(exchange.why);
      const answer = readReply(exchange.reply);
      if (answer.kind === 'cannot-tell') return this.#cannotTell(answer.why);
      // What speaks of a message before it has seen its end may only say that it will not.
      const looked = answer.kind === 'found' && answer.value.kind !== 'unscannable';
      return looked && exchange.early ? this.#cannotTell('it answers before the end of the message') : answer;
    });
  }

  ping(call?: PortCall): Promise<Answer<'PONG'>> {
    return this.#say('PING', call, (reply) => (reply === 'PONG' ? 'PONG' : undefined));
  }

  version(call?: PortCall): Promise<Answer<string>> {
    return this.#say('VERSION', call, (reply) => (reply.startsWith('ClamAV ') ? cleanName(reply) : undefined));
  }

  async close(): Promise<void> {
    const closed = [this.#scans.close(), this.#words.close()];
    this.#sessions.close();
    await Promise.all(closed);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #say<T>(command: Command, call: PortCall | undefined, read: (reply: string) => T | undefined): Promise<Answer<T>> {
    return this.#words.run(call, async (signal) => {
      const exchange = await this.#exchange(command, undefined, signal);
      if (exchange.kind === 'lost') return this.#cannotTell(exchange.why);
      const value = read(exchange.reply);
      return value === undefined ? this.#cannotTell(`it says ${cleanName(exchange.reply)}`) : found(value);
    });
  }

  /** Once more, over a new connection, where a session had been closed while at rest: nobody has looked at the message then. */
  async #exchange(command: Command, message: Message | undefined, signal: AbortSignal): Promise<Exchange> {
    const rested = this.#sessions.rested();
    if (rested !== undefined) {
      const exchange = await this.#over(rested, command, message, signal);
      if (exchange.kind === 'replied' || !exchange.silent || signal.aborted) return exchange;
    }
    return this.#over(this.#sessions.open(), command, message, signal);
  }

  async #over(
    connection: Connection,
    command: Command,
    message: Message | undefined,
    signal: AbortSignal,
  ): Promise<Exchange> {
    const end = (): void => connection.giveUp(String(signal.reason));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    const exchange = await connection.ask(command, message);
    signal.removeEventListener('abort', end);
    this.#sessions.give(connection, exchange.kind === 'replied' && !exchange.early);
    return exchange;
  }

  #cannotTell(why: string): Answer<never> {
    return cannotTell(`${this.#settings.where}: ${why}`);
  }
}
