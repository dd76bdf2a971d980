/**
 * What a result code means (RFC 4511 appendix A). Of a search: 0 is an answer, 32 says that there is no entry at the
 * base, and nothing else says anything about entries. What a bind is answered: bind-answers.ts.
 */

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
