/** Macro expansion (RFC 7208 section 7.3). The one macro that asks the DNS, `%{p}`, is asked before: see names.ts. */
import { encodeUtf8 } from '../../values/bytes.js';
import { type IpAddress, reverseLabels } from '../../values/ip.js';
import type { SpfMacro, SpfMacroLetter, SpfMacroPart, SpfMacroString } from './record.js';

/** What macros stand for, but for `d` and `p`, which depend on the record. */
export interface MacroFacts {
  readonly ip: IpAddress;
  /** Local part and domain. */
  readonly sender: string;
  readonly localPart: string;
  readonly senderDomain: string;
  /** '' where the client gave none. */
  readonly helo: string;
  /** Our own name. */
  readonly receiver: string;
  readonly now: Date;
}

/** Characters. Thousands of macros fit into a record, and each may be as long as an address. */
const EXPANSION_LIMIT = 65_536;

/** `p` is undefined where no `%{p}` is in the text. Undefined for what comes to more than 65,536 characters: it is no name. */
export function expandMacros(
  text: SpfMacroString,
  facts: MacroFacts,
  domain: string,
  p: string | undefined,
): string | undefined {
  if (text.plain) return text.text;
  let expanded = '';
  for (const part of text.parts) {
    expanded += partValue(part, facts, domain, p);
    if (expanded.length > EXPANSION_LIMIT) return undefined;
  }
  return expanded;
}

export function usesMacro(text: SpfMacroString, letters: string): boolean {
  return !text.plain && text.parts.some((part) => part.kind === 'macro' && letters.includes(part.letter));
}

function partValue(part: SpfMacroPart, facts: MacroFacts, domain: string, p: string | undefined): string {
  if (part.kind === 'literal') return part.text;
  if (part.kind === 'escape') return part.text === '%%' ? '%' : part.text === '%_' ? ' ' : '%20';
  const value = transformed(letterValue(part.letter, facts, domain, p), part);
  return part.escaped ? urlEscaped(value) : value;
}

function letterValue(letter: SpfMacroLetter, facts: MacroFacts, domain: string, p: string | undefined): string {
  switch (letter) {
    case 's':
      return facts.sender;
    case 'l':
      return facts.localPart;
    case 'o':
      return facts.senderDomain;
    case 'd':
      return domain;
    case 'i':
      return dotted(facts.ip);
    case 'p':
      return p ?? 'unknown';
    case 'h':
      return facts.helo;
    case 'c':
      return facts.ip.text;
    case 'r':
      return facts.receiver;
    case 't':
      return String(Math.floor(facts.now.getTime() / 1000));
    case 'v':
      return facts.ip.version === 4 ? 'in-addr' : 'ip6';
  }
}

/** The address with a dot between its octets, or its nibbles; these in upper case, as the test suite of RFC 7208 has them. */
function dotted(ip: IpAddress): string {
  return ip.version === 4 ? ip.text : [...reverseLabels(ip).toUpperCase()].reverse().join('');
}

function transformed(value: string, { keep, reverse, delimiters }: SpfMacro): string {
  if (keep === 0 && !reverse && delimiters === '.') return value;
  const parts = split(value, delimiters);
  if (reverse) parts.reverse();
  return (keep > 0 ? parts.slice(-keep) : parts).join('.');
}

function split(value: string, delimiters: string): string[] {
  if (delimiters.length === 1) return value.split(delimiters);
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    if (!delimiters.includes(value.charAt(at))) continue;
    parts.push(value.slice(from, at));
    from = at + 1;
  }
  parts.push(value.slice(from));
  return parts;
}

/** All but the unreserved characters of RFC 3986 section 2.3 as octets of UTF-8 in hexadecimal. */
function urlEscaped(value: string): string {
  let escaped = '';
  for (const octet of encodeUtf8(value)) escaped += escapes[octet];
  return escaped;
}

const escapes: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  if (/[A-Za-z0-9._~-]/.test(character)) return character;
  return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
});
