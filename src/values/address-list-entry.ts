/**
 * One entry of an address list, from its tokens: `a@b`, `Name <a@b>`, `<@route:a@b>` (RFC 5322 sections 3.4 and 4.4).
 * It tells what has two readings (`ambiguous`) from what has none (`malformed`); it never takes the likelier one.
 */
import { MAILBOX_LIMIT, type Mailbox, mailboxOf } from './address.js';
import type { Token } from './address-list-lexer.js';
import { parseDomain } from './domain.js';
import { parseAddressLiteral } from './mailbox.js';
import { malformed, type Parsed, parsed } from './parsed.js';

export interface HeaderMailbox {
  readonly kind: 'header-mailbox';
  /** Without quotes; undefined where the address stands alone. */
  readonly displayName: string | undefined;
  readonly mailbox: Mailbox;
}

/** Odd, with one reading all the same. */
export interface AddressNote {
  readonly code:
    | 'display-name-looks-like-address'
    | 'dots-in-local-part'
    | 'source-route'
    | 'semicolon-as-comma'
    | 'group-not-closed';
  /** Index into the field's value. */
  readonly at: number;
}

/** Two programs may read different addresses here. */
export interface Ambiguous {
  readonly kind: 'ambiguous';
  readonly why: string;
  readonly at: number;
}

/** `tokens` are those between two separators, at least one. What is odd but has one reading is added to `notes`. */
export function readEntry(tokens: readonly Token[], notes: AddressNote[]): Parsed<HeaderMailbox> | Ambiguous {
  const open = tokens.findIndex((token) => isSpecial(token, '<'));
  if (open >= 0) return readNameAddr(tokens, open, notes);
  const mailbox = readAddrSpec(tokens, notes);
  return mailbox.kind === 'parsed' ? parsed(headerMailbox(undefined, mailbox.value)) : mailbox;
}

/** The text of a display name or of a group's name; malformed where other things than words and dots are in it. */
export function readPhrase(tokens: readonly Token[]): Parsed<string> {
  let phrase = '';
  for (const [i, token] of tokens.entries()) {
    // obs-phrase allows the dot; "@" is an error that everybody makes, noted by the caller.
    const fits = token.kind === 'atom' || token.kind === 'quoted' || isSpecial(token, '.') || isSpecial(token, '@');
    if (!fits) return malformed(`"${token.text.slice(0, 1)}" does not belong into a name without quotes`, token.at);
    phrase += i > 0 && token.spaced ? ` ${token.text}` : token.text;
  }
  return parsed(phrase);
}

export function isSpecial(token: Token | undefined, text: string): boolean {
  return token !== undefined && token.kind === 'special' && token.text === text;
}

function readNameAddr(tokens: readonly Token[], open: number, notes: AddressNote[]): Parsed<HeaderMailbox> | Ambiguous {
  const close = tokens.findIndex((token, i) => i > open && isSpecial(token, '>'));
  if (close < 0) return malformed('"<" without ">"', tokens[open]?.at);
  const behind = tokens[close + 1];
  if (behind !== undefined) {
    const another = tokens.slice(close + 1).some((token) => isSpecial(token, '<') || isSpecial(token, '@'));
    if (another) return { kind: 'ambiguous', why: 'two addresses without a comma between them', at: behind.at };
    return malformed('text behind ">"', behind.at);
  }
  const name = readPhrase(tokens.slice(0, open));
  if (name.kind === 'malformed') return name;
  const mailbox = readAngle(tokens.slice(open + 1, close), tokens[close]?.at ?? 0, notes);
  if (mailbox.kind !== 'parsed') return mailbox;
  if (name.value.includes('@')) notes.push({ code: 'display-name-looks-like-address', at: tokens[0]?.at ?? 0 });
  return parsed(headerMailbox(open === 0 ? undefined : name.value, mailbox.value));
}

