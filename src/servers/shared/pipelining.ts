/**
 * Behind which commands a client may send more before it has the answer: RFC 2920 section 3.1, as Postfix's smtpd sees
 * it. Without EHLO behind none; with it behind all but those that end a group of commands. What is no command of ours
 * proves nothing.
 */
import type { Session } from '../../core/session.js';

const ENDS_GROUP: ReadonlySet<string> = new Set(['HELO', 'EHLO', 'LHLO', 'DATA', 'NOOP', 'VRFY']);
const OTHERS: ReadonlySet<string> = new Set(['MAIL', 'RCPT', 'RSET', 'QUIT', 'XCLIENT', 'AUTH', 'STARTTLS']);

/** `verb` in upper case. */
export function mayBeFollowed(verb: string, protocol: Session['protocol']): boolean {
  return !ENDS_GROUP.has(verb) && (protocol !== 'smtp' || !OTHERS.has(verb));
}
