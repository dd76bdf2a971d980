/**
 * The error codes of node:dns as answers. "There is none" (NXDOMAIN, no data) and "could not tell" (SERVFAIL, REFUSED,
 * time-out, a reply without sense) stay apart, for mail is refused for the first and delayed for the second.
 */
import type { NoRecords } from '../../ports/resolver.js';
import { type Answer, cannotTell, notFound } from '../../values/answer.js';
import { dnsNameFault } from '../../values/dns-name.js';

const none: Readonly<Record<string, NoRecords>> = {
  ENOTFOUND: 'no-such-name',
  ENODATA: 'no-data',
};

/** `what` tells the question: `MX of example.com`. */
export function answerOfError(error: unknown, what: string): Answer<never> {
  const { code } = typeof error === 'object' && error !== null ? (error as { readonly code?: unknown }) : {};
  const name = typeof code === 'string' ? code : 'unknown error';
  if (Object.hasOwn(none, name)) return notFound(none[name]);
  return cannotTell(`${what}: ${name}`);
}

/** The answer to a question that is not asked, for no such name can exist. */
export function answerOfName(name: string): Answer<never> | undefined {
  return dnsNameFault(name) === undefined ? undefined : notFound('no-such-name' satisfies NoRecords);
}
