/**
 * One connection: smtp-server's class with the commands of RFC 5321 answered by our `Peer`. Here are the limits of a
 * session (junk commands, line length, time) and the flow of a message into the spool. How replies are written and errors
 * counted is in answering.ts.
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
import { answeringClass } from './answering.js';
import type { Connection, ConnectionClass, ServerOf } from './connection-types.js';
import type { Intake } from './content.js';
import { type DataParser, MessageStream } from './data.js';
import type { Engine } from './engine.js';
import { readHelloName } from './envelope.js';
import { extensionsOf } from './extensions.js';
import type { ServerHost } from './host.js';
import { AUTH_LINE_BYTES } from './limits.js';
import { Peer } from './peer.js';
import * as replies from './replies.js';
import { hasArguments, ipOf, tlsFactsOf, verbOf } from './socket-facts.js';

type Done = () => void;
type Base = InstanceType<Engine['SMTPConnection']>;

/** Commands that do no harm but keep a session alive. */
const JUNK: ReadonlySet<string> = new Set(['NOOP', 'RSET', 'VRFY', 'HELP']);

export function connectionClass(engine: Engine, host: ServerHost): ConnectionClass {
  const { settings } = host;
  const { full } = settings;

  return class extends answeringClass(engine, host) implements Connection {
    readonly peer: Peer;
    readonly #front: IpAddress | undefined;
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
      const early = this.hostNameAppearsAs === false && settings.requireHello !== false;
      const handler = inSasl || early ? undefined : this.#handlers[verb];
      if (handler === undefined) super._onCommand(command, done);
      else this.#handle(handler, command, done);
    }

    /** The commands of each transaction, for which smtp-server's own dispatch has nothing to ask that was not asked. */
    readonly #handlers: Readonly<Record<string, (command: Buffer, done: Done) => void>> = {
      MAIL: this.handler_MAIL,
      RCPT: this.handler_RCPT,
      DATA: this.handler_DATA,
    };

    #handle(handler: (command: Buffer, done: Done) => void, command: Buffer, done: Done): void {
      // Silence while we are at work is not the client's (see `_onTimeout` of smtp-server).
      this._handlerPending = true;
      const handled = (): void => {
        this._handlerPending = false;
        this._whenWritable(done);
      };
      try {
        handler.call(this, command, handled);
      } catch (error) {
        this.crashed(error);
        if (this._handlerPending) handled();
      }
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
      const lines = [
        host.settings.ourName.ascii,
        ...(protocol === 'smtp' ? [] : extensionsOf(settings, this.peer.session, this.#mayXclient())),
      ];
      const reply: Reply = { kind: 'reply', code: 250, enhanced: undefined, lines };
      const said = this.peer.hello(name, protocol).then((refusal) => {
        // smtp-server asks for this before MAIL, RCPT, DATA and AUTH.
        this.hostNameAppearsAs = refusal === undefined ? name : false;
        return refusal ?? reply;
      });
      this.answerWith(() => said, done);
    }

    override handler_MAIL(command: Buffer, done: Done): void {
      this.#mindPipelining();
      this.answerWith(() => this.peer.mail(command), done);
    }

    override handler_RCPT(command: Buffer, done: Done): void {
      this.#mindPipelining();
      this.answerWith(() => this.peer.rcpt(command), done);
    }

    override handler_RSET(command: Buffer, done: Done): void {
      if (hasArguments(command)) this.answer(replies.rsetSyntax);
      else {
        this.peer.reset();
        this.answer(replies.ok);
      }
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
      const tooMany = this.peer.authFailures >= full.authFailures;
      const refusal = !this.secure
        ? replies.encryptionRequired
        : tooMany
          ? replies.tooManyLogins
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
      this.flush();
      super.handler_STARTTLS(command, done);
    }

    /** Judged by the address that the connection came from, and by that of the client that it speaks for now: whoever is
     * behind a front must not speak for others, when the front passes on what he says. */
    #mayXclient(): boolean {
      const { ip } = this.peer.session.client;
      const listed = (one: IpAddress | undefined): boolean =>
        one !== undefined && (settings.xclientHosts ?? []).some((network) => networkContains(network, one));
      return listed(this.#front) && listed(ip);
    }

    override handler_XCLIENT(command: Buffer, done: Done): void {
      const refusal = this.#mayXclient() ? this.peer.xclient(command) : replies.notAuthorised;
      if (refusal !== undefined) {
        this.answer(refusal);
        done();
        return;
      }
      this.hostNameAppearsAs = false;
      this.greet()
        .catch((error: unknown) => this.crashed(error))
        .then(done);
    }

    #mindPipelining(): void {
      const parser = this._parser as DataParser | false;
      this.peer.pipelined(parser !== false && (parser.pending || this._socket.readableLength > 0));
    }

    override handler_DATA(command: Buffer, done: Done): void {
      this.#mindPipelining();
      const parser = this._parser as DataParser | false;
      const refusal = this.peer.dataRefusal() ?? (hasArguments(command) ? replies.dataSyntax : undefined);
      if (refusal !== undefined || parser === false) {
        if (refusal !== undefined) this.answer(refusal);
        done();
        return;
      }
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
      this.answer(replies.startMail);
      done();
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
      this.#junk = 0;
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
