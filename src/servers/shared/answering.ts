/**
 * The lower half of a connection: smtp-server's class, with the parser of data.ts and the one place where replies are
 * written, ours and its own. Here is the limit of errors.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { MaybePromise } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import { utf8Length } from '../../values/characters.js';
import { asciiReply, type Reply } from '../../values/reply.js';
import type { ServerOf } from './connection-types.js';
import { type DataParser, dataParserClass } from './data.js';
import type { Engine } from './engine.js';
import type { ServerHost } from './host.js';
import { LINE_BUFFER_BYTES } from './limits.js';
import { messageOf } from './record.js';
import * as replies from './replies.js';

export interface Answering extends InstanceType<Engine['SMTPConnection']> {
  answer(reply: Reply): void;
  /** The replies to one message. */
  answerAll(all: readonly Reply[]): void;
  /** Answers with what `work` comes to; the next command is read when it has. */
  answerWith(work: () => MaybePromise<Reply>, done: () => void): void;
  /** Writes the replies that were gathered. */
  flush(): void;
  /** The client may be sent more than ASCII. */
  showsUtf8(): boolean;
  /** Logs a bug, and defers. */
  crashed(error: unknown): void;
  /** The connection is over. */
  ended(): void;
}

type AnsweringClass = new (
  server: ServerOf,
  socket: Socket | TLSSocket,
  options?: SMTPConnectionOptions | null,
) => Answering;

/** With enhanced codes of class 4. */
function softened(text: string | string[] | null | undefined, enhanced: string): string | string[] {
  const front = enhanced === '' ? '' : `${enhanced} `;
  const soft = (line: string): string => `${front}${line}`.replace(/^5(?=\.\d{1,3}\.\d{1,3}\b)/, '4');
  return Array.isArray(text) ? text.map(soft) : soft(text ?? '');
}

/** As Postfix shows octets without smtputf8_enable. */
const blanks = (character: string): string => ' '.repeat(utf8Length(character));

export function answeringClass(engine: Engine, host: ServerHost): AnsweringClass {
  const { full, smtputf8 } = host.settings;
  const Parser = dataParserClass(engine);

  return class extends engine.SMTPConnection implements Answering {
    #errors = 0;
    #counting = true;
    /** Replies that have not been written yet. */
    #gathered = '';
    #handshake: NodeJS.Timeout | undefined = undefined;

    override _createParser(): DataParser {
      const parser = new Parser({ maxCommandLength: LINE_BUFFER_BYTES });
      parser.oncommand = (command, callback) => this._onCommand(command, callback);
      parser.on('error', (error) => this.send(421, `Error: ${error.message}`));
      return parser;
    }

    /** Called with the TLS socket when a handshake begins: silence is not all that can make it last. */
    override _armTimeout(socket?: Socket): void {
      super._armTimeout(socket);
      if (!this._upgrading || socket === undefined) return;
      this.#handshake = setTimeout(() => {
        if (!this._upgrading || this._closed) return;
        const fields = { event: 'tls', client: this.remoteAddress, session: this.id, reason: 'limit' };
        host.reporter.log?.warn(fields, 'the TLS handshake took too long');
        socket.destroy();
        this._socket.destroy();
      }, full.handshakeTime);
      this.#handshake.unref();
    }

    ended(): void {
      clearTimeout(this.#handshake);
    }

    showsUtf8(): boolean {
      return smtputf8 === 'lenient';
    }

    answer(reply: Reply): void {
      const { code, enhanced } = reply;
      if (reply.lines.length === 1 && code < 400) {
        const [line = ''] = reply.lines;
        this.send(code, enhanced === undefined ? line : `${enhanced} ${line}`, false);
        return;
      }
      const { lines } = this.showsUtf8() ? reply : asciiReply(reply, smtputf8 === 'off' ? blanks : undefined);
      const ours = replies.closing.has(reply) ? lines.map((line) => `${host.settings.ourName.ascii} ${line}`) : lines;
      const text = enhanced === undefined ? [...ours] : ours.map((line) => `${enhanced} ${line}`);
      // `false`: no enhanced code of smtp-server's own choice. It writes an array as a multi-line reply.
      this.#write(code, text, reply === replies.tooManyRecipients);
    }

    #write(code: number, text: string[], forgiven: boolean): void {
      const counting = this.#counting;
      if (forgiven) this.#counting = false;
      this.send(code, text, false);
      this.#counting = counting;
    }

    override send(given: number, text?: string | string[] | null, context?: string | false): void {
      const softly = host.settings.softBounce === true && given >= 500;
      const code = softly ? given - 100 : given;
      // The code of smtp-server's own choice is that of the reply as it was.
      const data = softly ? softened(text, this._getEnhancedStatusCode(given, context)) : text;
      // The usual reply, of ours: one printable line. What smtp-server writes itself goes behind what was gathered.
      if (context === false && typeof data === 'string' && code >= 250 && code < 400) {
        this.#gather(`${code} ${data}\r\n`);
        return;
      }
      this.flush();
      super.send(code, data, softly ? false : context);
      // Postfix ends the session behind a 521, whoever says it; smtp-server behind a 421.
      if (code === 521 && this.#counting) this.close();
      if (code >= 400 && this.#counting) this.#countError();
    }

    /** RFC 2920 section 3.2: the replies to commands that came together leave together, in one write. */
    #gather(line: string): void {
      if (this.#gathered === '') setImmediate(() => this.flush());
      this.#gathered += line;
    }

    flush(): void {
      const text = this.#gathered;
      if (text === '') return;
      this.#gathered = '';
      const { _socket: socket } = this;
      if (!this._upgrading && !socket.destroyed && socket.readyState === 'open') socket.write(text);
    }

    #countError(): void {
      if (this._closing) return;
      this.#errors++;
      if (this.#errors < full.errors) return;
      this.flush();
      super.send(421, `4.7.0 ${host.settings.ourName.ascii} Error: too many errors`, false);
    }

    /** The replies to one LMTP message are one error at most, not one for each recipient. */
    answerAll(all: readonly Reply[]): void {
      this.#counting = false;
      for (const reply of all) this.answer(reply);
      this.#counting = true;
      if (all.some(({ code }) => code >= 400)) this.#countError();
      if (all.some(({ code }) => code === 521)) this.close();
    }

    answerWith(work: () => MaybePromise<Reply>, done: () => void): void {
      try {
        const reply = work();
        if (isThenable<Reply>(reply)) {
          const answered = reply.then(
            (late) => this.answer(late),
            (error: unknown) => this.crashed(error),
          );
          answered.then(done).catch((error: unknown) => this.crashed(error));
          return;
        }
        this.answer(reply);
      } catch (error) {
        this.crashed(error);
      }
      done();
    }

    crashed(error: unknown): void {
      host.reporter.log?.error({ event: 'crash', session: this.id, error: messageOf(error) }, 'a command crashed');
      this.answer(replies.localError);
    }
  };
}
