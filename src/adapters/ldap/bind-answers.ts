/**
 * Why a server refused a bind (RFC 4511 section 4.2.2), as a cause of ours. Active Directory says it in its diagnostic message
 * (`..., data 533, v4563`), mostly to who knows the password alone; OpenLDAP says "wrong" and nothing else.
 */
import type { LoginRefusal } from '../../ports/authenticator.js';
import type { BindResult } from './service.js';

export interface Refusal {
  readonly cause: LoginRefusal;
  /** `AD 52e`, `LDAP 49`, with the server's words where it has any. */
  readonly detail: string;
}

export function refusalOf({ code, message }: Extract<BindResult, { readonly kind: 'refused' }>): Refusal {
  const subCode = code === INVALID_CREDENTIALS ? subCodeOf(message) : undefined;
  if (subCode !== undefined) return { cause: SUB_CODES[subCode] ?? 'unspecified', detail: `AD ${subCode}` };
  const words = message
    .slice(0, LONGEST_WORDS)
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .trim();
  return { cause: RESULT_CODES[code] ?? 'unspecified', detail: `LDAP ${code}${words === '' ? '' : ` ${words}`}` };
}

const INVALID_CREDENTIALS = 49;

const RESULT_CODES: Readonly<Record<number, LoginRefusal>> = {
  // constraintViolation: 389 Directory Server, after too many wrong passwords.
  19: 'locked-out',
  // noSuchObject.
  32: 'no-such-account',
  // inappropriateAuthentication: the entry has no password.
  48: 'wrong-password',
  [INVALID_CREDENTIALS]: 'wrong-password',
  // unwillingToPerform: 389 Directory Server, of an account that is not active.
  53: 'disabled',
};

/** Codes of Windows ([MS-ERREF] section 2.2) in hexadecimal, without leading zeros. */
const SUB_CODES: Readonly<Record<string, LoginRefusal>> = {
  '52e': 'wrong-password',
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
