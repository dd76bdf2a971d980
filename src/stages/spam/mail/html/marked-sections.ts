/**
 * SGML marked sections in HTML (ISO 8879 section 10.4): `<![CDATA[ ... ]]>`, also INCLUDE, RCDATA and IGNORE, one in another. The
 * strongest of those open counts.
 */
import { isNameFirst, skipSpace } from './scan.js';

const strength: ReadonlyMap<string, number> = new Map([
  ['include', 1],
  ['rcdata', 2],
  ['cdata', 3],
  ['ignore', 4],
]);

export class MarkedSections {
  /** For each open section the strongest of it and those around it. */
  private readonly stack: number[] = [];

  private get level(): number {
    // Mostly there is none, and reading in front of the first costs much.
    return this.stack.length === 0 ? 0 : (this.stack[this.stack.length - 1] as number);
  }

  get open(): boolean {
    return this.level > 0;
  }

  /** No markup in it. */
  get opaque(): boolean {
    return this.level === 2 || this.level === 3;
  }

  /** No entities in it. */
  get raw(): boolean {
    return this.level === 3;
  }

  get ignoring(): boolean {
    return this.level === 4;
  }

  pop(): void {
    this.stack.pop();
  }

  /** The `]]>` between `from` and `end`, or -1. */
  findEnd(html: string, from: number, end: number): number {
    const close = html.slice(from, end).indexOf(']]>');
    return close < 0 ? -1 : from + close;
  }

  /** `at` lies behind `<![`. Gives where the content begins. */
  read(html: string, start: number): number | 'more' | undefined {
    let at = skipSpace(html, start);
    let level = 0;
    let named = false;
    for (;;) {
      if (isNameFirst(html.charCodeAt(at))) {
        let end = at + 1;
        while (/[\w.:-]/.test(html.charAt(end))) end++;
        level = Math.max(level, strength.get(html.slice(at, end).toLowerCase()) ?? 0);
        named = true;
        at = skipSpace(html, end);
        if (at >= html.length) return 'more';
      } else if (html.startsWith('--', at)) {
        const close = html.indexOf('--', at + 2);
        if (close < 0) return 'more';
        at = skipSpace(html, close + 2);
      } else {
        break;
      }
    }
    if (html[at] !== '[') return undefined;
    this.stack.push(Math.max(this.level, named ? level : 1));
    return at + 1;
  }
}
