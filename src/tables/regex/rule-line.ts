/**
 * One logical line of a `pcre:` or `regexp:` table: `/pattern/flags result`, `!/pattern/flags result`, `if /pattern/`,
 * `endif` (pcre_table(5), regexp_table(5)). Any character that is no letter and no digit may be the delimiter; behind
 * a backslash it does not end the pattern. What is wrong comes as problems without a position.
 */
import type { Problem } from '../../values/errors.js';
import type { RegexFlags } from './flags.js';

export type Dialect = 'pcre' | 'regexp';

export interface Condition {
  readonly pattern: string;
  readonly flags: RegexFlags;
  readonly negated: boolean;
  /** As written, flags included. */
  readonly text: string;
}

export type RuleLine =
  | { readonly kind: 'rule'; readonly conditions: readonly Condition[]; readonly result: string }
  | { readonly kind: 'if'; readonly condition: Condition }
  | { readonly kind: 'endif' }
  | { readonly kind: 'wrong'; readonly problem: Problem; readonly statement: 'if' | 'endif' | 'rule' };

export function parseRuleLine(line: string, dialect: Dialect): RuleLine {
  const text = trimSpace(line);
  // The first line of a table: there is nothing that it continues, and Postfix leaves it out.
  if (isSpace(line.charCodeAt(0))) return wrong('leading-space', 'a line that begins with white space', text);
  if (!/^[A-Za-z0-9]/.test(text)) return parseRule(text, dialect);
  if (/^if(?![A-Za-z0-9])/i.test(text)) return parseIf(text, dialect);
  if (/^endif(?![A-Za-z0-9])/i.test(text)) return parseEndif(text);
  return wrong('unknown-statement', 'a pattern between delimiters, "if" or "endif" is expected', text);
}

function parseRule(text: string, dialect: Dialect): RuleLine {
  const first = readCondition(text, 0, dialect);
  if (first.kind === 'wrong') return first;
  const conditions = [first.condition];
  let { end } = first;
  // regexp_table's `/match/!/but not/`.
  if (dialect === 'regexp' && text[end] === '!') {
    const second = readCondition(text, end, dialect);
    if (second.kind === 'wrong') return second;
    conditions.push(second.condition);
    end = second.end;
  }
  return { kind: 'rule', conditions, result: trimSpace(text.slice(end)) };
}

function parseIf(text: string, dialect: Dialect): RuleLine {
  const read = readCondition(text, 2, dialect);
  if (read.kind === 'wrong') return { ...read, statement: 'if' };
  const rest = trimSpace(text.slice(read.end));
  if (rest === '') return { kind: 'if', condition: read.condition };
  const message = 'text behind an "if" (statements between "if" and "endif" must not begin with white space)';
  return { ...wrong('extra-text', message, rest), statement: 'if' };
}

function parseEndif(text: string): RuleLine {
  const rest = trimSpace(text.slice(5));
  if (rest === '') return { kind: 'endif' };
  return { ...wrong('extra-text', 'text behind an "endif"', rest), statement: 'endif' };
}

type ReadCondition =
  | { readonly kind: 'read'; readonly condition: Condition; readonly end: number }
  | Extract<RuleLine, { kind: 'wrong' }>;

function readCondition(text: string, start: number, dialect: Dialect): ReadCondition {
  let at = start;
  let negated = false;
  for (; at < text.length && /[! \t-\r]/.test(text.charAt(at)); at++) if (text[at] === '!') negated = !negated;
  if (at === text.length) return wrong('no-pattern', 'a pattern between delimiters is expected', text);
  const delimiter = text.charAt(at);
  const from = at + 1;
  let to = from;
  while (to < text.length && text[to] !== delimiter) to += text[to] === '\\' ? 2 : 1;
  if (to >= text.length) {
    return wrong('no-closing-delimiter', `the delimiter "${delimiter}" behind the pattern is missing`, text);
  }
  const [letters = ''] = /^[^ \t-\r!]*/.exec(text.slice(to + 1, to + 41)) ?? [];
  const end = to + 1 + letters.length;
  const flags = dialect === 'pcre' ? pcreFlags(letters) : posixFlags(letters);
  // For pcre: a "!" is no more a flag than any other character.
  if (typeof flags === 'string' || (dialect === 'pcre' && text[end] === '!')) {
    const flag = typeof flags === 'string' ? flags : '!';
    return wrong('unknown-flag', `unknown flag "${flag}" behind the pattern`, trimSpace(text.slice(at, end + 1)));
  }
  return { kind: 'read', condition: { pattern: text.slice(from, to), flags, negated, text: text.slice(at, end) }, end };
}

const base: RegexFlags = Object.freeze({
  syntax: 'pcre',
  ignoreCase: true,
  multiline: false,
  dotAll: true,
  extended: false,
  anchored: false,
  dollarEndOnly: false,
  ungreedy: false,
});

const pcreLetters: Readonly<Record<string, keyof RegexFlags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'extended',
  A: 'anchored',
  E: 'dollarEndOnly',
  U: 'ungreedy',
};

/** Each letter toggles its flag; a letter that is none is returned. `X` is obsolete: PCRE2 always does what it asked. */
function pcreFlags(letters: string): RegexFlags | string {
  let flags = base;
  for (const letter of letters) {
    if (letter === 'X') continue;
    const name = Object.hasOwn(pcreLetters, letter) ? pcreLetters[letter] : undefined;
    if (name === undefined) return letter;
    flags = { ...flags, [name]: !flags[name] };
  }
  return flags;
}

function posixFlags(letters: string): RegexFlags | string {
  let { ignoreCase, multiline } = base;
  let extended = true;
  for (const letter of letters) {
    if (letter === 'i') ignoreCase = !ignoreCase;
    else if (letter === 'm') multiline = !multiline;
    else if (letter === 'x') extended = !extended;
    else return letter;
  }
  return { ...base, syntax: extended ? 'posix-extended' : 'posix-basic', ignoreCase, multiline };
}

function wrong(code: string, message: string, construct: string): Extract<RuleLine, { kind: 'wrong' }> {
  return { kind: 'wrong', problem: { code, message, construct }, statement: 'rule' };
}

/** Octets: `trim()` would take 0xA0 for a space, and it is the end of many a UTF-8 character. */
function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** isspace() of the C locale. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
