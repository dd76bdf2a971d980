/**
 * The scorer port as a client of rspamd's worker, HTTP over TCP or a Unix socket: one request for each message, so many at once, one
 * deadline for all of it. The action that rspamd names is advice; points and rules are what counts.
 */
import type { PortCall } from '../../core/stage.js';
import type { Scorer, ScorerQuestion, ScorerVerdict } from '../../ports/scorer.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import type { Message } from '../../values/message.js';
import { Desk } from '../shared/desk.js';
import type { Endpoint } from '../shared/endpoint.js';
import { firstOctets } from '../shared/first-octets.js';
import { post } from './post.js';
import { envelopeFields, RECIPIENTS, readVerdict } from './protocol.js';
import { type RspamdOptions, type RspamdSettings, rspamdSettings } from './settings.js';

export interface Rspamd extends Scorer, AsyncDisposable {
  score(question: ScorerQuestion, call?: PortCall): Promise<Answer<ScorerVerdict>>;
  /** Ends every question as "could not tell", later ones too; resolves when nothing is left of them. */
  close(): Promise<void>;
}

/** `endpoint`: a normal worker of rspamd, port 11333 mostly. Throws ConfigurationError (code `options`) for wrong options. */
export function rspamd(endpoint: Endpoint, options: RspamdOptions = {}): Rspamd {
  const settings = rspamdSettings(endpoint, options);
  const { name, timeout, atOnce, waiting } = settings;
  const desk = new Desk({ name, timeout, atOnce, waiting });
  const close = (): Promise<void> => desk.close();
  return {
    name: 'rspamd',
    score: (question, call) => desk.run(call, (signal) => scored(settings, question, signal)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function scored(
  { endpoint, name, maxBytes, maxReplyBytes }: RspamdSettings,
  question: ScorerQuestion,
  signal: AbortSignal,
): Promise<Answer<ScorerVerdict>> {
  const { message }: { readonly message: Message } = question;
  const length = Math.min(maxBytes, message.size);
  const fields = envelopeFields(question);
  const body = (): AsyncIterable<Uint8Array> => firstOctets(message, length);
  const reply = await post({ endpoint, path: '/checkv2', fields, length, body, limit: maxReplyBytes }, signal);
  const verdict = reply.kind === 'parsed' ? readVerdict(reply.value) : reply;
  if (verdict.kind === 'malformed') return cannotTell(`${name}: ${verdict.why}`);
  const { recipients } = question;
  const left = [
    ...(length < message.size ? [`all but the first ${length} octets of ${message.size}`] : []),
    ...(recipients.length > RECIPIENTS ? [`all but the first ${RECIPIENTS} of ${recipients.length} recipients`] : []),
  ];
  return found({ ...verdict.value, incomplete: [...verdict.value.incomplete, ...left] });
}
