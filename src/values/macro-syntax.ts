/**
 * `$name` in texts of Postfix, as mac_expand(3) of Postfix 3.7 reads it: `$name`, `${name}`, `$(name)`, `$$`, `${name?text}` (when
 * the name has a value), `${name:text}` (when it has none), `${name?{text}:{text}}`, `${{text} == {text} ? ...}` with == != < <=
 * >= > and the same with `level` behind. One reference as places in its text: what the texts within mean, and whether a
 * branch that is not taken is read at all, is the caller's. Linear in the text.
 */
import { excerpt } from './characters.js';
import { malformed, type Parsed, parsed } from './parsed.js';

/** A part of the text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Reference =
  /** `$$` */
  | { readonly kind: 'dollar'; readonly end: number }
  | {
      readonly kind: 'macro';
      readonly test: MacroTest;
      /** Behind `?`; without this and the next it stands for the name's value, or for `true` where a comparison holds. */
      readonly whenTrue: Span | undefined;
      /** Behind `:`. */
      readonly whenFalse: Span | undefined;
      /** Where the text goes on. */
      readonly end: number;
    };

export type MacroTest =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'comparison'; readonly left: Span; readonly operator: string; readonly right: Span };

type Branches = Pick<Extract<Reference, { kind: 'macro' }>, 'whenTrue' | 'whenFalse'>;
type Choice = Branches & { readonly test: MacroTest };

const none: Branches = { whenTrue: undefined, whenFalse: undefined };
const OPERATORS = '==, !=, <, <=, >=, > or one of these with "level" behind it';

/** What stands at the `$` at `dollar`; nothing from `end` on is looked at. */
export function readReference(text: string, dollar: number, end: number = text.length): Parsed<Reference> {
  const at = dollar + 1;
  const open = at < end ? text.charAt(at) : '';
  if (open === '$') return parsed({ kind: 'dollar', end: at + 1 });
  if (open !== '{' && open !== '(') {
    const name = nameAt(text, at, end);
    if (name === '') return malformed('a name is expected behind "$"; "$$" is the character', dollar);
    return parsed({ kind: 'macro', test: { kind: 'name', name }, ...none, end: at + name.length });
  }
  const close = closing(text, at, end);
  if (close < 0) return malformed(`"${open}" has no partner`, at);
  const start = skipSpace(text, at + 1, close);
  const choice =
    start < close && text.charAt(start) === '{' ? comparison(text, start, close) : named(text, start, close);
  return choice.kind === 'malformed' ? choice : parsed({ kind: 'macro', ...choice.value, end: close + 1 });
}

function named(text: string, start: number, end: number): Parsed<Choice> {
  const name = nameAt(text, start, end);
  if (name === '') return malformed('a name is expected', start);
  return choice({ kind: 'name', name }, text, skipSpace(text, start + name.length, end), end);
}

function comparison(text: string, start: number, end: number): Parsed<Choice> {
  const left = group(text, start, end);
  if (left.kind === 'malformed') return left;
  const at = left.value.end;
  const operator = /^(?:[=!]=|[<>]=?)(?:level)?/.exec(text.slice(at, Math.min(at + 7, end)))?.[0];
  if (operator === undefined) return malformed(`${OPERATORS} is expected`, at);
  const right = group(text, skipSpace(text, at + operator.length, end), end);
  if (right.kind === 'malformed') return right;
  const test: MacroTest = { kind: 'comparison', left: left.value.span, operator, right: right.value.span };
  return choice(test, text, right.value.end, end);
}

/** Nothing, `?text`, `:text`, `?{text}`, `:{text}`, `?{text}:text`, `?{text}:{text}`. Without braces the whole rest is the text. */
function choice(test: MacroTest, text: string, at: number, end: number): Parsed<Choice> {
  if (at === end) return parsed({ test, ...none });
  const operator = text.charAt(at);
  if (operator !== '?' && operator !== ':') return malformed('"?" or ":" is expected', at);
  const first = branch(text, at + 1, end);
  if (first.kind === 'malformed') return first;
  const next = first.value.end;
  if (operator === ':')
    return next < end ? unexpected(text, next, end) : parsed({ test, ...none, whenFalse: first.value.span });
  const whenTrue = first.value.span;
  if (next === end) return parsed({ test, ...none, whenTrue });
  if (text.charAt(next) !== ':') return malformed('":" is expected', next);
  const second = branch(text, next + 1, end);
  if (second.kind === 'malformed') return second;
  if (second.value.end < end) return unexpected(text, second.value.end, end);
  return parsed({ test, whenTrue, whenFalse: second.value.span });
}

function unexpected(text: string, at: number, end: number): Parsed<never> {
  return malformed(`unexpected text: ${excerpt(text.slice(at, end))}`, at);
}

interface Part {
  readonly span: Span;
  /** Where the next word begins. */
  readonly end: number;
}

/** In braces, or all that is left. */
function branch(text: string, start: number, end: number): Parsed<Part> {
  const brace = skipSpace(text, start, end);
  if (brace < end && text.charAt(brace) === '{') return group(text, brace, end);
  return parsed({ span: { from: start, to: end }, end });
}

function group(text: string, open: number, end: number): Parsed<Part> {
  if (open >= end || text.charAt(open) !== '{') return malformed('"{text}" is expected', open);
  const close = closing(text, open, end);
  if (close < 0) return malformed('"{" has no partner', open);
  return parsed({ span: { from: open + 1, to: close }, end: skipSpace(text, close + 1, end) });
}

/** The partner of the bracket at `open`, or -1; brackets of the other kind do not count. */
function closing(text: string, open: number, end: number): number {
  const [left, right] = text.charAt(open) === '{' ? ['{', '}'] : ['(', ')'];
  let level = 0;
  for (let at = open; at < end; at++) {
    const character = text.charAt(at);
    if (character === left) level++;
    else if (character === right && --level === 0) return at;
  }
  return -1;
}

function nameAt(text: string, start: number, end: number): string {
  const name = /[A-Za-z0-9_]*/y;
  name.lastIndex = start;
  return (name.exec(text)?.[0] ?? '').slice(0, Math.max(0, end - start));
}

function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && /[ \t\r\n\f\v]/.test(text.charAt(at))) at++;
  return at;
}
