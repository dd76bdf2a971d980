/**
 * Mailboxes and what is asked of them: comparison, the key of look-up tables, the address extension. A mailbox exists
 * only as the result of a parser (mailbox.ts, path.ts, address-list.ts) or of `mailboxOf`. RFC 5321 section 2.3.11.
 */
import { isAtext, isControl, isLoneSurrogate, utf8Length } from './characters.js';
import type { Domain } from './domain.js';
import type { IpAddress } from './ip.js';
import { malformed, type Parsed, parsed } from './parsed.js';

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 section 4.1.3). */
export interface AddressLiteral {
  readonly kind: 'address-literal';
  readonly ip: IpAddress;
  /** With its brackets, canonical. */
  readonly text: string;
}

export interface Mailbox {
  readonly kind: 'mailbox';
  /** Without quotes and escapes; case kept (RFC 5321 section 2.4). */
  readonly localPart: string;
  readonly domain: Domain | AddressLiteral;
  /** `local@domain`, quoted only where it must be, domain in A-labels, lower case. The key of comparisons by bytes. */
  readonly text: string;
  /** As the client wrote it, but for quotes and escapes, where that is not `text`: `a@FAR.example.`, `a b@c.example`. For
   * replies alone; it makes no other mailbox. */
  readonly written?: string;
}

/** `<>`: a case of its own, never an empty string. */
export interface NullPath {
  readonly kind: 'null-path';
}

export type ReversePath = Mailbox | NullPath;

/** `<postmaster>` without a domain: ours, whatever our name is (RFC 5321 sections 4.1.1.3 and 4.5.1). */
export interface Postmaster {
  readonly kind: 'postmaster';
}

export type ForwardPath = Mailbox | Postmaster;

/** RFC 5321 section 4.5.3.1.1. */
export const LOCAL_PART_LIMIT: number = 64;
/** RFC 5321 section 4.5.3.1.3 allows 256 octets with the angle brackets. */
export const MAILBOX_LIMIT: number = 254;

export function addressLiteral(ip: IpAddress): AddressLiteral {
  return { kind: 'address-literal', ip, text: ip.version === 4 ? `[${ip.text}]` : `[IPv6:${ip.text}]` };
}

/**
 * From a local part without quotes and a parsed domain. Refuses control characters, text that has no UTF-8 form, and
 * what is over the limits; `maxLocalPart` is in octets as written with quotes, 64 where left out.
 */
export function mailboxOf(
  localPart: string,
  domain: Domain | AddressLiteral,
  maxLocalPart: number = LOCAL_PART_LIMIT,
): Parsed<Mailbox> {
  for (let i = 0; i < localPart.length; i++) {
    if (isControl(localPart.charCodeAt(i))) return malformed('control character in the local part', i);
    if (isLoneSurrogate(localPart, i)) return malformed('half of a surrogate pair in the local part', i);
  }
  const local = quoteLocalPart(localPart);
  if (utf8Length(local) > maxLocalPart) return malformed(`a local part has at most ${maxLocalPart} octets`);
  const text = `${local}@${domain.kind === 'domain' ? domain.ascii : domain.text}`;
  if (utf8Length(text) > MAILBOX_LIMIT) return malformed(`an address has at most ${MAILBOX_LIMIT} octets`);
  return parsed({ kind: 'mailbox', localPart, domain, text });
}

/** As a Dot-string where it is one, else as a Quoted-string (RFC 5321 section 4.1.2). */
export function quoteLocalPart(localPart: string): string {
  return isDotString(localPart) ? localPart : `"${localPart.replace(/["\\]/g, '\\$&')}"`;
}

/** As replies name it: in the client's own spelling, which it finds again in what it sent. */
export function writtenAddress({ written, text }: Mailbox): string {
  return written ?? text;
}

/** Local parts are compared exactly (RFC 5321 section 2.4), domains without regard to case. */
export function sameMailbox(a: Mailbox, b: Mailbox): boolean {
  return a.text === b.text;
}

/** The key for tables that fold their keys, as Postfix does before a look-up: the whole address in lower case. */
export function foldedKey(mailbox: Mailbox): string {
  return mailbox.text.toLowerCase();
}

/** True when the local part can only be sent with SMTPUTF8 (RFC 6531); a domain always has an ASCII form. */
export function needsSmtputf8(mailbox: Mailbox): boolean {
  return utf8Length(mailbox.localPart) !== mailbox.localPart.length;
}

export interface ExtendedLocalPart {
  /** Never empty. */
  readonly base: string;
  /** The one character that was found. */
  readonly delimiter: string;
  /** May be empty: `user+`. */
  readonly extension: string;
}

export interface ExtensionOptions {
  /** Leave `owner-x` and `x-request` whole where `-` is a delimiter (Postfix owner_request_special). Default true. */
  readonly ownerRequestSpecial?: boolean;
  /** Postfix double_bounce_sender, never split. Default `double-bounce`. */
  readonly doubleBounceSender?: string;
}

/**
 * Splits at the first character that is one of `delimiters` (Postfix recipient_delimiter, split_addr). Undefined when
 * there is none, when it is the first character, and for the reserved names, whatever their case.
 */
export function splitExtension(
  localPart: string,
  delimiters: string,
  options: ExtensionOptions = {},
): ExtendedLocalPart | undefined {
  if (isReserved(localPart.toLowerCase(), delimiters, options)) return undefined;
  for (let at = 0; at < localPart.length; at++) {
    const delimiter = localPart.charAt(at);
    if (!delimiters.includes(delimiter)) continue;
    return at === 0 ? undefined : { base: localPart.slice(0, at), delimiter, extension: localPart.slice(at + 1) };
  }
  return undefined;
}

function isReserved(name: string, delimiters: string, options: ExtensionOptions): boolean {
  const { ownerRequestSpecial = true, doubleBounceSender = 'double-bounce' } = options;
  if (name === 'postmaster' || name === 'mailer-daemon' || name === doubleBounceSender.toLowerCase()) return true;
  if (!ownerRequestSpecial || !delimiters.includes('-')) return false;
  return name.startsWith('owner-') || (name.length > '-request'.length && name.endsWith('-request'));
}

function isDotString(localPart: string): boolean {
  let previousIsDot = true;
  for (let i = 0; i < localPart.length; i++) {
    const isDot = localPart.charAt(i) === '.';
    if (isDot ? previousIsDot : !isAtext(localPart.charCodeAt(i))) return false;
    previousIsDot = isDot;
  }
  return !previousIsDot;
}
