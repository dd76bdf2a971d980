/**
 * The leftmost match that Perl would find, alternatives in their order (Pike's algorithm): all ways to match are followed side by
 * side, each with where it began, the better ones first. At most the size of the pattern for each octet.
 */
import { type Alphabet, EDGE } from './alphabet.js';
import { assertionHolds } from './assertion.js';
import { ASSERT, LOOK, MATCH, type Nfa, SET, SPLIT } from './nfa.js';
import type { Reading } from './scan.js';

export interface FoundMatch {
  readonly start: number;
  readonly end: number;
}

interface LetterParts {
  plain(letter: number): number;
  looks(letter: number): number;
}

/**
 * The first match from `from` on; empty it may not be at `notEmptyAt`. `text`: letters by position, the end too. Undefined: there is
 * none, or none may be looked for.
 */
export function nextMatch(
  nfa: Nfa,
  { sides, sample, octets, edge }: Alphabet,
  letters: LetterParts,
  text: Uint16Array,
  from: number,
  notEmptyAt: number,
  reading: Reading,
): FoundMatch | undefined {
  const { operation, argument, out, other, sets, starts } = nfa;
  const seen = new Int32Array(operation.length).fill(-1);
  let states: number[] = [];
  let begun: number[] = [];
  let found: FoundMatch | undefined;
  const stack: number[] = [];
  for (let at = from; at < text.length; at++) {
    if (--reading.left < 0) return undefined;
    const plain = letters.plain(text[at] as number);
    const looks = letters.looks(text[at] as number);
    const before = sides[at === 0 ? edge : letters.plain(text[at - 1] as number)] ?? EDGE;
    const after = sides[plain] as number;
    const octet = plain < octets ? (sample[plain] as number) : plain === edge ? -1 : 10;
    const nextStates: number[] = [];
    const nextBegun: number[] = [];
    const threads = found === undefined ? states.length + 1 : states.length;
    search: for (let thread = 0; thread < threads; thread++) {
      const start = thread < states.length ? (begun[thread] as number) : at;
      stack.push(thread < states.length ? (states[thread] as number) : (starts[0] as number));
      for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
        if (seen[state] === at) continue;
        seen[state] = at;
        switch (operation[state]) {
          case SET:
            if (octet >= 0 && (sets[argument[state] as number] as Uint8Array)[octet] === 1) {
              nextStates.push(out[state] as number);
              nextBegun.push(start);
            }
            break;
          case SPLIT:
            stack.push(other[state] as number, out[state] as number);
            break;
          case ASSERT:
            if (assertionHolds(argument[state] as number, before, after)) stack.push(out[state] as number);
            break;
          case LOOK:
            if (((looks >> (argument[state] as number)) & 1) === 1) stack.push(out[state] as number);
            break;
          case MATCH:
            if (start === at && at === notEmptyAt) break;
            // Those behind it are worse.
            found = { start, end: at };
            stack.length = 0;
            break search;
        }
      }
    }
    if (found !== undefined && nextStates.length === 0) return found;
    states = nextStates;
    begun = nextBegun;
  }
  return found;
}
