/**
 * The replies that the servers word themselves: RFC 5321 section 4.2, enhanced codes of RFC 3463 and RFC 5248. What a
 * policy answers is in its decisions.
 */
import type { Verdict } from '../../core/decision.js';
import { type Reply, reply, replyFromText } from '../../values/reply.js';

export const ok: Reply = reply(250, '2.0.0', 'Ok');
export const senderOk: Reply = reply(250, '2.1.0', 'Ok');
export const recipientOk: Reply = reply(250, '2.1.5', 'Ok');
export const startMail: Reply = reply(354, undefined, 'End data with <CR><LF>.<CR><LF>');
export const cannotVerify: Reply = reply(252, '2.0.0', 'Send a message to find out');
export const help: Reply = reply(214, '2.0.0', 'HELO EHLO MAIL RCPT DATA RSET NOOP QUIT, see RFC 5321');

export const badSender: Reply = reply(501, '5.1.7', 'Bad sender address syntax');
export const badRecipient: Reply = reply(501, '5.1.3', 'Bad recipient address syntax');
export const mailSyntax: Reply = reply(501, '5.5.4', 'Syntax: MAIL FROM:<address>');
export const rcptSyntax: Reply = reply(501, '5.5.4', 'Syntax: RCPT TO:<address>');
export const rsetSyntax: Reply = reply(501, '5.5.4', 'Syntax: RSET');
export const dataSyntax: Reply = reply(501, '5.5.4', 'Syntax: DATA');
export const badParameters: Reply = reply(501, '5.5.4', 'Bad command parameters');
export const badSize: Reply = reply(501, '5.5.4', 'Bad message size syntax');
const unsupported: Reply = reply(555, '5.5.4', 'Unsupported option');
export const notUtf8: Reply = reply(500, '5.5.2', 'Error: bad UTF-8 syntax');
export const lineTooLong: Reply = reply(500, '5.5.2', 'Line too long');
/** EHLO and HELO replies carry no enhanced code (RFC 2034 section 3). */
export const badHelo: Reply = reply(501, undefined, 'Syntax: one host name or address literal is expected');
/** RFC 6531 section 3.5. */
export const needsUtf8: Reply = reply(553, '5.6.7', 'Must declare SMTPUTF8 to send unicode address');
export const nestedMail: Reply = reply(503, '5.5.1', 'Error: nested MAIL command');
export const needsMail: Reply = reply(503, '5.5.1', 'Error: need MAIL command');
export const needsRcpt: Reply = reply(503, '5.5.1', 'Error: need RCPT command');
/** RFC 5321 section 3.3: 554 where no recipient was valid. */
export const noValidRecipients: Reply = reply(554, '5.5.1', 'Error: no valid recipients');
/** No error of the client's: it is told to send the rest later, and the replies may cross (RFC 2920). */
export const tooManyRecipients: Reply = reply(452, '4.5.3', 'Error: too many recipients');
/** The same where it counts as an error: to a client that goes on and on. */
export const farTooManyRecipients: Reply = reply(452, '4.5.3', 'Error: too many recipients');
/** To MAIL with SIZE; Postfix's words, as all of these. */
export const declaredTooBig: Reply = reply(552, '5.3.4', 'Message size exceeds fixed limit');
export const messageTooBig: Reply = reply(552, '5.3.4', 'Error: message file too big');
export const headerTooBig: Reply = reply(552, '5.3.4', 'The header of the message exceeds a limit');

/** Postfix's smtpd_forbid_bare_newline. The connection closes: what is pipelined behind may be smuggled. */
export const bareNewline: Reply = reply(521, '5.5.2', 'Bare LF or CR in the message: lines end in CRLF');
export const nulOctet: Reply = reply(554, '5.6.0', 'NUL octet in the message');
export const messageLineTooLong: Reply = reply(554, '5.6.0', 'A line of the message is too long');

