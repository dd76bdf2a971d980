/**
 * Many patterns as one automaton that reads a text once and says which of them may match: for those of which no literal is known.
 * In groups, so that one whose states multiply does not multiply those of all others.
 */
import type { Node } from '../syntax.js';
import { type Alphabet, alphabetOf } from './alphabet.js';
import { type Dfa, dfaOf } from './dfa.js';
import { plainLetters } from './letters.js';
import { nfaOf } from './nfa.js';
import { collectFrom, type Span } from './scan.js';
import { statesOf } from './size.js';

export interface RoughSet {
  /** Tells the patterns that may match in the text, some of them more than once. */
  seenIn(span: Span, seen: (pattern: number) => void): void;
}

/** Entries of the table of one group. */
const BUDGET = 1 << 21;
/** States of the patterns of one group. */
const GROUP_LIMIT = 55_000;
interface Group {
  readonly members: number[];
  states: number;
  running?: { readonly alphabet: Alphabet; readonly dfa: Dfa };
}

/** Patterns without look-around and references. */
export function roughSet(nodes: readonly Node[]): RoughSet {
  const groups: Group[] = [];
  const sizes = nodes.map(statesOf);
  // Small ones first: these are nearly all.
  const order = nodes.map((_, index) => index).sort((a, b) => (sizes[a] as number) - (sizes[b] as number));
  for (const index of order) {
    const states = sizes[index] as number;
    const open = groups.at(-1);
    if (open !== undefined && open.states + states <= GROUP_LIMIT) {
      open.members.push(index);
      open.states += states;
    } else groups.push({ members: [index], states });
  }
  return {
    seenIn(span, seen) {
      for (const group of groups) {
        group.running ??= prepared(group.members.map((member) => nodes[member] as Node));
        const { dfa, alphabet } = group.running;
        collectFrom(dfa, alphabet, span, (matched) => {
          for (const index of matched) seen(group.members[index] as number);
        });
      }
    },
  };
}

function prepared(nodes: readonly Node[]): { readonly alphabet: Alphabet; readonly dfa: Dfa } {
  const nfa = nfaOf(nodes);
  const alphabet = alphabetOf(nfa.sets, nfa.needs);
  return { alphabet, dfa: dfaOf(nfa, alphabet, plainLetters(alphabet), { anywhere: true, budget: BUDGET }) };
}
