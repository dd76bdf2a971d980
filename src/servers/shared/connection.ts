/**
 * One connection: smtp-server's class with the commands of RFC 5321 answered by our `Peer`. Here are the limits of a
 * session (errors, junk commands, line length, time), the one place where replies are written, and the flow of a message
 * into the spool. smtp-server's own replies (unknown commands, bad sequences, SASL) pass through `send` and are counted.
 *
 * What stays as smtp-server has it: the greeting comes after 100 ms, and who talks before it gets 421; the tenth unknown
 * command gets 421; commands may end in a bare LF; an HTTP request line gets 421.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { IpAddress } from '../../values/ip.js';
import { networkContains } from '../../values/network.js';
import type { Reply } from '../../values/reply.js';
import type { Connection, ConnectionClass, ServerOf } from './connection-types.js';
import { receiveData } from './data.js';
import type { Engine } from './engine.js';
import { readHelloName } from './envelope.js';
import { extensionsOf } from './extensions.js';
import type { ServerHost } from './host.js';
import { AUTH_LINE_BYTES } from './limits.js';
import { Peer } from './peer.js';
import { messageOf } from './record.js';
import * as replies from './replies.js';
import { ipOf, tlsFactsOf, verbOf } from './socket-facts.js';

type Done = () => void;

/** Commands that do no harm but keep a session alive. */
const JUNK: ReadonlySet<string> = new Set(['NOOP', 'RSET', 'VRFY', 'HELP']);

