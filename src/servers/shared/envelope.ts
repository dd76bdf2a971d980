/**
 * MAIL and RCPT from the octets of the command line to values, or to the reply that refuses them: RFC 5321 section 4.1,
 * SIZE of RFC 1870, BODY of RFC 6152, SMTPUTF8 of RFC 6531 (without it no domain goes beyond US-ASCII, and a local part
 * only where the server is lenient), AUTH= of RFC 4954 section 5. Parameters of extensions that are not offered (DSN,
 * DELIVERBY ...) are refused with 555. Faults are told in Postfix's order: path, parameters, size, SMTPUTF8.
 */
import type { Parameters } from '../../core/transaction.js';
import { type ForwardPath, type Mailbox, needsSmtputf8, type ReversePath } from '../../values/address.js';
import { decodeUtf8 } from '../../values/bytes.js';
import { indexOfNonAscii } from '../../values/characters.js';
import {
  type CommandArguments,
  type EsmtpParameters,
  parseMailCommandArguments,
  parseRcptCommandArguments,
} from '../../values/esmtp.js';
import type { Parsed } from '../../values/parsed.js';
import type { PathOptions } from '../../values/path.js';
import type { Reply } from '../../values/reply.js';
import * as replies from './replies.js';

export type Command<T> =
  | { readonly kind: 'command'; readonly value: T }
  | { readonly kind: 'refused'; readonly reply: Reply };

export interface MailCommand {
  readonly sender: ReversePath;
  readonly utf8: boolean;
  readonly parameters: Parameters;
}

export interface RcptCommand {
  readonly address: Mailbox;
  /** The command had `<postmaster>` without a domain. */
  readonly postmaster: boolean;
  readonly parameters: Parameters;
}

export interface EnvelopeRules {
  readonly strict: boolean;
  readonly messageBytes: number;
  /** As the option of the server. */
  readonly smtputf8: 'strict' | 'lenient' | 'off';
}

/** `line` without its line end: `MAIL FROM:<a@b> SIZE=100`. */
export function readMail(line: Uint8Array, rules: EnvelopeRules): Command<MailCommand> {
  const text = decodeUtf8(line);
  if (text === undefined) return refused(replies.notUtf8);
  if (!hasPath(text, 'FROM')) return refused(replies.mailSyntax);
  const read = parseMailCommandArguments(argumentsOf(text), pathOptions(rules));
  if (read.kind === 'malformed') return refused(faultOf(text, read, replies.badSender));
  const { path, parameters } = read.value;
  const utf8 = rules.smtputf8 !== 'off' && parameters.get('SMTPUTF8') === true;
  const wide = indexOfNonAscii(text) !== -1 && !utf8;
  if (wide && hasWideDomain(path)) return refused(replies.badSender);
  const fault = mailParameterFault(parameters, rules);
  if (fault !== undefined) return refused(fault);
  if (wide && mustDeclare(path, rules)) return refused(replies.needsUtf8);
  return { kind: 'command', value: { sender: path, utf8, parameters: plain(parameters) } };
}

/** `utf8`: MAIL had SMTPUTF8. `<postmaster>` without a domain is `postmaster` (RFC 5321 sections 4.1.1.3 and 4.5.1). */
export function readRcpt(
  line: Uint8Array,
  rules: EnvelopeRules,
  utf8: boolean,
  postmaster: Mailbox,
): Command<RcptCommand> {
  const text = decodeUtf8(line);
  if (text === undefined) return refused(replies.notUtf8);
  if (!hasPath(text, 'TO')) return refused(replies.rcptSyntax);
  const read = parseRcptCommandArguments(argumentsOf(text), pathOptions(rules));
  if (read.kind === 'malformed') return refused(faultOf(text, read, replies.badRecipient));
  const { path, parameters } = read.value;
  const wide = indexOfNonAscii(text) !== -1 && !utf8;
  if (wide && hasWideDomain(path)) return refused(replies.badRecipient);
  for (const [keyword, value] of parameters) return refused(replies.unsupportedOption(written(keyword, value)));
  const isPostmaster = path.kind !== 'mailbox';
  const address = isPostmaster ? postmaster : path;
  if (wide && mustDeclare(path, rules)) return refused(replies.needsUtf8);
  return { kind: 'command', value: { address, parameters: {}, postmaster: isPostmaster } };
}