/** RFC 3207 section 4. */
export const tlsRequired: Reply = reply(530, '5.7.0', 'Must issue a STARTTLS command first');
/** RFC 4954 section 6. */
export const loginRequired: Reply = reply(530, '5.7.0', 'Authentication required');
export const encryptionRequired: Reply = reply(538, '5.7.11', 'Encryption required for authentication');
export const wrongCredentials: Reply = reply(535, '5.7.8', 'Authentication credentials invalid');
export const cannotAuthenticate: Reply = reply(454, '4.7.0', 'Temporary authentication failure');
export const loggedIn: Reply = reply(235, '2.7.0', 'Authentication successful');
/** RFC 4954 section 4. */
export const authSyntax: Reply = reply(501, '5.5.4', 'Syntax: AUTH mechanism');
export const unknownMechanism: Reply = reply(504, '5.5.4', 'Error: authentication mechanism not supported');
export const authCancelled: Reply = reply(501, '5.7.0', 'Authentication aborted');
export const badAuthData: Reply = reply(501, '5.5.2', 'Error: authentication data cannot be decoded');
export const authLineTooLong: Reply = reply(500, '5.5.6', 'Authentication exchange line is too long');
export const alreadyLoggedIn: Reply = reply(503, '5.5.1', 'Already authenticated');
export const notDuringMail: Reply = reply(503, '5.5.1', 'Error: MAIL transaction in progress');
/** To a browser, or whoever made one talk to us. The connection closes. */
export const notSmtp: Reply = reply(221, '2.7.0', 'Error: this is a mail server, goodbye');
export const notAuthorised: Reply = reply(550, '5.7.0', 'Error: insufficient authorization');

export const storageFull: Reply = reply(452, '4.3.1', 'Insufficient system storage');
export const localError: Reply = reply(451, '4.3.0', 'Local error in processing, try again later');
export const notConfigured: Reply = reply(451, '4.3.5', 'Mail system configuration problem, try again later');
export const permanentFailure: Reply = reply(554, '5.3.0', 'The message could not be delivered');

export const tooManyCommands: Reply = reply(421, '4.7.0', 'Too many commands without a message');
export const tooManyLogins: Reply = reply(421, '4.7.0', 'Too many failed logins');
export const tooManyConnections: Reply = reply(421, '4.7.0', 'Too many connections');
export const shuttingDown: Reply = reply(421, '4.3.2', 'Shutting down, try again later');
export const sessionTooLong: Reply = reply(421, '4.4.2', 'The session took too long');
export const dataTooSlow: Reply = reply(421, '4.4.2', 'The message took too long');

/** In place of the greeting, where the policy crashed. */
export const connectFailed: Reply = reply(421, '4.3.0', 'Local error in processing, try again later');

/** Ours, which name us: RFC 5321 section 4.2.2. What a policy words is said to the letter. */
export const closing: ReadonlySet<Reply> = new Set([
  ...[tooManyCommands, tooManyLogins, tooManyConnections, shuttingDown],
  ...[sessionTooLong, dataTooSlow, connectFailed],
]);

/** RFC 5321 section 3.1: what a refused client is told from then on, until it says QUIT. */
export function accessDenied(client: string): Reply {
  return replyFromText(`Error: access denied for ${client}`, denied);
}

const denied: Reply = reply(503, '5.7.0', 'Error: access denied');

/** A keyword that is not offered, or a value that is none of its (RFC 5321 section 4.1.1.11). */
export function unsupportedOption(text: string): Reply {
  return replyFromText(`Unsupported option: ${text.slice(0, 100)}`, unsupported);
}

/** The final 250; the id finds the message in the logs. */
export function queued(id: string): Reply {
  return { kind: 'reply', code: 250, enhanced: '2.0.0', lines: [`Ok: accepted as ${id}`] };
}

export function is(code: 2 | 4 | 5, { code: given }: Reply): boolean {
  return Math.floor(given / 100) === code;
}

const none: readonly never[] = [];

/** What to say for several that failed: trying again helps as long as one failure is temporary. */
export function worst(replies: readonly (Reply | undefined)[] = none): Reply | undefined {
  if (replies.length === 0) return undefined;
  const failed = replies.filter((one) => one !== undefined);
  return failed.find((one) => is(4, one)) ?? failed[0];
}

/** Discard, hold, quarantine and redirect are carried out at the end: the dialogue goes on. */
export function refusalOf(decision: Verdict): Reply | undefined {
  return decision.kind === 'reject' || decision.kind === 'defer' ? decision.reply : undefined;
}
