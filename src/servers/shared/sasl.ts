/**
 * The exchange behind AUTH (RFC 4954 section 4): PLAIN (RFC 4616) and LOGIN, which has no standard, as data: each line
 * of the client gives a challenge, an attempt to log in, or the reply that ends it. Base64 is read strictly (RFC 4954
 * section 4: what cannot be decoded is 501), names and passwords are UTF-8 without NUL. No socket, no password kept.
 */
import { decodeBase64 } from '../../values/base64.js';
import { decodeText, decodeUtf8 } from '../../values/bytes.js';
import type { Reply } from '../../values/reply.js';
import type { LoginAttempt } from './login.js';
import * as replies from './replies.js';

export type SaslStep =
  | { readonly kind: 'challenge'; readonly reply: Reply; readonly next: (line: Uint8Array) => SaslStep }
  | { readonly kind: 'attempt'; readonly attempt: LoginAttempt }
  | { readonly kind: 'refused'; readonly reply: Reply };

type Read = (text: string) => SaslStep;

/** `command`: the whole line, `AUTH PLAIN AGFsaWNlAHg=`. */
export function beginSasl(command: Uint8Array): SaslStep {
  const words = decodeText(command)
    .trim()
    .split(/[ \t]+/);
  const [, mechanism = '', initial, ...more] = words;
  if (mechanism === '' || more.length > 0) return refused(replies.authSyntax);
  switch (mechanism.toUpperCase()) {
    case 'PLAIN':
      return initial === undefined ? challenge('', readPlain) : initially(initial, readPlain);
    case 'LOGIN':
      return initial === undefined ? challenge('VXNlcm5hbWU6', readUser) : initially(initial, readUser);
    default:
      return refused(replies.unknownMechanism);
  }
}

/** RFC 4954 section 4: a single equals sign is an empty initial response. */
function initially(text: string, read: Read): SaslStep {
  return read(text === '=' ? '' : text);
}

function challenge(text: string, read: Read): SaslStep {
  const reply: Reply = { kind: 'reply', code: 334, enhanced: undefined, lines: [text] };
  const next = (line: Uint8Array): SaslStep => {
    const answer = decodeText(line).trim();
    // RFC 4954 section 4: the client cancels.
    return answer === '*' ? refused(replies.authCancelled) : read(answer);
  };
  return { kind: 'challenge', reply, next };
}

/** `[authzid] NUL authcid NUL passwd` (RFC 4616 section 2). */
function readPlain(text: string): SaslStep {
  const parts = utf8In(text)?.split('\0');
  if (parts?.length !== 3) return refused(replies.badAuthData);
  const [actAs = '', login = '', password = ''] = parts;
  if (CONTROL.test(login) || CONTROL.test(actAs)) return refused(replies.badAuthData);
  return { kind: 'attempt', attempt: { mechanism: 'PLAIN', login, actAs, password } };
}

function readUser(text: string): SaslStep {
  const login = utf8In(text);
  if (login === undefined || CONTROL.test(login)) return refused(replies.badAuthData);
  return challenge('UGFzc3dvcmQ6', (answer) => readPassword(login, answer));
}

function readPassword(login: string, text: string): SaslStep {
  const password = utf8In(text);
  if (password === undefined || password.includes('\0')) return refused(replies.badAuthData);
  return { kind: 'attempt', attempt: { mechanism: 'LOGIN', login, actAs: '', password } };
}

/** In a name: NUL, line ends, and others that have no place in a log either. */
const CONTROL = /\p{Cc}/u;

/** Undefined for what is no Base64 of UTF-8. */
function utf8In(text: string): string | undefined {
  const octets = decodeBase64(text);
  return octets === undefined ? undefined : decodeUtf8(octets);
}

function refused(reply: Reply): SaslStep {
  return { kind: 'refused', reply };
}
