/**
 * One attempt to log in (RFC 4954), behind PLAIN and LOGIN alike. An empty password is refused without asking: a
 * directory may take it for an anonymous bind. No password is kept or logged.
 */
import type { Conversation } from '../../core/conversation.js';
import type { Login } from '../../core/session.js';
import type { Credentials } from '../../ports/credentials.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { utf8Length } from '../../values/characters.js';
import type { IpAddress } from '../../values/ip.js';
import type { Reply } from '../../values/reply.js';
import type { ServerHost } from './host.js';
import { inTime } from './in-time.js';
import { messageOf, peerFields } from './record.js';
import * as replies from './replies.js';

export interface LoginAttempt {
  readonly mechanism: string;
  readonly login: string;
  /** What PLAIN calls the authorization identity (RFC 4616): must be empty or the login itself. */
  readonly actAs: string;
  readonly password: string;
}

/** Of a login, and of a password. */
const MOST_OCTETS = 1024;
const MOST_SHOWN = 256;

/** The login, or the reply that refuses it. */
export async function logIn(
  { settings: { credentials, full }, reporter: { log } }: ServerHost,
  { session, helo }: Conversation,
  attempt: LoginAttempt,
): Promise<Login | Reply> {
  if (credentials === undefined) return replies.cannotAuthenticate;
  const answer = await verifyLogin(credentials, attempt, session.client.ip, full.authTime);
  const { mechanism, login } = attempt;
  const fields = { event: 'auth', ...peerFields(session, helo), mechanism, login: login.slice(0, MOST_SHOWN) };
  if (answer.kind === 'found') {
    log?.info({ ...fields, result: 'ok', account: answer.value.name }, 'logged in');
    return answer.value;
  }
  log?.warn({ ...fields, result: answer.kind, detail: answer.why }, 'login failed');
  return answer.kind === 'not-found' ? replies.wrongCredentials : replies.cannotAuthenticate;
}

/** Not-found for everything that is wrong; cannot-tell when the port rejects or takes longer than `timeLimit` ms. */
async function verifyLogin(
  credentials: Credentials,
  attempt: LoginAttempt,
  client: IpAddress | undefined,
  timeLimit: number,
): Promise<Answer<Login>> {
  const { login, password, actAs, mechanism } = attempt;
  if (password === '') return { kind: 'not-found', why: 'empty password' };
  if (login === '') return { kind: 'not-found', why: 'empty login' };
  if (actAs !== '' && actAs !== login) return { kind: 'not-found', why: 'asked to act as somebody else' };
  if (utf8Length(login) > MOST_OCTETS || utf8Length(password) > MOST_OCTETS)
    return { kind: 'not-found', why: 'too long' };
  try {
    const answer = await inTime(timeLimit, (call) => credentials.verify(login, password, { ...call, client }));
    if (answer === 'late' || answer === 'over') return cannotTell(`no answer within ${timeLimit} ms`);
    return answer.kind === 'found' ? found({ name: answer.value.name, mechanism }) : answer;
  } catch (error) {
    return cannotTell(messageOf(error));
  }
}
