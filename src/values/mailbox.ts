/**
 * The Mailbox of RFC 5321 section 4.1.2 with the extension of RFC 6531 section 3.3: Dot-string or Quoted-string,
 * then a domain or an address literal. No white space, no comments, no display name: those are of RFC 5322 and in
 * address-list.ts. Angle brackets are in path.ts.
 */
import { type AddressLiteral, addressLiteral, LOCAL_PART_LIMIT, type Mailbox, mailboxOf } from './address.js';
import { excerpt, isAtext, isControl } from './characters.js';
import { type Domain, type DomainOptions, parseDomain } from './domain.js';
import { type IpAddress, parseIp } from './ip.js';
import { malformed, type Parsed, parsed } from './parsed.js';

export interface MailboxOptions extends DomainOptions {
  /** Octets of the local part as written. Default 64 (RFC 5321 section 4.5.3.1.1); Postfix has no such limit. */
  readonly maxLocalPart?: number;
  /** Keep the spelling (`Mailbox.written`). Default false. */
  readonly keepWritten?: boolean;
}

/** What was read, and the index behind it. */
export interface Read<T> {
  readonly value: T;
  readonly end: number;
}

/** The whole text is one mailbox: `user@example.com`, `"a b"@[IPv6:2001:db8::1]`. */
export function parseMailbox(text: string, options: MailboxOptions = {}): Parsed<Mailbox> {
  const read = readMailbox(text, 0, options);
  if (read.kind === 'malformed') return read;
  const { value, end } = read.value;
  return end === text.length ? parsed(value) : malformed('text behind the address', end);
}

/** Reads one mailbox from index `at`; it ends before `>`, a space, or the end of the text. */
export function readMailbox(text: string, at: number, options: MailboxOptions): Parsed<Read<Mailbox>> {
  const local = text.charAt(at) === '"' ? readQuotedString(text, at) : readDotString(text, at);
  if (local.kind === 'malformed') return local;
  const { end } = local.value;
  if (text.charAt(end) !== '@') return malformed('"@" and a domain are expected behind the local part', end);
  const domain = readDomain(text, end + 1, options);
  if (domain.kind === 'malformed') return domain;
  const mailbox = mailboxOf(local.value.value, domain.value.value, options.maxLocalPart ?? LOCAL_PART_LIMIT);
  if (mailbox.kind === 'malformed') return malformed(mailbox.why, at);
  const value = options.keepWritten ? asWritten(mailbox.value, text.slice(end + 1, domain.value.end)) : mailbox.value;
  return parsed({ value, end: domain.value.end });
}

/** The local part without quotes, and the domain as it stands. */
function asWritten(mailbox: Mailbox, domain: string): Mailbox {
  const written = `${mailbox.localPart}@${domain}`;
  return written === mailbox.text ? mailbox : { ...mailbox, written };
}

/** `192.0.2.1` or `IPv6:2001:db8::1`, as between the brackets of an address literal (RFC 5321 section 4.1.3). */
export function parseAddressLiteral(text: string): Parsed<AddressLiteral> {
  const ip = parseLiteralIp(text);
  return ip.kind === 'parsed' ? parsed(addressLiteral(ip.value)) : ip;
}

function parseLiteralIp(text: string): Parsed<IpAddress> {
  const tagged = /^ipv6:/i.test(text);
  const address = tagged ? text.slice(5) : text;
  const ip = parseIp(address);
  if (ip.kind === 'malformed') {
    const tag = /^[A-Za-z0-9-]{1,60}(?=:)/.exec(text);
    // General-address-literal: no tag but IPv6 has ever been registered.
    if (tag !== null && !tagged) return malformed(`no address literals of kind ${excerpt(tag[0])} are known`);
    return malformed(ip.why, ip.at + (tagged ? 5 : 0));
  }
  const written = address.includes(':') ? 6 : 4;
  if (written === 6 && !tagged) return malformed('an IPv6 address literal begins with "IPv6:"');
  return written === 4 && tagged ? malformed('an IPv6 address is expected behind "IPv6:"', 5) : ip;
}

/** Dot-string = Atom *("." Atom). */
function readDotString(text: string, start: number): Parsed<Read<string>> {
  let at = start;
  for (; at < text.length; at++) {
    if (text.charAt(at) !== '.') {
      if (isAtext(text.charCodeAt(at))) continue;
      break;
    }
    if (at === start || text.charAt(at - 1) === '.') return malformed('a dot without an atom before it', at);
  }
  if (at === start) return malformed('a local part is expected', at);
  if (text.charAt(at - 1) === '.') return malformed('a local part without quotes does not end in a dot', at - 1);
  return parsed({ value: text.slice(start, at), end: at });
}

/** Quoted-string; any printable character may stand behind a backslash (quoted-pairSMTP). */
function readQuotedString(text: string, start: number): Parsed<Read<string>> {
  let value = '';
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return parsed({ value: value + text.slice(from, at), end: at + 1 });
    if (character === '\\') {
      const escaped = text.charCodeAt(at + 1);
      if (!(escaped >= 0x20 && escaped < 0x7f))
        return malformed('a printable character is expected behind "\\"', at + 1);
      value += text.slice(from, at);
      from = at + 1;
      at++;
    } else if (isControl(character.charCodeAt(0))) {
      return malformed('control character in a quoted local part', at);
    }
  }
  return malformed('a quoted local part without closing quote', start);
}

function readDomain(text: string, start: number, options: DomainOptions): Parsed<Read<Domain | AddressLiteral>> {
  const isLiteral = text.charAt(start) === '[';
  let end = start;
  while (end < text.length && text.charAt(end) !== '>' && text.charAt(end) !== ' ') end++;
  const written = text.slice(start, end);
  if (isLiteral && !written.endsWith(']')) return malformed('"]" is expected behind the address literal', end);
  const domain = isLiteral ? parseAddressLiteral(written.slice(1, -1)) : parseDomain(written, options);
  if (domain.kind === 'malformed') return malformed(domain.why, start + (isLiteral ? 1 : 0) + domain.at);
  return parsed({ value: domain.value, end });
}
