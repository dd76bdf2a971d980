/**
 * How many matches a text has, one behind the other, as Perl's `m//g` finds them (perlop(1)): each is the first in the order of the
 * alternatives of those that begin leftmost. An automaton finds where they end; for patterns that may match nothing, a simulation.
 */
import { matchesEmpty, type Node } from '../syntax.js';
import type { Alphabet } from './alphabet.js';
import { dfaOf, type Letters } from './dfa.js';
import type { Nfa } from './nfa.js';
import { endOfFirst } from './scan.js';
import { nextMatch } from './simulate.js';

/**
 * `text`: letters by position, the end too. Where the way to the end of a match is far longer than the match, again and again, what is
 * read in all is limited by the size of the text: `gaveUp` is told, and those found so far are the answer.
 */
export type Counter = (text: Uint16Array, most: number, gaveUp?: () => void) => number;

/** Entries of the table. */
const BUDGET = 1 << 17;
/** Positions that are read for a text: so many, and so many more for each of its octets. */
const READ = 100_000;
const READ_AN_OCTET = 16;

export function counterOf(node: Node, nfa: Nfa, alphabet: Alphabet, letters: Letters): Counter {
  if (matchesEmpty(node)) return (text, most, gaveUp) => countAny(nfa, alphabet, letters, text, most, gaveUp);
  const dfa = dfaOf(nfa, alphabet, letters, { anywhere: true, budget: BUDGET, first: true });
  return (text, most, gaveUp) => {
    if (letters.size > dfa.width) dfa.clear();
    const reading = { left: allowance(text) };
    let found = 0;
    for (let from = 0; found < most; found++) {
      from = endOfFirst(dfa, alphabet, letters.plain, text, from, reading);
      if (reading.left < 0) gaveUp?.();
      if (from < 0) break;
    }
    return found;
  };
}

function allowance({ length }: Uint16Array): number {
  return READ + READ_AN_OCTET * length;
}

function countAny(
  nfa: Nfa,
  alphabet: Alphabet,
  letters: Letters,
  text: Uint16Array,
  most: number,
  gaveUp?: () => void,
): number {
  const reading = { left: allowance(text) };
  let found = 0;
  let from = 0;
  // Where an empty match was, the next one is not empty.
  let notEmptyAt = -1;
  while (found < most) {
    const match = nextMatch(nfa, alphabet, letters, text, from, notEmptyAt, reading);
    if (reading.left < 0) gaveUp?.();
    if (match === undefined) break;
    found++;
    from = match.end;
    notEmptyAt = match.end === match.start ? match.end : -1;
  }
  return found;
}
