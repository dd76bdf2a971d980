/**
 * The lexical tokens of an address field as it stands, with their places: RFC 5322 section 3.2 as Postfix's tok822 reads it.
 * One pass over one character an octet; line ends are white space, comments are skipped. It refuses nothing: what is not
 * closed ends with the text.
 */
export interface HeaderToken {
  readonly kind: 'word' | 'quoted' | 'literal' | 'operator';
  /** Of a quoted string what is between the quotes, unescaped; of the others as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const OPERATORS = '<>@,;:.';

export function headerTokens(text: string): readonly HeaderToken[] {
  const tokens: HeaderToken[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (isSpace(text.charCodeAt(at))) at++;
    else if (character === '(') at = commentEnd(text, at);
    else {
      const token = readToken(text, at, character);
      tokens.push(token);
      at = token.end;
    }
  }
  return tokens;
}

function readToken(text: string, start: number, first: string): HeaderToken {
  if (OPERATORS.includes(first)) return { kind: 'operator', text: first, start, end: start + 1 };
  if (first === '"') return readQuoted(text, start);
  if (first === '[') return readLiteral(text, start);
  let end = start;
  let escaped = false;
  while (end < text.length && !endsWord(text, end)) {
    if (text.charAt(end) === '\\') {
      escaped = true;
      end++;
    }
    end++;
  }
  end = Math.min(end, text.length);
  // A closing parenthesis alone is part of a word, so that every turn takes a character.
  if (end === start) end++;
  const written = text.slice(start, end);
  return { kind: 'word', text: escaped ? written.replace(/\\(.)/gs, '$1') : written, start, end };
}

function endsWord(text: string, at: number): boolean {
  const character = text.charAt(at);
  return isSpace(text.charCodeAt(at)) || OPERATORS.includes(character) || '("['.includes(character);
}

function readQuoted(text: string, start: number): HeaderToken {
  let value = '';
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { kind: 'quoted', text: value + text.slice(from, at), start, end: at + 1 };
    if (character === '\\') {
      value += text.slice(from, at);
      from = at + 1;
      at++;
    }
  }
  return { kind: 'quoted', text: value + text.slice(from), start, end: text.length };
}

function readLiteral(text: string, start: number): HeaderToken {
  const close = text.indexOf(']', start);
  const end = close < 0 ? text.length : close + 1;
  return { kind: 'literal', text: text.slice(start, end), start, end };
}

/** Behind the comment at `start`; comments nest. */
function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}

/** White space and line ends. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