/** Between the angle brackets: an obs-route, which is dropped, and an addr-spec. */
function readAngle(tokens: readonly Token[], end: number, notes: AddressNote[]): Parsed<Mailbox> | Ambiguous {
  const first = tokens[0];
  if (first === undefined) return malformed('nothing between the angle brackets', end);
  const nested = tokens.find((token) => isSpecial(token, '<'));
  if (nested !== undefined) return malformed('"<" inside angle brackets', nested.at);
  if (!isSpecial(first, '@')) return readAddrSpec(tokens, notes);
  const colon = tokens.findIndex((token) => isSpecial(token, ':'));
  if (colon < 0) return malformed('a source route ends in ":"', first.at);
  notes.push({ code: 'source-route', at: first.at });
  return colon + 1 < tokens.length
    ? readAddrSpec(tokens.slice(colon + 1), notes)
    : malformed('an address is expected behind the source route', end);
}

function readAddrSpec(tokens: readonly Token[], notes: AddressNote[]): Parsed<Mailbox> | Ambiguous {
  const at = tokens.findIndex((token) => isSpecial(token, '@'));
  const start = tokens[0]?.at ?? 0;
  if (at < 0) return malformed('an address without "@"', start);
  const second = tokens.find((token, i) => i > at && isSpecial(token, '@'));
  if (second !== undefined) {
    return { kind: 'ambiguous', why: 'more than one "@" outside quotes in one address', at: second.at };
  }
  const local = readLocalPart(tokens.slice(0, at), tokens[at]?.at ?? 0, notes);
  if (local.kind === 'malformed') return local;
  const domain = readDomain(tokens.slice(at + 1), tokens[at]?.at ?? 0);
  if (domain.kind === 'malformed') return domain;
  const mailbox = mailboxOf(local.value, domain.value, MAILBOX_LIMIT);
  return mailbox.kind === 'parsed' ? mailbox : malformed(mailbox.why, start);
}

/** obs-local-part = word *("." word); dots in wrong places have one reading only and are noted. */
function readLocalPart(tokens: readonly Token[], end: number, notes: AddressNote[]): Parsed<string> {
  let value = '';
  let previousIsDot = true;
  let odd = false;
  for (const token of tokens) {
    const isDot = isSpecial(token, '.');
    if (!isDot && token.kind !== 'atom' && token.kind !== 'quoted') {
      return malformed(`"${token.text.slice(0, 1)}" does not belong into a local part`, token.at);
    }
    if (!isDot && !previousIsDot) return malformed('two words without a dot before "@"', token.at);
    odd ||= isDot && previousIsDot;
    previousIsDot = isDot;
    value += token.text;
  }
  const first = tokens[0];
  if (first === undefined) return malformed('nothing before "@"', end);
  if (odd || previousIsDot) notes.push({ code: 'dots-in-local-part', at: first.at });
  return parsed(value);
}

function readDomain(tokens: readonly Token[], at: number): Parsed<Mailbox['domain']> {
  const first = tokens[0];
  if (first === undefined) return malformed('a domain is expected behind "@"', at + 1);
  if (first.kind === 'literal' && tokens.length === 1) {
    const literal = parseAddressLiteral(first.text);
    return literal.kind === 'parsed' ? literal : malformed(literal.why, first.at);
  }
  const wrong = tokens.find((token, i) => {
    const isAtom = token.kind === 'atom';
    return (!isAtom && !isSpecial(token, '.')) || (isAtom && i > 0 && tokens[i - 1]?.kind === 'atom');
  });
  if (wrong !== undefined) return malformed('text that belongs to no address', wrong.at);
  const domain = parseDomain(tokens.map((token) => token.text).join(''), { underscores: true });
  return domain.kind === 'parsed' ? domain : malformed(domain.why, first.at);
}

function headerMailbox(displayName: string | undefined, mailbox: Mailbox): HeaderMailbox {
  return { kind: 'header-mailbox', displayName, mailbox };
}
