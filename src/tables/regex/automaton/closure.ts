/**
 * What an automaton comes to without reading: through its branches, the assertions that hold and the look-around that does.
 */
import { assertionHolds } from './assertion.js';
import { ASSERT, assertions, LOOK, MATCH, type Nfa, SET, SPLIT } from './nfa.js';

export interface Closure {
  /** States that take an octet. */
  readonly reached: readonly number[];
  /** Patterns that have matched. */
  readonly matched: readonly number[];
}

/** `before`, `after`: what assertions see on both sides, in the order of reading. `looks`: a bit for each that holds. */
export type CloseOver = (from: readonly number[], before: number, after: number, looks: number) => Closure;

/** `first`: in the order of alternatives, and nothing that is worse than what has matched. */
export function closureOf({ operation, argument, out, other, backwards }: Nfa, first: boolean): CloseOver {
  const seen = new Int32Array(operation.length);
  let round = 0;
  return (from, before, after, looks) => {
    const reached: number[] = [];
    const matched: number[] = [];
    const stack = first ? [...from].reverse() : [...from];
    round++;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen[at] === round) continue;
      seen[at] = round;
      switch (operation[at]) {
        case SET:
          reached.push(at);
          break;
        case SPLIT:
          stack.push(other[at] as number, out[at] as number);
          break;
        case ASSERT: {
          const assertion = argument[at] as number;
          const holds = backwards ? assertionHolds(assertion, after, before) : assertionHolds(assertion, before, after);
          if (holds) stack.push(out[at] as number);
          break;
        }
        case LOOK:
          if (((looks >> (argument[at] as number)) & 1) === 1) stack.push(out[at] as number);
          break;
        case MATCH:
          matched.push(argument[at] as number);
          if (first) stack.length = 0;
      }
    }
    return { reached, matched };
  };
}

/** True when no pattern can begin anywhere but where the reading does. */
export function onlyAtStart({ operation, argument, out, other, starts, backwards }: Nfa): boolean {
  const edge = backwards ? END : START;
  const stack = [...starts];
  const seen = new Set(stack);
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (operation[at] === SET || operation[at] === MATCH) return false;
    if (operation[at] === ASSERT && argument[at] === edge) continue;
    for (const next of operation[at] === SPLIT ? [out[at] as number, other[at] as number] : [out[at] as number]) {
      if (seen.has(next)) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  return true;
}

const START = assertions.indexOf('start');
const END = assertions.indexOf('end');
