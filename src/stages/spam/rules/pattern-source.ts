/**
 * The pattern of a rule as it is written: `/text/flags`, `m{text}flags`, `m,text,flags`. Whether it can be run is for others.
 */
import type { PatternSource } from './rule.js';

export type PatternRead =
  | { readonly kind: 'pattern'; readonly pattern: PatternSource }
  | { readonly kind: 'malformed'; readonly why: string };

const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '<': '>', '[': ']' };

/** `e` is not among the flags: it would run a program. */
const FLAGS = /^[a-df-z]*$/;

export function readPattern(text: string): PatternRead {
  const prefix = /^(?:m|qr)(?=[^\w\s\\])/.exec(text)?.[0] ?? '';
  const open = text[prefix.length] ?? '';
  if (prefix === '' && open !== '/') return malformed('a pattern between slashes, or m{...}, is expected');
  const close = closing[open] ?? open;
  const from = prefix.length + 1;
  const to = text.lastIndexOf(close);
  if (to < from) return malformed(`the pattern does not end: ${close} is expected`);
  const [body, flags] = [text.slice(from, to), text.slice(to + 1)];
  if (!FLAGS.test(flags))
    return malformed(`after the pattern flags are expected, not ${JSON.stringify(flags.slice(0, 40))}`);
  if (closing[open] === undefined && hasBare(body, close)) {
    return malformed(`${close} stands inside of the pattern without a backslash`);
  }
  if (/\(\?\??\{/.test(body)) return malformed('programs in patterns are not run');
  return { kind: 'pattern', pattern: { text: body, flags } };
}

function hasBare(body: string, delimiter: string): boolean {
  for (let at = 0; at < body.length; at++) {
    if (body[at] === '\\') at++;
    else if (body[at] === delimiter) return true;
  }
  return false;
}

function malformed(why: string): PatternRead {
  return { kind: 'malformed', why };
}
