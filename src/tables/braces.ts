/**
 * Lists inside the name of a table, `inline:{ a=b, { c = d, e } }`: words between commas and white space, `{...}` holds
 * one together (Postfix's mystrtokq and extpar, postconf(5)). Linear.
 */
import { isSpace, skipSpace, trimEnd } from './white-space.js';

/** Words between commas and white space. A brace that was opened keeps its word going. */
export function splitWords(text: string): readonly string[] {
  const out: string[] = [];
  let start = -1;
  let depth = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b) depth++;
    else if (code === 0x7d && depth > 0) depth--;
    const ends = at === text.length || (depth === 0 && (code === 0x2c || isSpace(code)));
    if (ends && start >= 0) out.push(text.slice(start, at));
    if (ends) start = -1;
    else if (start < 0) start = at;
  }
  return out;
}

export type Unbraced =
  | { readonly kind: 'unbraced'; readonly text: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** What is between the braces that `text` begins and ends with, without white space around it. */
export function unbrace(text: string): Unbraced {
  const close = closing(text);
  if (close < 0) {
    return {
      kind: 'malformed',
      why: text.startsWith('{') ? 'the "{" has no partner' : 'expected "{" at the beginning',
    };
  }
  if (skipSpace(text, close + 1) < text.length) return { kind: 'malformed', why: 'text behind the last "}"' };
  return { kind: 'unbraced', text: trimEnd(text.slice(skipSpace(text, 1), close)) };
}

/** The index of the partner of the brace at the beginning, or -1. */
function closing(text: string): number {
  if (!text.startsWith('{')) return -1;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b) depth++;
    else if (code === 0x7d && --depth === 0) return at;
  }
  return -1;
}