export function connectionClass({ SMTPConnection }: Engine, host: ServerHost): ConnectionClass {
  const { settings, reporter } = host;
  const { full } = settings;

  return class extends SMTPConnection implements Connection {
    readonly peer: Peer;
    readonly #front: IpAddress | undefined;
    #errors = 0;
    #counting = true;
    #junk = 0;
    #receiving = false;
    #overdue = false;
    readonly #timer: NodeJS.Timeout;

    constructor(server: ServerOf, socket: Socket | TLSSocket, options?: SMTPConnectionOptions | null) {
      super(server, socket, options);
      this.#front = ipOf(this.remoteAddress);
      this.peer = new Peer(host, { ip: this.#front, port: this.remotePort, tls: tlsFactsOf(socket) });
      this.#timer = setTimeout(() => this.#tooLong(), full.sessionTime);
      this.#timer.unref();
    }

    async greet(): Promise<void> {
      const refusal = await this.peer.connect();
      if (refusal === undefined) {
        super._sendGreeting();
        return;
      }
      this.answer(refusal);
      this.close();
    }

    answer({ code, enhanced, lines }: Reply): void {
      const ours = code === 421 ? lines.map((line) => `${host.settings.ourName.ascii} ${line}`) : lines;
      const text = enhanced === undefined ? [...ours] : ours.map((line) => `${enhanced} ${line}`);
      // `false`: no enhanced code of smtp-server's own choice. It writes an array as a multi-line reply.
      this.send(code, text, false);
    }

    override send(code: number, data?: string | string[] | null, context?: string | false): void {
      if (code >= 250 && code !== 421) this.#gather();
      super.send(code, data, context);
      if (code >= 400 && this.#counting) this.#countError();
    }

    /** RFC 2920 section 3.2: the replies to commands that came together leave together, in one write. */
    #gather(): void {
      const socket = this._socket;
      if (socket.writableCorked > 0) return;
      socket.cork();
      setImmediate(() => socket.uncork());
    }

    #countError(): void {
      if (this._closing) return;
      this.#errors++;
      if (this.#errors >= full.errors) super.send(421, `4.7.0 ${host.settings.ourName.ascii} Too many errors`, false);
    }

    /** The replies to one LMTP message are one error at most, not one for each recipient. */
    #answerAll(all: readonly Reply[]): void {
      this.#counting = false;
      for (const reply of all) this.answer(reply);
      this.#counting = true;
      if (all.some(({ code }) => code >= 400)) this.#countError();
    }

    /** Answers with what `work` comes to; the next command is read when it has. */
    #answerWith(work: Promise<Reply>, done: Done): void {
      work
        .then(
          (reply) => this.answer(reply),
          (error: unknown) => this.#crashed(error),
        )
        .then(done);
    }

    #crashed(error: unknown): void {
      reporter.log?.error({ event: 'crash', session: this.id, error: messageOf(error) }, 'a command crashed');
      this.answer(replies.localError);
    }

    override _onCommand(command: Buffer, callback?: Done): void {
      const done = callback ?? ((): void => undefined);
      if (!this._ready || this._upgrading || this._closing) {
        super._onCommand(command, done);
        return;
      }
      const inSasl = this._nextHandler !== false;
      const verb = inSasl ? 'AUTH' : verbOf(command);
      if (command.length > (verb === 'AUTH' ? AUTH_LINE_BYTES : full.commandBytes)) {
        this._nextHandler = false;
        this.answer(replies.lineTooLong);
        this._whenWritable(done);
        return;
      }
      if (host.draining && !this.peer.inTransaction && verb !== 'QUIT') {
        this.answer(replies.shuttingDown);
        return;
      }
      if (JUNK.has(verb) && ++this.#junk > full.junkCommands) {
        this.answer(replies.tooManyCommands);
        return;
      }
      super._onCommand(command, done);
    }

    override handler_EHLO(command: Buffer, done: Done): void {
      this.#hello(command, settings.protocol === 'lmtp' ? 'lmtp' : 'esmtp', done);
    }

    override handler_HELO(command: Buffer, done: Done): void {
      this.#hello(command, 'smtp', done);
    }

    #hello(command: Buffer, protocol: 'smtp' | 'esmtp' | 'lmtp', done: Done): void {
      const name = readHelloName(command);
      if (name === undefined) {
        this.answer(replies.badHelo);
        done();
        return;
      }
      // smtp-server asks for this before MAIL, RCPT, DATA and AUTH.
      this.hostNameAppearsAs = name;
      const lines = [
        host.settings.ourName.ascii,
        ...(protocol === 'smtp' ? [] : extensionsOf(settings, this.peer.session, this.#mayXclient())),
      ];
      const reply: Reply = { kind: 'reply', code: 250, enhanced: undefined, lines };
      this.#answerWith(
        this.peer.hello(name, protocol).then(() => reply),
        done,
      );
    }

    override handler_MAIL(command: Buffer, done: Done): void {
      this.#answerWith(this.peer.mail(command), done);
    }

    override handler_RCPT(command: Buffer, done: Done): void {
      this.#answerWith(this.peer.rcpt(command), done);
    }

    override handler_RSET(_command: Buffer, done: Done): void {
      this.peer.reset();
      this.answer(replies.ok);
      done();
    }

    override handler_VRFY(_command: Buffer, done: Done): void {
      this.answer(replies.cannotVerify);
      done();
    }

    override handler_HELP(_command: Buffer, done: Done): void {
      this.answer(replies.help);
      done();
    }

    override handler_AUTH(command: Buffer, done: Done): void {
      // RFC 4954 section 4: not twice, not during a transaction, and here never in clear text.
      const refusal = !this.secure
        ? replies.encryptionRequired
        : this.peer.session.login !== undefined
          ? replies.alreadyLoggedIn
          : this.peer.inTransaction
            ? replies.notDuringMail
            : undefined;
      if (refusal === undefined) {
        super.handler_AUTH(command, done);
        return;
      }
      this.answer(refusal);
      done();
    }

    override handler_STARTTLS(command: Buffer, done: Done): void {
      // What was gathered leaves in clear text, before the handshake takes the socket over.
      this._socket.uncork();
      super.handler_STARTTLS(command, done);
    }

    #mayXclient(): boolean {
      const front = this.#front;
      return front !== undefined && (settings.xclientHosts ?? []).some((network) => networkContains(network, front));
    }

    /** Judged by the address that the connection came from, not by what an earlier XCLIENT said. */
    override handler_XCLIENT(command: Buffer, done: Done): void {
      const refusal = this.#mayXclient() ? this.peer.xclient(command) : replies.notAuthorised;
      if (refusal !== undefined) {
        this.answer(refusal);
        done();
        return;
      }
      this.hostNameAppearsAs = false;
      this.greet()
        .catch((error: unknown) => this.#crashed(error))
        .then(done);
    }

    override handler_DATA(command: Buffer, done: Done): void {
      const parser = this._parser;
      const refusal =
        command.length > 4 && command.toString('latin1').trim().length > 4
          ? replies.badParameters
          : this.peer.dataRefusal();
      if (refusal !== undefined || parser === false) {
        if (refusal !== undefined) this.answer(refusal);
        done();
        return;
      }
      const stream = parser.startDataMode();
      this._dataStream = stream;
      this.#receiving = true;
      const intake = this.peer.openIntake();
      const timer = setTimeout(() => {
        this.answer(replies.dataTooSlow);
        this.close();
      }, full.dataTime);
      timer.unref();
      receiveData(stream, intake)
        .then(() => {
          clearTimeout(timer);
          this.#receiving = false;
          return this.peer.finish(intake);
        })
        .then(
          (all) => this.#answerAll(all),
          (error: unknown) => this.#crashed(error),
        )
        .then(() => this.#dataDone());
      this.answer(replies.startMail);
      done();
    }

    #dataDone(): void {
      this._dataStream = false;
      this.#junk = 0;
      this._unrecognizedCommands = 0;
      if (this.#overdue) this.answer(replies.sessionTooLong);
      else if (host.draining) this.answer(replies.shuttingDown);
      if (this._parser !== false) this._parser.continue();
    }

    drain(): void {
      if (!this.peer.inTransaction) this.cut();
    }

    cut(): void {
      if (this._closing || this._closed) return;
      this.answer(replies.shuttingDown);
      this.close();
    }

    ended(): void {
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
