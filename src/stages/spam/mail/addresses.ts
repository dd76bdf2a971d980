/**
 * Addresses and display names of a header field, read as leniently as SpamAssassin reads them (`:addr`, `:name` of `header` rules). What
 * RFC 5322 section 3.4 says exactly is values/address-list.ts. Linear but for a bounded number of tries at an address in angle brackets.
 */
import { hostToAscii, isHostName } from './hosts.js';

export interface HeaderAddress {
  /** Display name, or a comment that stands for one; with its white space. */
  readonly phrase: string | undefined;
  readonly address: string | undefined;
}

const MAX_TRIES = 32;
const MAX_TEXT = 65_536;
const ADDRESS_TEXT =
  '(?:"(?:[^"\\\\]|\\\\[\\s\\S])*"|[^@\\t-\\r <>()[\\],:;]+)@(?:[^"\\t-\\r <>()[\\],:;]+|\\[[\\d:.]+\\])';
const ADDRESS = new RegExp(`^${ADDRESS_TEXT}$`);
const ADDRESS_HERE = new RegExp(ADDRESS_TEXT, 'y');
const COMMENT_HERE = /[\t-\r ]*\(((?:[^()\\]|\\[\s\S])*)\)/y;
const PHRASE_HERE = /(?:"(?:[^"\\]|\\[\s\S])*"|[^",;<])+/y;
const PIECE_HERE = /"(?:[^"\\]|\\[\s\S])*"|[^",;<]+/y;
const SPACE_HERE = /[\t-\r ]*/y;

/** `raw`: what stands behind the colon. Octets as Latin-1. */
export function parseAddresses(raw: string): readonly HeaderAddress[] {
  const text = withoutGroup(raw.slice(0, MAX_TEXT).trimEnd().replaceAll('\\\\', ''));
  const found: HeaderAddress[] = [];
  let at = 0;
  while (at < text.length && /[^\t-\r ]/.test(text.slice(at, at + 1024))) {
    const one = bracketed(text, at) ?? standalone(text, at);
    if (one === undefined) break;
    found.push(meaningOf(one));
    at = one.end;
  }
  if (text.includes('@', at)) found.push(...leftOver(text.slice(at)));
  return found;
}

interface Match {
  readonly phrase: string | undefined;
  readonly bracketed: string | undefined;
  readonly plain: string | undefined;
  readonly comment: string | undefined;
  readonly end: number;
}

interface Tail {
  readonly comment: string | undefined;
  readonly end: number;
}

