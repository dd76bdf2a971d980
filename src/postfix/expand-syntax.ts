/**
 * What may stand between the braces of `${...}` in main.cf, as data: a name or a comparison, and the two texts to choose from.
 * No meaning here, see expand.ts. Linear in the text.
 */

export type Braced =
  | {
      readonly kind: 'read';
      readonly test: Test;
      /** Behind `?`; undefined where there is none. */
      readonly whenTrue: string | undefined;
      /** Behind `:`. */
      readonly whenFalse: string | undefined;
    }
  | Malformed;

type Test =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'comparison'; readonly left: string; readonly operator: string; readonly right: string };

interface Malformed {
  readonly kind: 'malformed';
  readonly why: string;
}

const malformed = (why: string): Malformed => ({ kind: 'malformed', why });
const OPERATORS = '==, !=, <, <=, >=, > or one of these with "level" behind it';

export function readBraced(text: string): Braced {
  const start = skipSpace(text, 0);
  return text.charAt(start) === '{' ? readComparison(text, start) : readNamed(text, start);
}

function readNamed(text: string, start: number): Braced {
  const name = nameAt(text, start);
  const end = skipSpace(text, start + name.length);
  const operator = text.charAt(end);
  if (operator !== '' && operator !== '?' && operator !== ':') {
    return malformed('expected a name alone, or "name?text", "name:text" or "name?{text}:{text}"');
  }
  if (name === '') return malformed('expected a name');
  return withBranches({ kind: 'name', name }, text, end);
}

function readComparison(text: string, start: number): Braced {
  const left = group(text, start);
  if (left === undefined) return malformed('"{" has no partner: expected "}"');
  const operator = /^[=!<>?+\-*/~&|%]*[A-Za-z]*/.exec(text.slice(left.end, left.end + 20))?.[0] ?? '';
  if (!/^(?:==|!=|<=?|>=?)(?:level)?$/.test(operator))
    return malformed(`expected ${OPERATORS} between "{..}" and "{..}"`);
  const opens = skipSpace(text, left.end + operator.length);
  const right = text.charAt(opens) === '{' ? group(text, opens) : undefined;
  if (right === undefined) return malformed(`expected "{text}" behind ${operator}`);
  const next = text.charAt(right.end);
  if (next !== '' && next !== '?' && next !== ':') return malformed('expected "?" or ":" behind a comparison');
  return withBranches({ kind: 'comparison', left: left.text, operator, right: right.text }, text, right.end);
}

/** From the `?` or `:` at `at` on; nothing there means that there is nothing to choose. */
function withBranches(test: Test, text: string, at: number): Braced {
  const operator = text.charAt(at);
  if (operator === '') return { kind: 'read', test, whenTrue: undefined, whenFalse: undefined };
  if (operator === ':') return lastBranch(test, undefined, text, at + 1);
  const opens = skipSpace(text, at + 1);
  // Without braces the whole rest is the text, a colon in it too.
  if (text.charAt(opens) !== '{') return { kind: 'read', test, whenTrue: text.slice(at + 1), whenFalse: undefined };
  const first = group(text, opens);
  if (first === undefined) return malformed('"{" has no partner: expected "}"');
  const next = text.charAt(first.end);
  if (next === '') return { kind: 'read', test, whenTrue: first.text, whenFalse: undefined };
  return next === ':'
    ? lastBranch(test, first.text, text, first.end + 1)
    : malformed('expected ":" or the end behind "?{text}"');
}

function lastBranch(test: Test, whenTrue: string | undefined, text: string, at: number): Braced {
  const opens = skipSpace(text, at);
  if (text.charAt(opens) !== '{') return { kind: 'read', test, whenTrue, whenFalse: text.slice(at) };
  const last = group(text, opens);
  if (last === undefined) return malformed('"{" has no partner: expected "}"');
  if (last.end < text.length) return malformed('expected the end behind ":{text}"');
  return { kind: 'read', test, whenTrue, whenFalse: last.text };
}

/** The text between the brace at `open` and its partner as it stands, and where the next word begins. */
function group(text: string, open: number): { readonly text: string; readonly end: number } | undefined {
  const close = closing(text, open);
  if (close < 0) return undefined;
  return { text: text.slice(open + 1, close), end: skipSpace(text, close + 1) };
}

/** The index of the partner of the bracket at `open`, or -1. Only brackets of its kind count. */
export function closing(text: string, open: number): number {
  const opens = text.charAt(open);
  const closes = opens === '{' ? '}' : ')';
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === opens) depth++;
    else if (character === closes && --depth === 0) return at;
  }
  return -1;
}

/** The letters, digits and underscores from `at` on; '' for none. */
export function nameAt(text: string, at: number): string {
  const name = /[A-Za-z0-9_]*/y;
  name.lastIndex = at;
  return name.exec(text)?.[0] ?? '';
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  return at;
}
