/**
 * A pattern with back-references or atomic groups. Exact, and limited: an automaton that knows nothing of them passes most texts by,
 * for the others a number of steps is allowed that depends on the size of the text alone.
 */
import { type Automaton, automatonOf } from '../automaton/automaton.js';
import { statesOf } from '../automaton/size.js';
import type { Node } from '../syntax.js';
import { type StepProgram, stepProgram } from './program.js';
import { type StepBudget, stepMatch } from './run.js';
import type { StepText } from './text.js';

/** Steps for a text: so many, and so many more for each of its octets. */
const STEPS = 100_000;
const STEPS_AN_OCTET = 4;
/** Steps that are taken before places are remembered. */
const UNREMEMBERED = 2000;
/** States beyond which nothing is asked before. */
const ROUGH_LIMIT = 20_000;

/** `rough`: matches at least where `node` does. */
export function stepwiseOf(node: Node, rough: () => Node): Automaton {
  const program = stepProgram(node);
  const loose = rough();
  const automaton = statesOf(loose) > ROUGH_LIMIT ? undefined : automatonOf(loose, rough);
  return {
    test: (text) => automaton?.test(text) !== false && countSteps(program, text, 1) > 0,
    count: (text, most, gaveUp) => (automaton?.test(text) === false ? 0 : countSteps(program, text, most, gaveUp)),
  };
}

function countSteps(program: StepProgram, text: StepText, most: number, gaveUp?: () => void): number {
  const left = STEPS + STEPS_AN_OCTET * (text.to - text.from);
  const budget: StepBudget = { left, remember: program.mayStandStill ? left : left - UNREMEMBERED };
  let found = 0;
  let from = text.from;
  let notEmptyAt = -1;
  while (found < most) {
    const match = stepMatch(program, text, budget, from, notEmptyAt);
    if (match === undefined) {
      if (budget.left <= 0) gaveUp?.();
      break;
    }
    found++;
    from = match.end;
    notEmptyAt = match.end === match.start ? match.end : -1;
  }
  return found;
}
