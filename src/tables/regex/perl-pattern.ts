/**
 * A pattern of Perl (perlre(1)) over octets, as SpamAssassin compiles its rules (flag `aa`): read, and run exactly in linear time
 * where it can be, by automata.
 */
import { withoutAtomic } from './atomic.js';
import { type Automaton, automatonOf, checkSize, fewLooks } from './automaton/automaton.js';
import { beginningOf, leastOf } from './beginning.js';
import type { RegexFlags } from './flags.js';
import { loosened } from './loosen.js';
import { parseCache } from './parse-cache.js';
import { parsePcre } from './parse-pcre.js';
import { type Clause, requiredLiterals } from './required-literals.js';
import { checkProgram } from './stepwise/program.js';
import { stepwiseOf } from './stepwise/stepwise.js';
import { contains, type Node, PatternFault } from './syntax.js';

export interface PerlPattern extends Automaton {
  readonly kind: 'compiled';
  /** Lists of strings, of each of which a matching text has at least one, in lower case; the best list first. */
  readonly required: readonly Clause[];
  /** With what a match begins: found at least where the pattern matches, and something for an automaton. */
  beginning(): Node;
  /** Octets of the shortest match, or fewer. */
  readonly least: number;
  /** Steps are taken one after the other, and no more of them than the size of the text allows: it may give up. */
  readonly limited: boolean;
}

export interface PerlRefusal {
  readonly kind: 'refused';
  readonly construct: string;
  readonly why: string;
  /** Perl would refuse it as well. */
  readonly malformed: boolean;
}

/** What Perl takes of that which the parser calls malformed. */
const OF_PCRE = /^(?:two groups of the same name|text is matched as octets|an unknown escape|parentheses are nested)/;

/** Of all patterns: they are read one after the other, and have much in common. */
const cache = parseCache();
/** Octets that are a beginning. */
const BEGINNING = 8;
/** Octets of one pattern. */
const PATTERN_LIMIT = 300_000;

/** `flags`: of `msixgcoadlunp`. */
export function perlPattern(text: string, flags: string): PerlPattern | PerlRefusal {
  try {
    if (text.length > PATTERN_LIMIT) {
      throw new PatternFault('unsupported', text.slice(0, 40), `a pattern of more than ${PATTERN_LIMIT} octets`, 0);
    }
    return compiled(() => parsePcre(text, flagsOf(flags), true, cache).node);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    const { construct, message: why } = error;
    return { kind: 'refused', construct, why, malformed: error.kind === 'malformed' && !OF_PCRE.test(why) };
  }
}

/** Only literals are kept: of many patterns most are never run, and are read again when they are. */
function compiled(parse: () => Node): PerlPattern {
  const parsed = parse();
  const node = plain(parsed);
  if (node === undefined) checkProgram(parsed);
  else checkSize(node);
  let made: Automaton | undefined;
  const running = (): Automaton => (made ??= runningOf(parse()));
  return {
    kind: 'compiled',
    required: requiredLiterals(node ?? parsed),
    limited: node === undefined,
    beginning: () => beginningOf(loosened(parse()), BEGINNING),
    least: leastOf(parsed),
    test: (span) => running().test(span),
    count: (span, most, gaveUp) => running().count(span, most, gaveUp),
  };
}

function runningOf(parsed: Node): Automaton {
  const node = plain(parsed);
  const rough = (): Node => loosened(parsed);
  return node === undefined ? stepwiseOf(parsed, rough) : automatonOf(node, rough);
}

/** The pattern as automata can have it; undefined when they cannot. */
function plain(node: Node): Node | undefined {
  if (contains(node, 'reference') || !fewLooks(node)) return undefined;
  if (!contains(node, 'atomic')) return node;
  try {
    return withoutAtomic(node);
  } catch (error) {
    if (error instanceof PatternFault) return undefined;
    throw error;
  }
}

function flagsOf(letters: string): Omit<RegexFlags, 'syntax'> {
  for (const letter of letters) {
    if (!'msixgcoadlunp'.includes(letter)) {
      throw new PatternFault('unsupported', letter, `the flag "${letter}" is not supported`, 0);
    }
  }
  return {
    ignoreCase: letters.includes('i'),
    multiline: letters.includes('m'),
    dotAll: letters.includes('s'),
    extended: letters.includes('x'),
    anchored: false,
    dollarEndOnly: false,
    ungreedy: false,
    perl: true,
  };
}
