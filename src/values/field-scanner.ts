/**
 * The words of structured header fields (RFC 5322 section 3.2): white space, comments nested to any depth, quoted strings
 * and runs of other characters. Works on unfolded text; line ends that were left in it count as white space. Each
 * character is looked at once. What the words mean is the business of each field's reader.
 */

const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const BACKSLASH = 0x5c;

export class FieldScanner {
  readonly text: string;
  /** Index of the next character. */
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, or '' at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  /** True, and behind it, when the next character is `character`. */
  take(character: string): boolean {
    if (this.next !== character) return false;
    this.at++;
    return true;
  }

  skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  /**
   * CFWS, if any. The text of its comments, one space between two; '' where there are none. Undefined when a comment is not
   * closed: then nothing behind it can be read.
   */
  skipCfws(): string | undefined {
    let comments = '';
    for (this.skipSpace(); this.text.charCodeAt(this.at) === OPEN; this.skipSpace()) {
      const comment = this.#comment();
      if (comment === undefined) return undefined;
      comments += comments === '' ? comment : ` ${comment}`;
    }
    return comments;
  }

  /** The characters up to the first one that `isPart` denies; '' where the next one is denied. Takes UTF-16 code units. */
  run(isPart: (code: number) => boolean): string {
    const start = this.at;
    while (this.at < this.text.length && isPart(this.text.charCodeAt(this.at))) this.at++;
    return this.text.slice(start, this.at);
  }

  /** The content of the quoted string that begins here, without its escapes; undefined when it is not closed. */
  quotedString(): string | undefined {
    let content = '';
    let from = ++this.at;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) return content + this.text.slice(from, this.at++);
      if (code !== BACKSLASH) continue;
      content += this.text.slice(from, this.at);
      from = ++this.at;
    }
    this.at = this.text.length;
    return undefined;
  }

  /** Nested parentheses stay in the text, escapes do not. */
  #comment(): string | undefined {
    let content = '';
    let depth = 1;
    let from = ++this.at;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === OPEN) depth++;
      else if (code === CLOSE) {
        if (--depth === 0) return content + this.text.slice(from, this.at++);
      } else if (code === BACKSLASH) {
        content += this.text.slice(from, this.at);
        from = ++this.at;
      }
    }
    this.at = this.text.length;
    return undefined;
  }
}

/** Space and tab, and what a fold leaves behind where it was not taken out. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
