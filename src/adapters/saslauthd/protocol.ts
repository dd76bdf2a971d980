/**
 * The protocol of saslauthd(8) as its client: login, password, service and realm as counted strings, one such string
 * back, which begins with OK or NO. Bytes to values and back; no socket. Strict with replies: what is neither is
 * nonsense, and nonsense is no answer.
 */
import type { LoginRefusal } from '../../ports/authenticator.js';
import { decodeText, encodeUtf8 } from '../../values/bytes.js';
import { excerpt, isLoneSurrogate } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import { CountedReader, encodeCounted } from '../shared/counted-strings.js';

export interface SaslauthdRequest {
  readonly login: string;
  readonly password: string;
  readonly service: string;
  readonly realm: string;
}

/** Malformed: it cannot be asked. `most`: octets of the login and of the password. No reason holds any of them. */
export function encodeRequest(request: SaslauthdRequest, most: number): Parsed<Uint8Array> {
  const { login, password, service, realm } = request;
  const texts = [login, password, service, realm];
  // The daemon would take what is before a NUL for all of it.
  if (texts.some((text) => text.includes('\0'))) return malformed('a NUL');
  // Longer than that in characters is longer in octets too.
  if (texts.some((text) => text.length > most)) return malformed(`over ${most} octets`);
  if (texts.some((text) => hasNoUtf8(text))) return malformed('half of a surrogate pair');
  const strings = texts.map(encodeUtf8);
  return strings.some(({ length }) => length > most)
    ? malformed(`over ${most} octets`)
    : parsed(encodeCounted(strings));
}

function hasNoUtf8(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (isLoneSurrogate(text, at)) return true;
  return false;
}

export type SaslauthdReply =
  | { readonly kind: 'ok' }
  /** `reason`: what stands behind NO, often empty. */
  | { readonly kind: 'no'; readonly reason: string };

/** Octets of a reply. */
const REPLY_LIMIT = 1024;

/** Collects one reply, in whatever pieces it comes. */
export class ReplyReader {
  readonly #counted = new CountedReader(1, REPLY_LIMIT);
  #begun = false;

  /** Undefined: more is to come. */
  push(bytes: Uint8Array): Parsed<SaslauthdReply> | undefined {
    this.#begun ||= bytes.length > 0;
    const read = this.#counted.push(bytes);
    if (read === undefined || read.kind === 'malformed') return read;
    const [reply = new Uint8Array(0)] = read.value.strings;
    return read.value.extra ? malformed('more than a reply') : readReply(decodeText(reply));
  }

  /** The connection is closed at the other end. */
  end(): Parsed<never> {
    return malformed(this.#begun ? 'the reply is cut short' : 'closed without an answer');
  }
}

export function readReply(text: string): Parsed<SaslauthdReply> {
  if (/^OK(?: [^\0]*)?$/.test(text)) return parsed({ kind: 'ok' });
  if (/^NO(?: [^\0]*)?$/.test(text)) return parsed({ kind: 'no', reason: text.slice(3).trim() });
  return malformed(`it says ${excerpt(text)}`);
}

/** What a reason means. Undefined: nobody can tell whether the password is wrong or what the daemon asks has failed. */
export type Meaning = { readonly kind: 'refused'; readonly cause: LoginRefusal } | { readonly kind: 'failed' };

/**
 * The reasons of saslauthd 2.1.28. Those of its mechanisms `sasldb` and `ldap` are always empty, that of `pam` is one
 * for nearly all. Rimap marks with [ALERT] what it could not ask.
 */
export function meaningOf(reason: string): Meaning | undefined {
  const cause = Object.hasOwn(CAUSES, reason) ? CAUSES[reason] : undefined;
  if (cause !== undefined) return { kind: 'refused', cause };
  return FAILURES.some((start) => reason.startsWith(start)) ? { kind: 'failed' } : undefined;
}

const CAUSES: Readonly<Record<string, LoginRefusal>> = {
  'Incorrect password': 'wrong-password',
  'Invalid username': 'no-such-account',
  'Invalid shadow username': 'no-such-account',
  'Account expired': 'account-expired',
  'Password expired': 'password-expired',
  'PAM acct error': 'not-permitted',
  'remote server rejected your credentials': 'unspecified',
};

const FAILURES: readonly string[] = [
  '[ALERT] ',
  'saslauthd internal error',
  'internal mechanism failure',
  'PAM start error',
  'Username lookup failure: ',
  'Username shadow lookup failure: ',
  'Insufficient permission to access ',
  'krb5_verify_init_creds failed',
];
