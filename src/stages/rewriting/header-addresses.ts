/**
 * Where the addresses stand in an address field (RFC 5322 section 3.4): alone, in angle brackets, in groups. An entry that
 * two programs may read differently has none: it stays as it is.
 */
import { type HeaderToken, headerTokens } from './header-tokens.js';

export interface AddressSpan {
  /** Of the address in the text, without angle brackets. */
  readonly start: number;
  readonly end: number;
  readonly localPart: string;
  /** As written, without white space; undefined for a bare name. */
  readonly domain: string | undefined;
  /** Comments that stand inside the address, each with a space before it; empty for most. */
  readonly comments: string;
}

export function headerAddresses(text: string): readonly AddressSpan[] {
  const spans: AddressSpan[] = [];
  let item: HeaderToken[] = [];
  let inAngle = false;
  const finish = (): void => {
    const span = item.length === 0 ? undefined : readItem(item, text);
    if (span !== undefined) spans.push(span);
    item = [];
  };
  for (const token of headerTokens(text)) {
    const operator = token.kind === 'operator' ? token.text : '';
    if (operator === '<' || operator === '>') inAngle = operator === '<';
    // Inside angle brackets commas and colons are a source route's.
    if (!inAngle && (operator === ',' || operator === ';')) finish();
    else if (!inAngle && operator === ':') item = [];
    else item.push(token);
  }
  finish();
  return spans;
}

function readItem(tokens: readonly HeaderToken[], text: string): AddressSpan | undefined {
  const open = tokens.findIndex((token) => isOperator(token, '<'));
  if (open < 0) return readAddress(tokens, text);
  const close = tokens.findIndex((token, i) => i > open && isOperator(token, '>'));
  if (close < 0 || close < tokens.length - 1) return undefined;
  const inner = tokens.slice(open + 1, close);
  const colon = isOperator(inner[0], '@') ? inner.findIndex((token) => isOperator(token, ':')) : -1;
  return readAddress(inner, text, colon + 1);
}

/** `from`: behind a source route, which is dropped with the rest of the address. */
function readAddress(tokens: readonly HeaderToken[], text: string, from = 0): AddressSpan | undefined {
  const address = tokens.slice(from);
  const [first] = tokens;
  const last = tokens[tokens.length - 1];
  if (first === undefined || last === undefined || address.length === 0) return undefined;
  const at = address.findLastIndex((token) => isOperator(token, '@'));
  const local = wordsOf(at < 0 ? address : address.slice(0, at));
  if (local === undefined || local === '') return undefined;
  const domain = at < 0 ? undefined : domainOf(address.slice(at + 1));
  if (at >= 0 && (domain === undefined || domain === '')) return undefined;
  return { start: first.start, end: last.end, localPart: local, domain, comments: commentsIn(tokens, text) };
}

function commentsIn(tokens: readonly HeaderToken[], text: string): string {
  let comments = '';
  for (let i = 1; i < tokens.length; i++) {
    const gap = text.slice(tokens[i - 1]?.end, tokens[i]?.start).trim();
    if (gap !== '') comments += ` ${gap}`;
  }
  return comments;
}

/** Undefined where two words have nothing between them. */
function wordsOf(tokens: readonly HeaderToken[]): string | undefined {
  let text = '';
  let previous: HeaderToken | undefined;
  for (const token of tokens) {
    const isWord = token.kind !== 'operator';
    if (token.kind === 'literal' || (!isWord && token.text !== '.' && token.text !== '@')) return undefined;
    if (isWord && previous !== undefined && previous.kind !== 'operator') return undefined;
    text += token.text;
    previous = token;
  }
  return text;
}

function domainOf(tokens: readonly HeaderToken[]): string | undefined {
  const [only] = tokens;
  if (tokens.length === 1 && only?.kind === 'literal') return only.text;
  if (tokens.some((token) => token.kind === 'quoted' || token.kind === 'literal')) return undefined;
  return wordsOf(tokens);
}

function isOperator(token: HeaderToken | undefined, text: string): boolean {
  return token !== undefined && token.kind === 'operator' && token.text === text;
}