/** `Friends: a@example.com;` without the name of the group. */
function withoutGroup(text: string): string {
  const special = text.search(/["()<>]/);
  const colon = text.lastIndexOf(':', special === -1 ? text.length : special - 1);
  if (colon < 1 || special === 0) return text;
  const rest = text.slice(afterSpace(text, colon + 1));
  return rest.startsWith(';') ? '' : rest;
}

function bracketed(text: string, from: number): Match | undefined {
  const start = afterSpace(text, from);
  const phraseEnd = here(PHRASE_HERE, text, start) ?? start;
  if (text[phraseEnd] !== '<') return undefined;
  const phrase = phraseEnd > start ? text.slice(start, phraseEnd) : undefined;
  const inner = afterSpace(text, phraseEnd + 1);
  let tries = 0;
  for (const end of bracketEnds(text, inner)) {
    if (++tries > MAX_TRIES) return undefined;
    const tail = tailAfter(text, afterDuplicates(text, text.indexOf('>', end) + 1));
    if (tail !== undefined) return { phrase, bracketed: text.slice(inner, end), plain: undefined, ...tail };
  }
  return undefined;
}

/** Where the text in angle brackets may end, the likeliest first: white space may stand before the bracket, none in a domain. */
function* bracketEnds(text: string, inner: number): Generator<number> {
  let domain = inner;
  while (domain < text.length && text[domain] !== '>' && text[domain] !== '@') domain++;
  let runEnd = domain;
  while (runEnd < text.length && !isSpaceAt(text, runEnd)) runEnd++;
  const behind = afterSpace(text, runEnd);
  if (runEnd > inner && runEnd > domain && text[behind] === '>') yield runEnd;
  for (let end = text.lastIndexOf('>', runEnd - 1); end > domain; end = text.lastIndexOf('>', end - 1)) yield end;
  if (text[domain] !== '>') return;
  let end = domain;
  while (end > inner && isSpaceAt(text, end - 1)) end--;
  yield end;
}

/** `<a@example.com> <a@example.com>`: the second is passed over. */
function afterDuplicates(text: string, from: number): number {
  let at = from;
  for (let i = 0; i < MAX_TRIES; i++) {
    const open = afterSpace(text, at);
    if (text[open] !== '<') return at;
    const inner = afterSpace(text, open + 1);
    let runEnd = inner;
    while (runEnd < text.length && !isSpaceAt(text, runEnd)) runEnd++;
    const behind = afterSpace(text, runEnd);
    const last = text[behind] === '>' ? behind : text.lastIndexOf('>', runEnd - 1);
    if (last < inner) return at;
    at = last + 1;
  }
  return at;
}

function standalone(text: string, from: number): Match | undefined {
  let start = afterSpace(text, from);
  // White space alone is a name too.
  if (start > from && (text[start] === ',' || text[start] === ';')) start--;
  const address = here(ADDRESS_HERE, text, start);
  const tail = address === undefined ? undefined : tailAfter(text, address);
  if (tail !== undefined)
    return { phrase: undefined, bracketed: undefined, plain: text.slice(start, address), ...tail };
  for (const end of phraseEnds(text, start)) {
    const behind = tailAfter(text, end);
    if (behind !== undefined)
      return { phrase: text.slice(start, end), bracketed: undefined, plain: undefined, ...behind };
  }
  return undefined;
}

/** Where a phrase may end, the longest first: behind each of its quoted strings and the words between them. */
function phraseEnds(text: string, start: number): readonly number[] {
  const ends: number[] = [];
  for (let end = here(PIECE_HERE, text, start); end !== undefined; end = here(PIECE_HERE, text, end)) ends.push(end);
  return ends.slice(-MAX_TRIES).reverse();
}

/** A comment, then a comma, a semicolon or the end. */
function tailAfter(text: string, from: number): Tail | undefined {
  COMMENT_HERE.lastIndex = from;
  const comment = COMMENT_HERE.exec(text);
  for (const [at, words] of [
    [comment === null ? from : COMMENT_HERE.lastIndex, comment?.[1]],
    [from, undefined],
  ] as const) {
    const end = afterSpace(text, at);
    if (end >= text.length) return { comment: words, end };
    if (text[end] === ',' || text[end] === ';') return { comment: words, end: end + 1 };
  }
  return undefined;
}

function meaningOf(match: Match): HeaderAddress {
  let address = match.plain;
  if (match.bracketed !== undefined) {
    const clean = withoutComments(match.bracketed);
    address = ADDRESS.test(clean) ? clean : undefined;
  }
  if (address !== undefined && !balanced(address)) address = undefined;
  let phrase = match.phrase === undefined ? undefined : readPhrase(match.phrase);
  if (phrase !== undefined && address === undefined && isAddressPhrase(phrase)) {
    address = phrase;
    phrase = undefined;
  } else if (phrase === '' || phrase === address) phrase = undefined;
  return { phrase: phrase ?? match.comment, address: address === undefined ? undefined : toSecondAt(address) };
}

function readPhrase(phrase: string): string {
  return phrase.replace(/"((?:[^"\\]|\\[\s\S])*)"|[^"]+/g, (whole, quoted: string | undefined) =>
    quoted === undefined ? withoutComments(whole) : quoted.replace(/\\(?!\\)/g, '').replaceAll('\\\\', '\\'),
  );
}

/** Without comments that have no other inside. */
function withoutComments(text: string): string {
  let rest = '';
  let done = 0;
  for (let open = text.indexOf('('); open !== -1; ) {
    let at = open + 1;
    while (at < text.length && text[at] !== '(' && text[at] !== ')') at += text[at] === '\\' ? 2 : 1;
    if (at >= text.length) break;
    if (text[at] === '(') open = at;
    else {
      rest += text.slice(done, open);
      done = at + 1;
      open = text.indexOf('(', done);
    }
  }
  return rest + text.slice(done);
}

function isAddressPhrase(phrase: string): boolean {
  const host = /^[^@]*@([^@]*)/.exec(phrase)?.[1];
  return host !== undefined && ADDRESS.test(phrase) && balanced(phrase) && isHostName(hostToAscii(host));
}

function leftOver(text: string): readonly HeaderAddress[] {
  const found: HeaderAddress[] = [];
  for (const [, address] of text.matchAll(new RegExp(`<(${ADDRESS_TEXT})>`, 'g'))) {
    if (balanced(address as string)) found.push({ phrase: undefined, address: toSecondAt(address as string) });
  }
  return found;
}

function balanced(address: string): boolean {
  return !address.startsWith('""@') && address.split('"').length !== 2;
}

function toSecondAt(address: string): string {
  const second = address.indexOf('@', address.indexOf('@') + 1);
  return second === -1 ? address : address.slice(0, second);
}

function here(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function afterSpace(text: string, from: number): number {
  SPACE_HERE.lastIndex = from;
  return SPACE_HERE.test(text) ? SPACE_HERE.lastIndex : from;
}

function isSpaceAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13);
}
