/**
 * The middle of a connection, between answering.ts and the commands of connection.ts: the peer, the greeting, DATA and
 * the flow of a message into the spool, the end of a session that lasts too long.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { andThen } from '../../core/stage-context.js';
import type { IpAddress } from '../../values/ip.js';
import type { Reply } from '../../values/reply.js';
import { type Answering, answeringClass } from './answering.js';
import type { ServerOf } from './connection-types.js';
import type { Intake } from './content.js';
import { type DataParser, MessageStream } from './data.js';
import type { Engine } from './engine.js';
import type { ServerHost } from './host.js';
import { Peer } from './peer.js';
import * as replies from './replies.js';
import { hasArguments, ipOf, tlsFactsOf } from './socket-facts.js';

export interface Receiving extends Answering {
  readonly peer: Peer;
  /** The address that the connection came from; XCLIENT does not change it. */
  readonly front: IpAddress | undefined;
  /** Commands since the last message that do no harm but keep a session alive. */
  junk: number;
  /** Asks the policy; a greeting, or a refusal, comes next. */
  connect(): Promise<void>;
  /** Says 421 unless a transaction is under way. */
  drain(): void;
  /** Ends the session, whatever it is at. */
  cut(): void;
}

type ReceivingClass = new (
  server: ServerOf,
  socket: Socket | TLSSocket,
  options?: SMTPConnectionOptions | null,
) => Receiving;

type Done = () => void;
type Base = InstanceType<Engine['SMTPConnection']>;

export function receivingClass(engine: Engine, host: ServerHost): ReceivingClass {
  const { full } = host.settings;

  return class extends answeringClass(engine, host) implements Receiving {
    readonly peer: Peer;
    readonly front: IpAddress | undefined;
    junk = 0;
    #receiving = false;
    #overdue = false;
    #refusal: Reply | undefined = undefined;
    readonly #timer: NodeJS.Timeout;

    constructor(server: ServerOf, socket: Socket | TLSSocket, options?: SMTPConnectionOptions | null) {
      super(server, socket, options);
      this.front = ipOf(this.remoteAddress);
      this.peer = new Peer(host, { ip: this.front, port: this.remotePort, tls: tlsFactsOf(socket) });
      this.#timer = setTimeout(() => this.#tooLong(), full.sessionTime);
      this.#timer.unref();
    }

    async connect(): Promise<void> {
      this.#refusal = await this.peer.connect();
    }

    /** In place of the greeting a refusal may stand: the client is to say QUIT, and the connection stays (RFC 5321
     * section 3.1). */
    override _sendGreeting(): void {
      if (this.#refusal === undefined) super._sendGreeting();
      else this.answer(this.#refusal);
    }

    override showsUtf8(): boolean {
      return super.showsUtf8() || this.peer.knowsUtf8;
    }

    override handler_DATA(command: Buffer, done: Done): void {
      this.answerWith(() => andThen(this.peer.data(hasArguments(command)), (reply) => reply ?? this.#receive()), done);
    }

    /** What comes next is the message. */
    #receive(): Reply {
      const parser = this._parser as DataParser | false;
      if (parser === false || this._closed) return replies.localError;
      const intake = this.peer.openIntake();
      const timer = setTimeout(() => {
        this.answer(replies.dataTooSlow);
        this.close();
      }, full.dataTime);
      timer.unref();
      const arrived = (): void => {
        clearTimeout(timer);
        this.#receiving = false;
      };
      const stream = new MessageStream(intake, arrived, () => this.#finish(intake));
      parser.startMessage(stream);
      this._dataStream = stream as unknown as Exclude<Base['_dataStream'], false>;
      this.#receiving = true;
      return replies.startMail;
    }

    async #finish(intake: Intake): Promise<void> {
      try {
        const told = await this.peer.finish(intake);
        this.answerAll(told);
        // What stands behind such a message may be smuggled: it is not read.
        if (told.includes(replies.bareNewline)) {
          this.close();
          return;
        }
      } catch (error) {
        this.crashed(error);
      }
      this.#dataDone();
    }

    #dataDone(): void {
      this._dataStream = false;
      this.junk = 0;
      this._unrecognizedCommands = 0;
      if (this.#overdue) this.answer(replies.sessionTooLong);
      else if (host.draining) this.answer(replies.shuttingDown);
      if (this._parser !== false) this._parser.continue();
    }

    drain(): void {
      if (!this.peer.inTransaction && !this._dataStream) this.cut();
    }

    cut(): void {
      if (this._closing || this._closed) return;
      this.answer(replies.shuttingDown);
      this.close();
    }

    override ended(): void {
      super.ended();
      clearTimeout(this.#timer);
    }

    /** A message that has arrived whole is judged and answered first. */
    #tooLong(): void {
      this.#overdue = true;
      if (this._closing || this._closed) return;
      if (this._dataStream !== false && this._dataStream !== null && !this.#receiving) return;
      this.answer(replies.sessionTooLong);
      this.close();
    }
  };
}
