/**
 * What a MIME walk needs of Content-Type (RFC 2045 section 5.1): type, subtype, and every boundary parameter. Read as
 * loosely as Postfix's cleanup(8) does, so that no boundary which a mail program may honour is missed: comments and
 * folds anywhere, junk between parameters, several boundaries. No other parameter is read here.
 */

export interface ContentType {
  /** `other` for anything but the three that decide about structure. */
  readonly type: 'text' | 'message' | 'multipart' | 'other';
  /** In lower case; empty where there is none. */
  readonly subtype: string;
  /** Values of all boundary parameters of a multipart, in order, as octets in Latin-1. More than one is illegal. */
  readonly boundaries: readonly string[];
}

interface Token {
  readonly kind: 'word' | 'quoted' | 'special';
  readonly text: string;
}

interface Group {
  readonly tokens: readonly Token[];
  readonly next: number;
}

/** Parameters have no more tokens of interest. */
const TOKEN_LIMIT = 3;

/** `value`: what follows the colon, as octets in Latin-1, folds with their LF. Undefined where it says nothing. */
export function parseContentType(value: string): ContentType | undefined {
  const first = readGroup(value, 0);
  const [type, slash, sub] = first?.tokens ?? [];
  if (first === undefined || type === undefined) return undefined;
  const subtype = slash?.text === '/' && slash.kind === 'special' && sub?.kind === 'word' ? sub.text.toLowerCase() : '';
  const name = type.kind === 'word' ? type.text.toLowerCase() : '';
  if (name === 'multipart') return { type: name, subtype, boundaries: boundariesOf(value, first.next) };
  return { type: name === 'text' || name === 'message' ? name : 'other', subtype, boundaries: [] };
}

/** The mechanism that Content-Transfer-Encoding names (RFC 2045 section 6.1), in lower case. */
export function parseTransferEncoding(value: string): string | undefined {
  const first = readGroup(value, 0)?.tokens[0];
  return first?.kind === 'word' ? first.text.toLowerCase() : undefined;
}

function boundariesOf(value: string, from: number): readonly string[] {
  const boundaries: string[] = [];
  for (let group = readGroup(value, from); group !== undefined; group = readGroup(value, group.next)) {
    const [name, equals, boundary] = group.tokens;
    if (name?.kind !== 'word' || name.text.toLowerCase() !== 'boundary') continue;
    // The kind of the value does not matter: a special is taken too.
    if (equals?.kind === 'special' && equals.text === '=' && boundary !== undefined) boundaries.push(boundary.text);
  }
  return boundaries;
}

/** The tokens up to the next `;`. Undefined where nothing but white space and comments is left. */
function readGroup(text: string, from: number): Group | undefined {
  const tokens: Token[] = [];
  let at = from;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === ';') return { tokens, next: at + 1 };
    if (isSpace(char)) at++;
    else if (char === '(') at = skipComment(text, at + 1);
    else {
      const [token, next] = readToken(text, at);
      if (tokens.length < TOKEN_LIMIT) tokens.push(token);
      at = next;
    }
  }
  return tokens.length > 0 ? { tokens, next: at } : undefined;
}

function readToken(text: string, from: number): readonly [Token, number] {
  const char = text.charAt(from);
  if (char === '"') return readQuoted(text, from + 1);
  if (isSpecial(char)) return [{ kind: 'special', text: char }, from + 1];
  let at = from + 1;
  while (at < text.length && !isSpace(text.charAt(at)) && !isSpecial(text.charAt(at))) at++;
  return [{ kind: 'word', text: text.slice(from, at) }, at];
}

/** A fold inside takes the white space before it away (RFC 822 section 3.4.5 as Postfix reads it). */
function readQuoted(text: string, from: number): readonly [Token, number] {
  let value = '';
  let at = from;
  while (at < text.length) {
    let char = text.charAt(at++);
    if (char === '"') break;
    if (char === '\n') {
      value = trimEnd(value);
      continue;
    }
    if (char === '\\') char = text.charAt(at++);
    value += char;
  }
  return [{ kind: 'quoted', text: value }, at];
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Comments nest (RFC 822 section 3.1.4). `from`: behind the parenthesis that opens it. */
function skipComment(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length && depth > 0) {
    const char = text.charAt(at++);
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '\\') at++;
  }
  return at;
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r';
}

/** tspecials of RFC 2045 section 5.1, and control characters. */
function isSpecial(char: string): boolean {
  return '()<>@,;:\\"/[]?='.includes(char) || char < ' ' || char === '\x7f';
}
