/**
 * What an opening parenthesis of PCRE begins (pcre2pattern(3), "Groups" and "Internal option setting"): a group that
 * captures or not, flags for the rest of the group, or something that a linear-time engine cannot have.
 */
import type { PcreFlags } from './parse-pcre.js';
import { PatternFault } from './syntax.js';

export type Group =
  | { readonly kind: 'capture' | 'plain' | 'atomic' | 'reset'; readonly flags: PcreFlags; readonly end: number }
  | {
      readonly kind: 'look';
      readonly ahead: boolean;
      readonly negated: boolean;
      readonly flags: PcreFlags;
      readonly end: number;
    }
  | { readonly kind: 'flags'; readonly flags: PcreFlags; readonly end: number };

/** First match counts. */
const unsupported: readonly (readonly [string, string])[] = [
  ['(?P=', 'a back-reference needs a backtracking engine'],
  ['(?P>', 'a subroutine call needs a backtracking engine'],
  ['(?&', 'a subroutine call needs a backtracking engine'],
  ['(?R', 'recursion needs a backtracking engine'],
  ['(?+', 'recursion needs a backtracking engine'],
  ['(?(', 'a conditional group needs a backtracking engine'],
  ['(?C', 'callouts are not supported'],
  ['(?*', 'look-ahead needs a backtracking engine'],
  ['(?<*', 'look-behind needs a backtracking engine'],
  ['(*', 'verbs need a backtracking engine'],
];

/** Reads the beginning of the group at `at`; `end` is the index behind it. Comments are not seen here. */
export function openGroup(pattern: string, at: number, flags: PcreFlags): Group {
  for (const [construct, why] of unsupported) {
    if (pattern.startsWith(construct, at)) throw new PatternFault('unsupported', construct, why, at);
  }
  if (pattern[at + 1] !== '?') return { kind: 'capture', flags, end: at + 1 };
  if (pattern.startsWith('(?>', at)) return { kind: 'atomic', flags, end: at + 3 };
  if (pattern.startsWith('(?|', at)) return { kind: 'reset', flags, end: at + 3 };
  const [look] = /^\(\?<?[=!]/.exec(pattern.slice(at, at + 4)) ?? [];
  if (look !== undefined) {
    return { kind: 'look', ahead: look.length === 3, negated: look.endsWith('!'), flags, end: at + look.length };
  }
  const head = pattern.slice(at, at + 150);
  const named = /^\(\?(?:P?<([A-Za-z_][A-Za-z0-9_]{0,127})>|'([A-Za-z_][A-Za-z0-9_]{0,127})')/.exec(head);
  if (named !== null) return { kind: 'capture', flags, end: at + named[0].length };
  if (/^\(\?-?[0-9]/.test(head)) {
    throw new PatternFault('unsupported', pattern.slice(at, at + 4), 'recursion needs a backtracking engine', at);
  }
  return withFlags(pattern, at, head, flags);
}

/** `(?i)`, `(?i-s:`, `(?:`, `(?^:`. */
function withFlags(pattern: string, at: number, head: string, flags: PcreFlags): Group {
  const options = /^\(\?(\^?[A-Za-z]{0,20})(?:-([A-Za-z]{0,20}))?([:)])/.exec(head);
  if (options === null) {
    throw new PatternFault('malformed', pattern.slice(at, at + 4), 'unknown characters behind "(?"', at);
  }
  const [whole, on = '', off = '', close] = options;
  const end = at + whole.length;
  const base = on.startsWith('^')
    ? { ...flags, ignoreCase: false, multiline: false, dotAll: false, extended: false }
    : flags;
  const set = withLetters(base, on.replace('^', ''), true, whole, at);
  const changed = withLetters(set, off, false, whole, at);
  return close === ')' ? { kind: 'flags', flags: changed, end } : { kind: 'plain', flags: changed, end };
}

const letters: Readonly<Record<string, keyof PcreFlags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'extended',
  U: 'ungreedy',
};

function withLetters(flags: PcreFlags, text: string, value: boolean, construct: string, at: number): PcreFlags {
  let changed = flags;
  // perlre(1): character sets are those of octets, captures and `/p` are nobody's.
  const known = flags.perl === true ? text.replace(/[adlunp]/g, '') : text;
  for (const letter of known) {
    const name = Object.hasOwn(letters, letter) ? letters[letter] : undefined;
    if (name === undefined)
      throw new PatternFault('unsupported', construct, `the option "${letter}" is not supported`, at);
    changed = { ...changed, [name]: value };
  }
  return changed;
}
