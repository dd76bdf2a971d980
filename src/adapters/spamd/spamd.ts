/**
 * The scorer port as a client of SpamAssassin's spamd, over TCP or a Unix socket: one connection for each message, so many at once, one
 * deadline for all of it. Points come from the reply's header, rules from its body. What is no whole reply is "could not tell".
 */
import type { PortCall } from '../../core/stage.js';
import type { SpamHit } from '../../findings/spam.js';
import type { Scorer, ScorerQuestion, ScorerVerdict } from '../../ports/scorer.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { encodeUtf8 } from '../../values/bytes.js';
import { sanitiseFieldText } from '../../values/make-field.js';
import type { Message } from '../../values/message.js';
import { Desk } from '../shared/desk.js';
import type { Endpoint } from '../shared/endpoint.js';
import { exchange } from '../shared/exchange.js';
import { firstOctets } from '../shared/first-octets.js';
import { encodeRequest, ReplyReader, type SpamdCommand, type SpamdReply } from './protocol.js';
import { hitsOfReport, hitsOfSymbols } from './rules.js';
import { isUserName, type SpamdOptions, type SpamdSettings, spamdSettings } from './settings.js';

export interface Spamd extends Scorer, AsyncDisposable {
  score(question: ScorerQuestion, call?: PortCall): Promise<Answer<ScorerVerdict>>;
  /** Points alone. */
  check(message: Message, call?: PortCall): Promise<Answer<SpamdReply>>;
  /** `body`: names of rules with commas between. */
  symbols(message: Message, call?: PortCall): Promise<Answer<SpamdReply>>;
  /** `body`: the report for people. */
  report(message: Message, call?: PortCall): Promise<Answer<SpamdReply>>;
  /** `body`: the header with spamd's own marks. */
  headers(message: Message, call?: PortCall): Promise<Answer<SpamdReply>>;
  /** `body`: the message with spamd's own marks. */
  process(message: Message, call?: PortCall): Promise<Answer<SpamdReply>>;
  /** Ends every question as "could not tell", later ones too; resolves when nothing is left of them. */
  close(): Promise<void>;
}

/** Throws ConfigurationError (code `options`) for wrong options. Connects for the first message. */
export function spamd(endpoint: Endpoint, options: SpamdOptions = {}): Spamd {
  const settings = spamdSettings(endpoint, options);
  const { timeout, atOnce, waiting } = settings;
  // A function needs a question to answer.
  const user = typeof options.user === 'string' ? options.user : undefined;
  const desk = new Desk({ name: settings.name, timeout, atOnce, waiting });
  const ask = (asked: Asked, call: PortCall | undefined): Promise<Answer<SpamdReply>> =>
    desk.run(call, (signal) => put(settings, asked, signal));
  const plain =
    (command: SpamdCommand) =>
    (message: Message, call?: PortCall): Promise<Answer<SpamdReply>> =>
      ask({ command, message, lines: new Uint8Array(0), user }, call);
  const close = (): Promise<void> => desk.close();
  return {
    name: 'spamd',
    score: (question, call) => scored(settings, question, (asked) => ask(asked, call)),
    check: plain('CHECK'),
    symbols: plain('SYMBOLS'),
    report: plain('REPORT'),
    headers: plain('HEADERS'),
    process: plain('PROCESS'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Asked {
  readonly command: SpamdCommand;
  readonly message: Message;
  /** Put on top of the message. */
  readonly lines: Uint8Array;
  readonly user: string | undefined;
}

async function scored(
  settings: SpamdSettings,
  question: ScorerQuestion,
  ask: (asked: Asked) => Promise<Answer<SpamdReply>>,
): Promise<Answer<ScorerVerdict>> {
  const { message, sender } = question;
  const user = settings.userOf(question);
  if (user !== undefined && !isUserName(user)) return cannotTell(`${settings.name}: the user's name has blanks`, false);
  // Rules read the envelope there; a message on its way has no such field (RFC 5321 section 4.4).
  const lines = encodeUtf8(`Return-Path: <${sanitiseFieldText(sender)}>${message.lineEnding === 'lf' ? '\n' : '\r\n'}`);
  const command = settings.rules === 'names' ? 'SYMBOLS' : 'REPORT';
  const answer = await ask({ command, message, lines, user });
  if (answer.kind !== 'found') return answer;
  const { score, required, body } = answer.value;
  const hits: readonly SpamHit[] | undefined = command === 'REPORT' ? hitsOfReport(body) : hitsOfSymbols(body);
  if (hits === undefined) return cannotTell(`${settings.name}: what it sent is no list of rules`);
  const whole = lines.length + message.size;
  const incomplete = whole > settings.maxBytes ? [`all but the first ${settings.maxBytes} octets of ${whole}`] : [];
  return found({ score, required, hits, advice: undefined, incomplete });
}

async function put(settings: SpamdSettings, asked: Asked, signal: AbortSignal): Promise<Answer<SpamdReply>> {
  const { endpoint, name, maxBytes, maxReplyBytes } = settings;
  const { command, message, lines, user } = asked;
  const length = Math.min(maxBytes, lines.length + message.size);
  const reading = new ReplyReader(command, maxReplyBytes);
  try {
    const reply = await exchange(
      endpoint,
      request(encodeRequest(command, length, user), asked, length),
      reading,
      signal,
    );
    return reply.kind === 'parsed' ? found(reply.value) : cannotTell(`${name}: ${reply.why}`);
  } catch (error) {
    return cannotTell(`${name}: the message could not be sent: ${error instanceof Error ? error.message : error}`);
  }
}

async function* request(head: Uint8Array, { lines, message }: Asked, length: number): AsyncIterable<Uint8Array> {
  yield head;
  if (lines.length > 0) yield lines;
  yield* firstOctets(message, length - lines.length);
}
