/**
 * What a result code means (RFC 4511 appendix A). Of a search: 0 is an answer, 32 says that there is no entry at the base, and nothing
 * else says anything about entries. Of a bind: 0 is a right password, and a no is only what is a no to this name with this password.
 */
import type { LdapResult } from './responses.js';

export const SUCCESS = 0;
export const SIZE_LIMIT_EXCEEDED = 4;
export const NO_SUCH_OBJECT = 32;

/** Asking again later may help. All else is a matter of how we, the server, or our rights are set up. */
const TEMPORARY: ReadonlySet<number> = new Set([
  // operationsError: Active Directory says so of much; among others of a range that is not there any more.
  1,
  // timeLimitExceeded
  3,
  // busy, unavailable
  51, 52,
  // other
  80,
  // RFC 3909: canceled
  118,
]);

export function isTemporary(code: number): boolean {
  return TEMPORARY.has(code);
}

/** Another server may do better: busy, unavailable. */
export function isUnavailable(code: number): boolean {
  return code === 51 || code === 52;
}

/** No to this name and password. */
export function isRefusedBind({ code, message }: LdapResult): boolean {
  switch (code) {
    // constraintViolation: 389 Directory Server, of an account with too many failures.
    case 19:
    // noSuchObject, inappropriateAuthentication (an entry without a password), invalidCredentials.
    case NO_SUCH_OBJECT:
    case 48:
    case 49:
      return true;
    // unwillingToPerform: 389 Directory Server, of an account that is disabled; others of much that is no such thing.
    case 53:
      return /account/i.test(message);
    default:
      return false;
  }
}
