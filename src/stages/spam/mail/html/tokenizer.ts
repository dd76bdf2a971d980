/**
 * HTML cut into events, as the lenient parser does that SpamAssassin uses: start tags, end tags, text, comments, declarations; SGML
 * marked sections; the elements whose content is no markup (`script`, `title`). Never fails: what is no markup is text, markup that
 * does not end is a comment. Linear: nothing is searched for twice from behind the place where it was not found before. No tree.
 */
import { lowerAscii } from '../../../../values/characters.js';
import { decodeEntities } from './entities.js';
import { MarkedSections } from './marked-sections.js';
import { commentEnd, declarationEnd, literalEnd } from './markup-ends.js';
import { isNameFirst, isSpace, skipToGreater, skipWord } from './scan.js';
import { readStartTag, type StartTag } from './start-tag.js';

export interface HtmlSink {
  start(name: string, tag: StartTag): void;
  end(name: string): void;
  /** Entities are undone; a run of text may come in pieces. */
  text(text: string): void;
  /** With its delimiters. */
  comment(text: string): void;
  declaration(text: string): void;
}

/** Value: nothing in it is decoded. */
const literalElements: ReadonlyMap<string, boolean> = new Map([
  ['script', true],
  ['style', true],
  ['xmp', true],
  ['iframe', true],
  ['plaintext', true],
  ['title', false],
  ['textarea', false],
]);

/** `undefined`: not markup; `more`: it does not end. Otherwise where it ends. */
type Outcome = number | 'more' | undefined;

export function tokenizeHtml(text: string, sink: HtmlSink): void {
  new Tokenizer(text, sink).run();
}

class Tokenizer {
  private readonly html: string;
  private readonly sink: HtmlSink;
  private readonly sections = new MarkedSections();
  private literal: string | undefined;
  private raw = false;
  /** At the end of the text, `>` alone ends a comment. */
  private looseComments = false;
  /** An end tag to be told before the next tag. */
  private pendingEnd: string | undefined;
  /** No end of this literal element lies behind the place. */
  private readonly endless = new Map<string, number>();

  constructor(text: string, sink: HtmlSink) {
    this.html = text;
    this.sink = sink;
  }

  run(): void {
    let at = this.read(0);
    if (this.literal === 'script' || this.literal === 'style') {
      // What follows a script without an end is part of it.
      const name = this.literal;
      if (at < this.html.length) this.text(at, this.html.length);
      this.literal = undefined;
      this.end(name);
      return;
    }
    while (at < this.html.length) {
      const next = this.finish(at);
      if (next === undefined) break;
      at = next;
    }
    if (at < this.html.length) this.rest(at);
    this.flushEnd();
  }

  /** The text ends in the middle of something at `at`: another reading of it, if there is one. */
  private finish(at: number): number | undefined {
    if (this.literal === 'title' || this.literal === 'script' || this.literal === 'style') {
      if (this.literal === 'title') this.pendingEnd = this.literal;
      else this.end(this.literal);
      this.literal = undefined;
      return this.read(at);
    }
    if (this.literal !== undefined || this.looseComments || this.html[at] !== '<') return undefined;
    this.looseComments = true;
    return this.read(at);
  }

  private rest(at: number): void {
    const next = this.html.charCodeAt(at + 1);
    const open = at + 1 === this.html.length || isNameFirst(next) || next === 0x2f || next === 0x21 || next === 0x3f;
    if (this.literal === undefined && this.html[at] === '<' && open) this.comment(at, this.html.length);
    else this.text(at, this.html.length);
  }

  /** Reads as far as it can be told; gives where that is. */
  private read(start: number): number {
    let from = start;
    for (;;) {
      if (this.literal !== undefined) {
        const behind = this.readLiteral(from, this.literal);
        if (behind === undefined) return from;
        from = behind;
        continue;
      }
      if (this.sections.opaque) {
        const behind = this.readOpaque(from);
        if (behind === undefined) return from;
        from = behind;
        continue;
      }
      const less = this.readText(from);
      if (less.stop !== undefined) return less.stop;
      from = less.from;
    }
  }

  /** Text from `from` and the markup behind it. */
  private readText(from: number): { readonly from: number; readonly stop?: number } {
    let at = from;
    for (;;) {
      if (this.sections.open) {
        const less = this.html.indexOf('<', at);
        const close = this.sections.findEnd(this.html, at, less < 0 ? this.html.length : less);
        if (close >= 0) {
          this.text(from, close);
          this.sections.pop();
          this.raw = this.sections.raw;
          return { from: close + 3 };
        }
      }
      const less = this.html.indexOf('<', at);
      if (less < 0) return { from, stop: this.lastText(from) };
      if (less > from) this.text(from, less);
      if (this.html.length - less < 3) return { from, stop: less };
      const outcome = this.readMarkup(less);
      if (outcome === 'more') return { from, stop: less };
      if (outcome !== undefined) return { from: outcome };
      // No markup: the `<` belongs to the text that follows.
      from = less;
      at = less + 1;
    }
  }

