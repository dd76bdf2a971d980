/**
 * What every spam scorer must do, as tests for any framework: `scorerConformance({ test, makeScorer })` with the `test` of vitest,
 * node:test, jest or mocha. A broken promise is a thrown Error. The scorer under test is given a service that says what the suite's
 * own judge says. Does not test what only a protocol can show (replies that are cut, without length).
 */
import type { Scorer } from '../../ports/scorer.js';
import { conformanceCases, conformanceJudge } from './cases.js';
import type { Judge } from './judge.js';

export interface ScorerConformance<S extends Scorer = Scorer> {
  /** The framework's function that registers a test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /** A scorer whose service asks `judge` about each message, once the whole of it is there; called for each test. */
  readonly makeScorer: (judge: Judge) => S | Promise<S>;
  /** Called after each test, also a failed one. */
  readonly dispose?: (scorer: S) => Promise<void> | void;
}

/** Registers one test for each promise of the port. Returns how many, so that a suite which registers none can be noticed. */
export function scorerConformance<S extends Scorer>(suite: ScorerConformance<S>): number {
  for (const [name, run] of Object.entries(conformanceCases)) {
    suite.test(`scorer: ${name}`, async () => {
      const seen: string[] = [];
      const scorer = await suite.makeScorer((text) => {
        seen.push(text);
        return conformanceJudge(text);
      });
      try {
        await run({ scorer, seen });
      } finally {
        await suite.dispose?.(scorer);
      }
    });
  }
  return Object.keys(conformanceCases).length;
}
