/**
 * Quantifiers of PCRE (pcre2pattern(3), "Repetition"). Braces that are no quantifier (`{,3}`, `{x`) are literal.
 */
import { PatternFault, REPEAT_LIMIT } from './syntax.js';

const PERL_REPEAT_LIMIT = 32_766;

export interface Quantifier {
  readonly min: number;
  /** Infinity where nothing limits it. */
  readonly max: number;
  readonly lazy: boolean;
  readonly possessive: boolean;
  readonly end: number;
}

/** `perl`: `{,n}` is one too, and counts go further. */
export function readQuantifier(pattern: string, at: number, ungreedy: boolean, perl = false): Quantifier | undefined {
  const counts = readCounts(pattern, at) ?? (perl ? readPerlBraces(pattern, at) : undefined);
  if (counts === undefined) return undefined;
  const { min, max, end } = counts;
  const construct = pattern.slice(at, end);
  if (max < min) throw new PatternFault('malformed', construct, 'the numbers of the quantifier are out of order', at);
  const limit = perl ? PERL_REPEAT_LIMIT : REPEAT_LIMIT;
  if (min > limit || (Number.isFinite(max) && max > limit)) {
    throw new PatternFault('unsupported', construct, `more than ${limit} repetitions`, at);
  }
  if (pattern[end] === '+') return { min, max, lazy: false, possessive: true, end: end + 1 };
  const marked = pattern[end] === '?';
  return { min, max, lazy: marked !== ungreedy, possessive: false, end: marked ? end + 1 : end };
}

/** perlre(1), "Quantifiers", of Perl 5.34 and later: blanks inside, and no lower bound. */
function readPerlBraces(pattern: string, at: number): Omit<Quantifier, 'lazy' | 'possessive'> | undefined {
  const braces = /^\{[ \t]{0,9}([0-9]{0,5})[ \t]{0,9}(,[ \t]{0,9}([0-9]{0,5})[ \t]{0,9})?\}/.exec(
    pattern.slice(at, at + 52),
  );
  if (braces === null) return undefined;
  const [whole, first = '', comma, second = ''] = braces;
  if (first === '' && second === '') return undefined;
  const min = Number(first);
  const max = comma === undefined ? min : second === '' ? Number.POSITIVE_INFINITY : Number(second);
  return { min, max, end: at + whole.length };
}

function readCounts(pattern: string, at: number): Omit<Quantifier, 'lazy' | 'possessive'> | undefined {
  switch (pattern[at]) {
    case '*':
      return { min: 0, max: Number.POSITIVE_INFINITY, end: at + 1 };
    case '+':
      return { min: 1, max: Number.POSITIVE_INFINITY, end: at + 1 };
    case '?':
      return { min: 0, max: 1, end: at + 1 };
    case '{':
      return readBraces(pattern, at);
    default:
      return undefined;
  }
}

/** `{n}`, `{n,}`, `{n,m}`. */
export function readBraces(pattern: string, at: number): Omit<Quantifier, 'lazy' | 'possessive'> | undefined {
  const braces = /^\{([0-9]{1,5})(,([0-9]{0,5}))?\}/.exec(pattern.slice(at, at + 14));
  if (braces === null) return undefined;
  const [whole, first, comma, second] = braces;
  const min = Number(first);
  const max = comma === undefined ? min : second === '' ? Number.POSITIVE_INFINITY : Number(second);
  return { min, max, end: at + whole.length };
}
