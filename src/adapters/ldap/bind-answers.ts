/**
 * What a server answers a bind (RFC 4511 section 4.2.2): yes, no, or nothing about this name with this password. Active
 * Directory says more in its diagnostic message (`..., data 533, v4563`), mostly to who knows the password alone: also
 * that it cannot look now, with the same result code. OpenLDAP says "wrong" and nothing else. No password is in what is
 * told, also where a server repeats it.
 */
import type { LoginRefusal } from '../../ports/authenticator.js';
import type { LdapResult } from './responses.js';
import { isTemporary, NO_SUCH_OBJECT } from './results.js';
import type { BindResult } from './service.js';

type Given = Pick<LdapResult, 'code' | 'message'>;

export interface Refusal {
  readonly cause: LoginRefusal;
  /** `AD 52e`, `LDAP 49`, with the server's words where it has any. */
  readonly detail: string;
}

/** No to this name and password, and so not to be asked again. */
export function isRefusedBind({ code, message }: Given): boolean {
  switch (code) {
    case INVALID_CREDENTIALS: {
      const subCode = subCodeOf(message);
      return subCode === undefined || SUB_CODES[subCode] !== undefined;
    }
    case UNWILLING_TO_PERFORM:
      return INACTIVATED.test(message);
    default:
      return RESULT_CODES[code] !== undefined;
  }
}

/** Where it is neither yes nor no: whether it may be one later. */
export function mayBindLater({ code }: Given): boolean {
  // Active Directory says 49 with what it lacks itself: no server for logins (51f), no domain (54b), no answer of
  // another (6ba, 6bf).
  return code === INVALID_CREDENTIALS || isTemporary(code);
}

export function refusalOf(
  { code, message }: Extract<BindResult, { readonly kind: 'refused' }>,
  secret: string,
): Refusal {
  const subCode = code === INVALID_CREDENTIALS ? subCodeOf(message) : undefined;
  if (subCode !== undefined) return { cause: SUB_CODES[subCode] ?? 'unspecified', detail: `AD ${subCode}` };
  const words = withoutSecret(message, secret)
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .slice(0, LONGEST_WORDS)
    .trim();
  return { cause: RESULT_CODES[code] ?? 'unspecified', detail: `LDAP ${code}${words === '' ? '' : ` ${words}`}` };
}

/** A refusal in words, for a log: `wrong password (AD 52e)`, `result 8: TLS, please`. */
export function bindText(result: Given, secret: string): string {
  const { code, message } = result;
  const subCode = code === INVALID_CREDENTIALS ? subCodeOf(message) : undefined;
  const cause = subCode === undefined ? undefined : SUB_CODES[subCode];
  if (cause !== undefined) return `${cause.replaceAll('-', ' ')} (AD ${subCode})`;
  const words = withoutSecret(message, secret);
  return words === '' ? `result ${code}` : `result ${code}: ${words}`;
}

/** With what was sent struck out, also where its beginning is all that is left at the end of a text that was cut. */
export function withoutSecret(given: string, secret: string): string {
  const [plain, cut] = [secret.replace(/\p{C}+/gu, ' ').trim(), given.length >= CUT];
  const text = [...new Set([secret, plain])].reduce(
    (left, one) => (one === '' ? left : left.replaceAll(one, STRUCK)),
    given,
  );
  for (let length = Math.min(plain.length, text.length); cut && length > 0; length--) {
    if (text.endsWith(plain.slice(0, length))) return text.slice(0, text.length - length) + STRUCK;
  }
  return text;
}

const STRUCK = '***';
/** Characters from which on a diagnostic message has been cut (responses.ts), or blanks at its end. */
const CUT = 290;

const INVALID_CREDENTIALS = 49;
const UNWILLING_TO_PERFORM = 53;
/** 389 Directory Server, of an account that is not active; others say 53 of much that is no such thing. */
const INACTIVATED = /^Account inactivated\b/;

const RESULT_CODES: Readonly<Record<number, LoginRefusal>> = {
  // constraintViolation: 389 Directory Server, after too many wrong passwords.
  19: 'locked-out',
  [NO_SUCH_OBJECT]: 'no-such-account',
  // inappropriateAuthentication: the entry has no password.
  48: 'wrong-password',
  [INVALID_CREDENTIALS]: 'wrong-password',
  [UNWILLING_TO_PERFORM]: 'disabled',
};

/** Codes of Windows ([MS-ERREF] section 2.2) in hexadecimal, without leading zeros: those that say no. Any other says
 * nothing. */
const SUB_CODES: Readonly<Record<string, LoginRefusal>> = {
  // ERROR_INVALID_PASSWORD
  '56': 'wrong-password',
  '52e': 'wrong-password',
  // A restriction of the account.
  '52f': 'not-permitted',
  '525': 'no-such-account',
  '530': 'logon-hours',
  '531': 'workstation',
  '532': 'password-expired',
  '533': 'disabled',
  // No right to log in over the network.
  '569': 'not-permitted',
  '701': 'account-expired',
  '773': 'must-change-password',
  '775': 'locked-out',
};

function subCodeOf(message: string): string | undefined {
  const matched = /\bdata 0{0,8}([0-9a-f]{1,8})\b/i.exec(message.slice(0, LONGEST_MESSAGE));
  return matched?.[1]?.toLowerCase();
}

const LONGEST_MESSAGE = 1000;
/** Of a server's words in a log. */
const LONGEST_WORDS = 200;