  /** Text up to the end: its last word waits, for it may be cut. */
  private lastText(from: number): number {
    let end = this.html.length;
    if (end === from) return end;
    if (!isSpace(this.html.charCodeAt(end - 1))) while (end > from && !isSpace(this.html.charCodeAt(end - 1))) end--;
    while (end > from && isSpace(this.html.charCodeAt(end - 1))) end--;
    if (end > from) this.text(from, end);
    return end;
  }

  private readMarkup(at: number): Outcome {
    const next = this.html.charCodeAt(at + 1);
    if (isNameFirst(next)) return this.readStart(at);
    if (next === 0x2f) return this.readEnd(at);
    if (next === 0x21) return this.readDeclaration(at);
    if (next !== 0x3f) return undefined;
    const greater = this.html.indexOf('>', at + 2);
    return greater < 0 ? 'more' : this.skip(greater + 1);
  }

  private skip(end: number): number {
    this.flushEnd();
    return end;
  }

  private readStart(at: number): Outcome {
    const tag = readStartTag(this.html, at);
    if (tag === undefined) return 'more';
    this.tell(() => this.sink.start(tag.name, tag), true);
    const raw = literalElements.get(tag.name);
    if (raw !== undefined) {
      this.literal = tag.name;
      this.raw = raw;
    }
    return tag.end;
  }

  private readEnd(at: number): Outcome {
    const nameEnd = skipWord(this.html, at + 2);
    const greater = skipToGreater(this.html, nameEnd);
    if (greater >= this.html.length) return 'more';
    if (nameEnd === at + 2) this.comment(at, greater + 1);
    else this.end(lowerAscii(this.html.slice(at + 2, nameEnd)));
    return greater + 1;
  }

  private readDeclaration(at: number): Outcome {
    const html = this.html;
    if (html.startsWith('--', at + 2)) return this.readComment(at);
    if (html[at + 2] === '[') {
      const end = this.sections.read(html, at + 3);
      if (end === 'more') return 'more';
      if (end !== undefined) {
        this.raw = this.sections.raw;
        return this.skip(end);
      }
    }
    const end = declarationEnd(html, at + 2);
    if (end === 'more') return 'more';
    if (end !== undefined) {
      this.tell(() => this.sink.declaration(html.slice(at, end)), true);
      return end;
    }
    const greater = html.indexOf('>', at + 2);
    if (greater < 0) return 'more';
    this.comment(at, greater + 1);
    return greater + 1;
  }

  private readComment(at: number): Outcome {
    const end = commentEnd(this.html, at + 4, this.looseComments);
    if (end < 0) return 'more';
    this.comment(at, end);
    return end;
  }

  /** The content of an element that holds no markup, and its end tag. Undefined: it does not end. */
  private readLiteral(from: number, name: string): number | undefined {
    if (name === 'plaintext' || from >= (this.endless.get(name) ?? Number.POSITIVE_INFINITY)) return undefined;
    const found = literalEnd(this.html, from, name);
    if (found !== undefined) {
      if (found.at > from) this.text(from, found.at);
      this.literal = undefined;
      this.raw = false;
      this.end(name);
      return found.end;
    }
    this.endless.set(name, Math.min(from, this.endless.get(name) ?? from));
    return undefined;
  }

  /** Inside of CDATA and RCDATA. */
  private readOpaque(from: number): number | undefined {
    const close = this.html.indexOf(']]>', from);
    if (close < 0) return undefined;
    if (close > from) this.text(from, close);
    this.sections.pop();
    this.raw = this.sections.raw;
    return close + 3;
  }

  private text(from: number, end: number): void {
    const text = this.html.slice(from, end);
    this.tell(() => this.sink.text(this.raw ? text : decodeEntities(text, true)));
  }

  private comment(from: number, end: number): void {
    this.tell(() => this.sink.comment(this.html.slice(from, end)));
  }

  private end(name: string): void {
    this.tell(() => this.sink.end(name), true);
  }

  private tell(event: () => void, isTag = false): void {
    if (isTag) this.flushEnd();
    if (!this.sections.ignoring) event();
  }

  private flushEnd(): void {
    const name = this.pendingEnd;
    this.pendingEnd = undefined;
    if (name !== undefined) this.sink.end(name);
  }
}
