/**
 * The backslash sequences of PCRE (pcre2pattern(3), "Backslash"), in 8-bit mode without UTF: an escape is one octet, a
 * set of octets, an assertion, or something that a linear-time engine cannot have and that is named as such.
 */
import {
  anyOctet,
  type ByteSet,
  complement,
  digitSet,
  horizontalSet,
  notLf,
  spaceSet,
  verticalSet,
  wordSet,
} from './byte-set.js';
import { readBraces } from './pcre-quantifier.js';
import { type GroupNames, readReference } from './pcre-references.js';
import { type Assertion, PatternFault } from './syntax.js';

type Escape =
  | { readonly kind: 'octet'; readonly octet: number; readonly end: number }
  | { readonly kind: 'set'; readonly set: ByteSet; readonly end: number }
  | { readonly kind: 'assert'; readonly what: Assertion; readonly end: number }
  /** `\Q`: what follows is literal up to `\E` or the end. */
  | { readonly kind: 'quote'; readonly text: string; readonly end: number }
  | { readonly kind: 'nothing'; readonly end: number }
  /** `\R`. */
  | { readonly kind: 'line-break'; readonly end: number }
  /** Back-reference to a group, numbered from 1. */
  | { readonly kind: 'reference'; readonly group: number; readonly end: number }
  /** `\K`: says where the match begins, which nobody asks. */
  | { readonly kind: 'keep'; readonly end: number };

const octets: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };

const sets: Readonly<Record<string, ByteSet>> = {
  d: digitSet,
  D: complement(digitSet),
  h: horizontalSet,
  H: complement(horizontalSet),
  s: spaceSet,
  S: complement(spaceSet),
  v: verticalSet,
  V: complement(verticalSet),
  w: wordSet,
  W: complement(wordSet),
};

const unsupported: Readonly<Record<string, string>> = {
  g: 'a back-reference or subroutine call needs a backtracking engine',
  k: 'a back-reference needs a backtracking engine',
  X: '"\\X" is not supported',
  p: 'Unicode properties are not supported: text is matched as octets',
  P: 'Unicode properties are not supported: text is matched as octets',
};

/**
 * Reads the escape whose backslash is at `at`. `groups`: how many have begun before it; undefined in a class.
 * `references`: back-references are read, for a backtracking engine.
 */
export function readEscape(
  pattern: string,
  at: number,
  groups: number | undefined,
  references?: GroupNames,
  perl = false,
): Escape {
  const letter = pattern[at + 1];
  const end = at + 2;
  if (letter === undefined) throw new PatternFault('malformed', '\\', 'a backslash ends the pattern', at);
  if (perl && UNKNOWN_IN_PERL.test(letter)) return { kind: 'octet', octet: letter.charCodeAt(0), end };
  if (letter === 'Q') return quoted(pattern, at);
  if (letter === 'E') return { kind: 'nothing', end };
  if (Object.hasOwn(octets, letter)) return { kind: 'octet', octet: octets[letter] as number, end };
  if (Object.hasOwn(sets, letter)) return { kind: 'set', set: sets[letter] as ByteSet, end };
  if (letter === 'x') return hexadecimal(pattern, at);
  if (letter === 'o') return octalInBraces(pattern, at);
  if (letter === 'c') return control(pattern, at);
  if (references !== undefined && groups !== undefined) {
    const read = readReference(pattern, at, groups, references);
    if (read !== undefined) return { kind: 'reference', ...read };
  }
  if (/[0-9]/.test(letter)) return digits(pattern, at, groups);
  return groups === undefined ? classOnly(pattern, at, letter) : outsideOnly(pattern, at, letter);
}

/** Letters that mean themselves behind a backslash: `\Q` and the like are undone where a program is read, not in patterns. */
const UNKNOWN_IN_PERL = /[EFIJLMOQTUYijlmquy]/;

function classOnly(pattern: string, at: number, letter: string): Escape {
  if (letter === 'b') return { kind: 'octet', octet: 8, end: at + 2 };
  return other(pattern, at, letter);
}

