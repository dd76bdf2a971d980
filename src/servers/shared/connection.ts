/**
 * One connection: smtp-server's class with the commands of RFC 5321 answered by our `Peer`, and the limits of commands
 * (junk, length, order). How a message is received is in receiving.ts, how replies are written and errors counted in
 * answering.ts.
 *
 * What stays as smtp-server has it: the greeting comes after 100 ms, and who talks before it gets 421; the tenth
 * unknown command gets 421; commands may end in a bare LF.
 */
import type { Reply } from '../../values/reply.js';
import type { Connection, ConnectionClass } from './connection-types.js';
import type { DataParser } from './data.js';
import type { Engine } from './engine.js';
import { readHelloName } from './envelope.js';
import { extensionsOf } from './extensions.js';
import type { ServerHost } from './host.js';
import { AUTH_LINE_BYTES } from './limits.js';
import { mayBeFollowed } from './pipelining.js';
import { receivingClass } from './receiving.js';
import * as replies from './replies.js';
import { beginSasl, type SaslStep } from './sasl.js';
import { hasArguments, verbOf } from './socket-facts.js';
import { maySayXclient } from './xclient.js';

type Done = () => void;

/** Commands that do no harm but keep a session alive. */
const JUNK: ReadonlySet<string> = new Set(['NOOP', 'RSET', 'VRFY', 'HELP']);

/** Of HTTP: the connection ends, as by Postfix's smtpd_forbidden_commands. smtp-server itself ends others with 421. */
const NOT_SMTP: ReadonlySet<string> = new Set(['CONNECT', 'GET', 'POST']);

export function connectionClass(engine: Engine, host: ServerHost): ConnectionClass {
  const { settings } = host;
  const { full } = settings;

  return class extends receivingClass(engine, host) implements Connection {
    #outOfTurn = false;

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
        this.answer(verb === 'AUTH' ? replies.authLineTooLong : replies.lineTooLong);
        this._whenWritable(done);
        return;
      }
      if (!inSasl && NOT_SMTP.has(verb)) {
        this.answer(replies.notSmtp);
        this.flush();
        this.close();
        return;
      }
      if (this.peer.denied !== undefined && verb !== 'QUIT') {
        this.answer(this.peer.denied);
        this._whenWritable(done);
        return;
      }
      if (!inSasl) this.#mindPipelining(verb);
      if (host.draining && !this.peer.inTransaction && verb !== 'QUIT') {
        this.answer(replies.shuttingDown);
        return;
      }
      if (JUNK.has(verb) && ++this.junk > full.junkCommands) {
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
      this.answerWith(() => this.peer.mail(command), done);
    }

    override handler_RCPT(command: Buffer, done: Done): void {
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
      const refusal = this.secure ? this.peer.authRefusal() : replies.encryptionRequired;
      this.#authenticate(refusal === undefined ? beginSasl(command) : { kind: 'refused', reply: refusal }, done);
    }

    #authenticate(step: SaslStep, done: Done): void {
      if (step.kind === 'attempt') {
        const ended = (): void => {
          if (this.peer.authFailures >= full.authFailures) this.answer(replies.tooManyLogins);
          done();
        };
        this.answerWith(() => this.peer.authenticate(step.attempt), ended);
        return;
      }
      if (step.kind === 'challenge')
        this._nextHandler = (line, next) => this.#authenticate(step.next(Buffer.from(line)), next);
      this.answer(step.reply);
      done();
    }

    override handler_STARTTLS(command: Buffer, done: Done): void {
      // What was gathered leaves in clear text, before the handshake takes the socket over.
      this.flush();
      super.handler_STARTTLS(command, done);
    }

    #mayXclient(): boolean {
      return maySayXclient(settings.xclientHosts, [this.front, this.peer.session.client.ip]);
    }

    override handler_XCLIENT(command: Buffer, done: Done): void {
      const refusal = this.peer.xclient(command, this.#mayXclient());
      if (refusal !== undefined) {
        this.answer(refusal);
        done();
        return;
      }
      this.hostNameAppearsAs = false;
      this.connect()
        .then(() => this._sendGreeting())
        .catch((error: unknown) => this.crashed(error))
        .then(done);
    }

    /** What a client has done once counts for the rest of its session. */
    #mindPipelining(verb: string): void {
      if (this.#outOfTurn || mayBeFollowed(verb, this.peer.session.protocol)) return;
      const parser = this._parser as DataParser | false;
      if (parser === false || !(parser.pending || this._socket.readableLength > 0)) return;
      this.#outOfTurn = true;
      this.peer.spokeOutOfTurn();
    }
  };
}
