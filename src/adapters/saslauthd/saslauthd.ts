/**
 * The port Authenticator as a client of saslauthd(8), and so of whatever that can ask: PAM, Kerberos, winbind, an IMAP
 * server. A connection for each login. The daemon says NO and mostly not why, also when what it asks is down: see the
 * options `witness` and `onNo`.
 */
import type { PortCall } from '../../core/stage.js';
import type { Authentication, Authenticator, LoginRefusal } from '../../ports/authenticator.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { excerpt } from '../../values/characters.js';
import { Desk } from '../shared/desk.js';
import { exchange } from '../shared/exchange.js';
import { encodeRequest, meaningOf, ReplyReader, type SaslauthdReply, type SaslauthdRequest } from './protocol.js';
import { type SaslauthdOptions, type SaslauthdSettings, saslauthdSettings } from './settings.js';

export interface Saslauthd extends Authenticator, AsyncDisposable {
  authenticate(account: string, password: string, call?: PortCall): Promise<Answer<Authentication>>;
  /** Ends every question as "could not tell"; later ones too. */
  close(): Promise<void>;
}

/** Throws ConfigurationError (code `options`) for wrong options. Connects for the first login. */
export function saslauthd(options: SaslauthdOptions = {}): Saslauthd {
  const settings = saslauthdSettings(options);
  const { name, timeout, atOnce, waiting, maxBytes } = settings;
  const desk = new Desk({ name, timeout, atOnce, waiting });
  const close = (): Promise<void> => desk.close();
  return {
    name,
    async authenticate(account, password, call) {
      if (account === '') return refused('no-such-account', 'an empty login');
      if (password === '') return refused('wrong-password', 'an empty password');
      const request = encodeRequest(requestOf(settings, account, password), maxBytes);
      if (request.kind === 'malformed') return refused('unspecified', `not asked: ${request.why}`);
      return desk.run(call, async (signal) => {
        const reply = await ask(settings, request.value, signal);
        if (reply.kind !== 'found') return reply;
        if (reply.value.kind === 'ok') return found({ kind: 'authenticated', account, user: undefined });
        return refusal(settings, reply.value.reason, signal);
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function requestOf(
  { service, realm, splitRealm }: SaslauthdSettings,
  login: string,
  password: string,
): SaslauthdRequest {
  const at = splitRealm ? login.lastIndexOf('@') : -1;
  if (at < 1) return { login, password, service, realm };
  return { login: login.slice(0, at), password, service, realm: login.slice(at + 1) };
}

async function ask(
  { name, path }: SaslauthdSettings,
  request: Uint8Array,
  signal: AbortSignal,
): Promise<Answer<SaslauthdReply>> {
  const reply = await exchange({ path }, once(request), new ReplyReader(), signal);
  return reply.kind === 'parsed' ? found(reply.value) : cannotTell(`${name}: ${reply.why}`);
}

async function* once(request: Uint8Array): AsyncIterable<Uint8Array> {
  yield request;
}

async function refusal(
  settings: SaslauthdSettings,
  reason: string,
  signal: AbortSignal,
): Promise<Answer<Authentication>> {
  const { name, witness, onNo, maxBytes } = settings;
  const said = reason === '' ? 'NO' : `NO ${excerpt(reason)}`;
  const meaning = meaningOf(reason);
  if (meaning?.kind === 'failed') return cannotTell(`${name}: ${said}`);
  if (meaning !== undefined) return refused(meaning.cause, said);
  if (witness === undefined) return onNo === 'refused' ? refused('unspecified', said) : cannotTell(`${name}: ${said}`);
  const request = encodeRequest(requestOf(settings, witness.login, witness.password), maxBytes);
  if (request.kind === 'malformed') return cannotTell(`${name}: the witness cannot be asked for`, false);
  const reply = await ask(settings, request.value, signal);
  if (reply.kind !== 'found') return reply;
  return reply.value.kind === 'ok'
    ? refused('unspecified', said)
    : cannotTell(`${name}: ${said}, and the witness is refused too`);
}

function refused(cause: LoginRefusal, detail: string): Answer<Authentication> {
  return found({ kind: 'refused', cause, detail });
}
