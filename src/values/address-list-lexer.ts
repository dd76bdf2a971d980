/**
 * The words of an address list: lexical tokens of RFC 5322 section 3.2, with comments left out. One pass, never back;
 * the field is unfolded already, so a bare CR, LF or any other control character but tab is refused.
 */
import { isAtext } from './characters.js';
import { malformed, type Parsed, parsed } from './parsed.js';

export interface Token {
  readonly kind: 'atom' | 'quoted' | 'literal' | 'special' | 'end';
  /** Of an atom, a special: as written. Of a quoted string, a domain literal: what is between the delimiters, unescaped. */
  readonly text: string;
  readonly at: number;
  /** White space or a comment stands before it. */
  readonly spaced: boolean;
}

export interface Lexer {
  next(): Parsed<Token>;
}

const COMMENT_DEPTH_LIMIT = 32;
const SPECIALS = '<>@,;:.';

export function addressListLexer(text: string): Lexer {
  let at = 0;
  return {
    next: () => {
      const gap = skipSpace(text, at);
      if (gap.kind === 'malformed') return gap;
      const start = gap.value;
      const token = readToken(text, start, start > at);
      if (token.kind === 'malformed') return token;
      at = token.value.end;
      return parsed(token.value.token);
    },
  };
}

interface ReadToken {
  readonly token: Token;
  readonly end: number;
}

function readToken(text: string, at: number, spaced: boolean): Parsed<ReadToken> {
  const first = text.charAt(at);
  if (first === '') return parsed({ token: { kind: 'end', text: '', at, spaced }, end: at });
  if (SPECIALS.includes(first)) return parsed({ token: { kind: 'special', text: first, at, spaced }, end: at + 1 });
  if (first === '"') return readDelimited(text, at, spaced, 'quoted', '"');
  if (first === '[') return readDelimited(text, at, spaced, 'literal', ']');
  let end = at;
  while (end < text.length && isWordCharacter(text.charCodeAt(end))) end++;
  if (end === at) return malformed(unexpected(first), at);
  return parsed({ token: { kind: 'atom', text: text.slice(at, end), at, spaced }, end });
}

/** C1 controls are in: they are the quotes and dashes of undeclared windows-1252. An address with one is refused later. */
function isWordCharacter(code: number): boolean {
  return isAtext(code) || (code >= 0x80 && code < 0xa0);
}

function unexpected(character: string): string {
  if (isForbidden(character.charCodeAt(0))) return 'control character in an address list';
  return `"${character}" outside quotes`;
}

function isForbidden(code: number): boolean {
  return (code < 0x20 && code !== 0x09) || code === 0x7f;
}

function readDelimited(
  text: string,
  start: number,
  spaced: boolean,
  kind: 'quoted' | 'literal',
  close: string,
): Parsed<ReadToken> {
  let value = '';
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (isForbidden(text.charCodeAt(at))) return malformed('control character in an address list', at);
    if (character === close) {
      return parsed({ token: { kind, text: value + text.slice(from, at), at: start, spaced }, end: at + 1 });
    }
    if (character === '\\') {
      value += text.slice(from, at);
      from = at + 1;
      at++;
      if (isForbidden(text.charCodeAt(at))) return malformed('control character in an address list', at);
    }
  }
  return malformed(kind === 'quoted' ? 'a quoted string without closing quote' : 'a domain literal without "]"', start);
}

/** Behind white space and comments (RFC 5322 section 3.2.2), which nest. */
function skipSpace(text: string, start: number): Parsed<number> {
  let depth = 0;
  let opened = start;
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '(') {
      if (depth === 0) opened = at;
      depth++;
      if (depth > COMMENT_DEPTH_LIMIT) return malformed(`comments nest at most ${COMMENT_DEPTH_LIMIT} deep`, at);
    } else if (depth === 0) {
      if (character !== ' ' && character !== '\t') break;
    } else if (isForbidden(text.charCodeAt(at))) {
      return malformed('control character in a comment', at);
    } else if (character === ')') {
      depth--;
    } else if (character === '\\') {
      at++;
    }
  }
  return depth === 0 ? parsed(at) : malformed('a comment without closing parenthesis', opened);
}