function outsideOnly(pattern: string, at: number, letter: string): Escape {
  const end = at + 2;
  switch (letter) {
    case 'A':
    case 'G':
      // A text is searched from its beginning, and once.
      return { kind: 'assert', what: 'start', end };
    case 'K':
      return { kind: 'keep', end };
    case 'R':
      return { kind: 'line-break', end };
    case 'z':
      return { kind: 'assert', what: 'end', end };
    case 'Z':
      return { kind: 'assert', what: 'end-or-final-lf', end };
    case 'b':
      return { kind: 'assert', what: 'word-edge', end };
    case 'B':
      return { kind: 'assert', what: 'no-word-edge', end };
    case 'C':
      return { kind: 'set', set: anyOctet, end };
    case 'N':
      // Braces that count are a quantifier, others a name.
      if (pattern[end] === '{' && readBraces(pattern, end) === undefined) return other(pattern, at, letter);
      return { kind: 'set', set: notLf, end };
    default:
      return other(pattern, at, letter);
  }
}

function other(pattern: string, at: number, letter: string): Escape {
  const construct = pattern.slice(at, at + 2);
  const why = Object.hasOwn(unsupported, letter) ? unsupported[letter] : undefined;
  if (why !== undefined) throw new PatternFault('unsupported', construct, why, at);
  if (/[A-Za-z]/.test(letter)) throw new PatternFault('malformed', construct, 'an unknown escape sequence', at);
  return { kind: 'octet', octet: pattern.charCodeAt(at + 1), end: at + 2 };
}

function quoted(pattern: string, at: number): Escape {
  const close = pattern.indexOf('\\E', at + 2);
  if (close === -1) return { kind: 'quote', text: pattern.slice(at + 2), end: pattern.length };
  return { kind: 'quote', text: pattern.slice(at + 2, close), end: close + 2 };
}

/** `\xhh` with none to two digits, `\x{h...}`. */
function hexadecimal(pattern: string, at: number): Escape {
  const braced = /^\{([0-9A-Fa-f]{1,8})\}/.exec(pattern.slice(at + 2, at + 12));
  if (braced !== null) return octet(pattern, at, at + 2 + braced[0].length, Number.parseInt(braced[1] as string, 16));
  const [plain = ''] = /^[0-9A-Fa-f]{0,2}/.exec(pattern.slice(at + 2, at + 4)) ?? [];
  return octet(pattern, at, at + 2 + plain.length, plain === '' ? 0 : Number.parseInt(plain, 16));
}

function octalInBraces(pattern: string, at: number): Escape {
  const braced = /^\{([0-7]{1,10})\}/.exec(pattern.slice(at + 2, at + 14));
  if (braced === null)
    throw new PatternFault('malformed', '\\o', 'octal digits in braces are expected behind "\\o"', at);
  return octet(pattern, at, at + 2 + braced[0].length, Number.parseInt(braced[1] as string, 8));
}

function control(pattern: string, at: number): Escape {
  const code = pattern.charCodeAt(at + 2);
  if (!(code >= 32 && code <= 126)) {
    throw new PatternFault('malformed', '\\c', 'a printable ASCII character is expected behind "\\c"', at);
  }
  const upper = code >= 0x61 && code <= 0x7a ? code - 32 : code;
  return { kind: 'octet', octet: upper ^ 64, end: at + 3 };
}

/** A back-reference when it is below 10, begins with 8 or 9, or names a group before it; else up to three octal digits. */
function digits(pattern: string, at: number, groups: number | undefined): Escape {
  const [octal] = /^[0-7]{1,3}/.exec(pattern.slice(at + 1, at + 4)) ?? [];
  const [number = ''] = /^[0-9]{1,10}/.exec(pattern.slice(at + 1, at + 11)) ?? [];
  const reference =
    groups !== undefined && !number.startsWith('0') && (Number(number) < 10 || Number(number) <= groups);
  if (reference || (groups !== undefined && octal === undefined)) {
    throw new PatternFault('unsupported', `\\${number}`, 'a back-reference needs a backtracking engine', at);
  }
  if (octal === undefined) throw new PatternFault('malformed', `\\${number}`, 'an unknown escape sequence', at);
  return octet(pattern, at, at + 1 + octal.length, Number.parseInt(octal, 8));
}

function octet(pattern: string, at: number, end: number, value: number): Escape {
  if (value <= 255) return { kind: 'octet', octet: value, end };
  throw new PatternFault('malformed', pattern.slice(at, end), 'text is matched as octets: the largest is \\xff', at);
}
