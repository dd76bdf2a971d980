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

/** `text`: letters by position, the end too. */
export type Counter = (text: Uint16Array, most: number) => number;

/** Entries of the table. */
const BUDGET = 1 << 17;

export function counterOf(node: Node, nfa: Nfa, alphabet: Alphabet, letters: Letters): Counter {
  if (matchesEmpty(node)) return (text, most) => countAny(nfa, alphabet, letters, text, most);
  const dfa = dfaOf(nfa, alphabet, letters, { anywhere: true, budget: BUDGET, first: true });
  return (text, most) => {
    if (letters.size > dfa.width) dfa.clear();
    let found = 0;
    for (let from = 0; found < most; found++) {
      from = endOfFirst(dfa, alphabet, letters.plain, text, from);
      if (from < 0) break;
    }
    return found;
  };
}

function countAny(nfa: Nfa, alphabet: Alphabet, letters: Letters, text: Uint16Array, most: number): number {
  let found = 0;
  let from = 0;
  // Where an empty match was, the next one is not empty.
  let notEmptyAt = -1;
  while (found < most) {
    const match = nextMatch(nfa, alphabet, letters, text, from, notEmptyAt);
    if (match === undefined) break;
    found++;
    from = match.end;
    notEmptyAt = match.end === match.start ? match.end : -1;
  }
  return found;
}
