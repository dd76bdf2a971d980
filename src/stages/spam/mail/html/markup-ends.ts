/**
 * Where pieces of HTML end that are told by more than one character: declarations, comments, elements without markup inside. Each search is
 * one pass.
 */
import { lowerAscii } from '../../../../values/characters.js';
import { skipSpace, skipWord } from './scan.js';

/** `<!DOCTYPE ...>` and `<!ENTITY ...>`: behind their `>`. Undefined for others. */
export function declarationEnd(html: string, start: number): number | 'more' | undefined {
  const nameEnd = start + (/^(?:doctype|entity)(?![\w.:-])/i.exec(html.slice(start, start + 10))?.[0].length ?? 0);
  if (nameEnd === start) return undefined;
  let at = nameEnd;
  for (;;) {
    at = skipSpace(html, at);
    if (at >= html.length) return 'more';
    const char = html[at] as string;
    if (char === '>') return at + 1;
    if (char === '-' && html[at + 1] !== '-') return at + 1 >= html.length ? 'more' : undefined;
    if (char === '"' || char === "'" || char === '-') {
      const close = char === '-' ? html.indexOf('--', at + 2) + 1 : html.indexOf(char, at + 1);
      if (close <= 0) return 'more';
      at = close + 1;
    } else {
      at = skipWord(html, at + 1);
    }
  }
}

/** Behind the `>` of a comment whose text begins at `start`; -1: none. `loose`: any `>` ends it. */
export function commentEnd(html: string, start: number, loose: boolean): number {
  if (loose) return html.indexOf('>', start) + 1 || -1;
  for (let dash = html.indexOf('--', start); dash >= 0; dash = html.indexOf('--', dash + 1)) {
    const behind = skipSpace(html, dash + 2);
    if (html[behind] === '>') return behind + 1;
  }
  return -1;
}

/** The end tag of an element that holds no markup: where it begins and where it ends. */
export function literalEnd(
  html: string,
  from: number,
  name: string,
): { readonly at: number; readonly end: number } | undefined {
  for (let at = html.indexOf('</', from); at >= 0; at = html.indexOf('</', at + 1)) {
    const nameEnd = at + 2 + name.length;
    if (lowerAscii(html.slice(at + 2, nameEnd)) !== name) continue;
    const greater = skipSpace(html, nameEnd);
    if (html[greater] === '>') return { at, end: greater + 1 };
  }
  return undefined;
}
