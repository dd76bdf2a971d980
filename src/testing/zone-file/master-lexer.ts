/**
 * Master files as entries and their tokens (RFC 1035 section 5.1): blanks between tokens, `;` to the end of the line, quoted
 * strings, parentheses over line ends. Escapes stay as they are, for they mean another thing in a name than in a string. Linear;
 * an error ends its line, and the next one is read on.
 */

export interface Token {
  /** With its escapes, without its quotes. */
  readonly raw: string;
  readonly quoted: boolean;
  readonly line: number;
}

export interface Entry {
  readonly line: number;
  /** The line begins with a blank: its owner is that of the record before. */
  readonly indented: boolean;
  readonly tokens: readonly Token[];
}

export interface LexicalError {
  readonly line: number;
  readonly message: string;
}

export interface Entries {
  readonly entries: readonly Entry[];
  readonly errors: readonly LexicalError[];
}

/** Tab, vertical tab, form feed, CR, space. */
function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13 && code !== 10);
}

/** Ends a token that is not quoted: a blank, a line end, one of `;()"`. */
function isStop(code: number): boolean {
  return code <= 59 && (isBlank(code) || code === 10 || code === 59 || code === 40 || code === 41 || code === 34);
}

/** Every character is an octet. */
export function masterEntries(text: string): Entries {
  const lexer = new Lexer(text);
  while (lexer.at < text.length) lexer.step();
  lexer.end();
  return { entries: lexer.entries, errors: lexer.errors };
}

class Lexer {
  readonly entries: Entry[] = [];
  readonly errors: LexicalError[] = [];
  at = 0;
  readonly #text: string;
  #line = 1;
  /** The line of the open parenthesis; 0 outside. */
  #open = 0;
  #start = 1;
  #indented: boolean;
  #tokens: Token[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#indented = isBlank(text.charCodeAt(0));
  }

  step(): void {
    const character = this.#text.charAt(this.at);
    if (character === '\n') this.#lineEnd();
    else if (isBlank(character.charCodeAt(0))) this.at++;
    else if (character === ';') this.#toLineEnd();
    else if (character === '(') this.#openGroup();
    else if (character === ')') this.#closeGroup();
    else this.#token(character === '"');
  }

  end(): void {
    if (this.#open > 0) this.errors.push({ line: this.#open, message: '"(" has no partner' });
    else this.#entryEnd();
  }

  #lineEnd(): void {
    this.#line++;
    this.at++;
    if (this.#open > 0) return;
    this.#entryEnd();
    this.#indented = isBlank(this.#text.charCodeAt(this.at));
  }

  #entryEnd(): void {
    const [line, indented, tokens] = [this.#start, this.#indented, this.#tokens];
    if (tokens.length > 0) this.entries.push({ line, indented, tokens });
    this.#tokens = [];
    this.#start = this.#line;
  }

  /** Parentheses do not nest. */
  #openGroup(): void {
    if (this.#open > 0) {
      this.#fail('"(" stands inside of "("');
      return;
    }
    this.#open = this.#line;
    this.at++;
  }

  #closeGroup(): void {
    if (this.#open === 0) {
      this.#fail('")" has no partner');
      return;
    }
    this.#open = 0;
    this.at++;
  }

  #token(quoted: boolean): void {
    const start = this.at;
    const stop = quoted ? quotedEnd(this.#text, start) : plainEnd(this.#text, start);
    if (stop < 0) {
      this.#fail('a quoted string has no end on its line');
      return;
    }
    const raw = quoted ? this.#text.slice(start + 1, stop - 1) : this.#text.slice(start, stop);
    this.#tokens.push({ raw, quoted, line: this.#line });
    this.at = stop;
  }

  /** What is left of the line does not count, nor what the entry has before. */
  #fail(message: string): void {
    this.errors.push({ line: this.#line, message });
    this.#tokens = [];
    this.#open = 0;
    this.#toLineEnd();
  }

  #toLineEnd(): void {
    const stop = this.#text.indexOf('\n', this.at);
    this.at = stop < 0 ? this.#text.length : stop;
  }
}

/** Behind the closing quote; -1 without one on the line. */
function quotedEnd(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return at + 1;
    if (character === '\n') return -1;
    if (character === '\\' && text.charAt(at + 1) !== '\n') at++;
  }
  return -1;
}

function plainEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isStop(text.charCodeAt(at))) {
    at += text.charCodeAt(at) === 92 && at + 1 < text.length && text.charCodeAt(at + 1) !== 10 ? 2 : 1;
  }
  return at;
}
