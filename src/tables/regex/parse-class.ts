/**
 * Bracket expressions, `[...]`, of PCRE (pcre2pattern(3), "Square brackets and character classes") and of POSIX (IEEE
 * 1003.1 section 9.3.5). They differ in the backslash alone: an escape in PCRE, a character in POSIX.
 */
import { addAll, addOtherCase, addOtherCaseOfLatin1, type ByteSet, complement, LF, namedSets } from './byte-set.js';
import { PatternFault } from './syntax.js';

interface ClassOptions {
  readonly fold: boolean;
  /** A negated class leaves LF out (REG_NEWLINE). */
  readonly withoutLf: boolean;
  /** Reads the escape at `at` (a backslash); undefined where the backslash is a character. */
  readonly escape: ((at: number) => ClassItem) | undefined;
  /** Case of Latin-1; a `-` behind a set is a character. Default: false. */
  readonly perl?: boolean;
}

export type ClassItem =
  | { readonly kind: 'octet'; readonly octet: number; readonly end: number }
  | { readonly kind: 'set'; readonly set: ByteSet; readonly end: number }
  /** `\E` and the like. */
  | { readonly kind: 'nothing'; readonly end: number };

/** Reads the class that begins with the `[` at `start`. */
export function readClass(pattern: string, start: number, options: ClassOptions): { set: ByteSet; end: number } {
  const negated = pattern[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  const set = new Uint8Array(256);
  let at = first;
  while (at === first || pattern[at] !== ']') {
    if (at >= pattern.length) throw malformed(pattern, start, 'no "]" ends the character class');
    at = readMember(pattern, at, start, set, options);
  }
  if (options.fold && options.perl === true) addOtherCaseOfLatin1(set);
  else if (options.fold) addOtherCase(set);
  const whole = negated ? complement(set) : set;
  if (negated && options.withoutLf) whole[LF] = 0;
  return { set: whole, end: at + 1 };
}

/** One octet, one range or one named class. */
function readMember(pattern: string, at: number, start: number, set: ByteSet, options: ClassOptions): number {
  const item = readItem(pattern, at, start, options);
  if (item.kind === 'nothing') return item.end;
  const range = pattern[item.end] === '-' && pattern[item.end + 1] !== ']' && item.end + 1 < pattern.length;
  if (!range || (options.perl === true && (item.kind === 'set' || endsInSet(pattern, item.end + 1, start, options)))) {
    if (item.kind === 'set') addAll(set, item.set);
    else set[item.octet] = 1;
    return item.end;
  }
  const to = readItem(pattern, item.end + 1, start, options);
  if (item.kind !== 'octet' || to.kind !== 'octet') {
    throw malformed(pattern, at, 'a range in a character class goes from one character to another', to.end);
  }
  if (to.octet < item.octet) throw malformed(pattern, at, 'a range in a character class is out of order', to.end);
  set.fill(1, item.octet, to.octet + 1);
  return to.end;
}

/** `[a-\d]`: three members. */
function endsInSet(pattern: string, at: number, start: number, options: ClassOptions): boolean {
  return readItem(pattern, at, start, options).kind === 'set';
}

function readItem(pattern: string, at: number, start: number, options: ClassOptions): ClassItem {
  if (at >= pattern.length) throw malformed(pattern, start, 'no "]" ends the character class');
  const next = pattern[at + 1];
  if (pattern[at] === '[' && (next === ':' || next === '.' || next === '=')) {
    const close = pattern.indexOf(`${next}]`, at + 2);
    if (close !== -1 && /^\^?[a-z]*$/.test(pattern.slice(at + 2, Math.min(close, at + 20)))) {
      if (next === ':') return named(pattern, at, close);
      if (options.escape === undefined) return collating(pattern, at, close);
      throw malformed(pattern, at, 'PCRE has no collating elements', close + 2);
    }
  }
  if (pattern[at] === '\\' && options.escape !== undefined) return options.escape(at);
  return { kind: 'octet', octet: pattern.charCodeAt(at), end: at + 1 };
}

function named(pattern: string, at: number, close: number): ClassItem {
  const negated = pattern[at + 2] === '^';
  const set = namedSets.get(pattern.slice(at + (negated ? 3 : 2), close));
  if (set === undefined) throw malformed(pattern, at, 'an unknown named character class', close + 2);
  return { kind: 'set', set: negated ? complement(set) : set, end: close + 2 };
}

/** In the C locale a collating element is one octet, and stands for itself. */
function collating(pattern: string, at: number, close: number): ClassItem {
  if (close !== at + 3) throw malformed(pattern, at, 'a collating element of one character is expected', close + 2);
  return { kind: 'octet', octet: pattern.charCodeAt(at + 2), end: close + 2 };
}

function malformed(pattern: string, at: number, why: string, end = pattern.length): PatternFault {
  return new PatternFault('malformed', pattern.slice(at, end), why, at);
}