/** As it was sent: in U-labels. */
function hasWideDomain(path: ReversePath | ForwardPath): boolean {
  if (path.kind !== 'mailbox' || path.written === undefined) return false;
  return indexOfNonAscii(path.written.slice(path.localPart.length)) !== -1;
}

/** RFC 6531 section 3.5. */
function mustDeclare(path: ReversePath | ForwardPath, { smtputf8 }: EnvelopeRules): boolean {
  return smtputf8 === 'strict' && path.kind === 'mailbox' && needsSmtputf8(path);
}

function mailParameterFault(parameters: EsmtpParameters, rules: EnvelopeRules): Reply | undefined {
  let tooBig = false;
  for (const [keyword, value] of parameters) {
    switch (keyword) {
      case 'SIZE':
        if (value === true || !/^[0-9]{1,20}$/.test(value)) return replies.badSize;
        tooBig = Number(value) > rules.messageBytes;
        break;
      case 'BODY':
        if (value === true || !/^(?:7bit|8bitmime)$/i.test(value))
          return replies.unsupportedOption(written(keyword, value));
        break;
      case 'SMTPUTF8':
        if (rules.smtputf8 === 'off' || value !== true) return replies.unsupportedOption(written(keyword, value));
        break;
      case 'AUTH':
        if (value === true || indexOfNonAscii(value) !== -1) return replies.badParameters;
        break;
      default:
        return replies.unsupportedOption(written(keyword, value));
    }
  }
  // RFC 1870 section 6.1: refused before a single octet of it is sent.
  return tooBig ? replies.declaredTooBig : undefined;
}

function written(keyword: string, value: string | true): string {
  return value === true ? keyword : `${keyword}=${value}`;
}

/** `FROM:` or `TO:` with something behind it. */
function hasPath(text: string, word: 'FROM' | 'TO'): boolean {
  const behind = argumentsOf(text);
  const colon = behind.indexOf(':');
  return colon !== -1 && behind.slice(0, colon).toUpperCase() === word && behind.slice(colon + 1).trim() !== '';
}

/** A fault behind the path is one of the parameters. */
function faultOf(
  text: string,
  read: Extract<Parsed<CommandArguments<ReversePath>>, { kind: 'malformed' }>,
  path: Reply,
): Reply {
  const close = argumentsOf(text).lastIndexOf('>');
  return close !== -1 && read.at > close + 1 ? replies.badParameters : path;
}

/** What follows the verb. */
function argumentsOf(text: string): string {
  return text.slice(4).trimStart();
}

function pathOptions({ strict }: EnvelopeRules): PathOptions {
  // Postfix reads over spaces even where brackets must be there.
  return strict ? strictPath : loosePath;
}

// Hosts with an underscore in their name send mail, and Postfix takes it.
const shared = { leadingSpaces: true, keepWritten: true, underscores: true } as const;
const strictPath: PathOptions = { ...shared, angleBrackets: 'required' };
const loosePath: PathOptions = { ...shared, angleBrackets: 'optional' };

function plain(parameters: EsmtpParameters): Parameters {
  const record: Record<string, string | undefined> = {};
  for (const [keyword, value] of parameters) record[keyword] = value === true ? undefined : value;
  return record;
}

function refused(reply: Reply): { readonly kind: 'refused'; readonly reply: Reply } {
  return { kind: 'refused', reply };
}

/** The one argument of HELO, EHLO or LHLO: any text without white space and controls, for a policy to judge. */
export function readHelloName(line: Uint8Array): string | undefined {
  const words = (decodeUtf8(line) ?? '').trim().split(/\s+/);
  const [, name = ''] = words;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return words.length === 2 && name.length <= 255 && !/[\x00-\x20\x7f-\x9f]/.test(name) ? name : undefined;
}
