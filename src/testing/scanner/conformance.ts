/**
 * What every virus scanner must do, as tests for any framework: `scannerConformance({ test, makeScanner })` with the `test` of
 * vitest, node:test, jest or mocha. A broken promise is a thrown Error. Does not test what only a failing daemon can show: adapters
 * have tests of their own for that.
 */
import type { Scanner } from '../../ports/scanner.js';
import { conformanceCases } from './cases.js';
import { eicar } from './memory-scanner.js';

export interface ScannerConformance<S extends Scanner = Scanner> {
  /** The framework's function that registers a test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /** A scanner that takes any message of up to 1 MiB; called for each test. */
  readonly makeScanner: () => S | Promise<S>;
  /** Text that it takes for a virus wherever it stands in a message. Default `eicar`, which some signatures find at the beginning
   * of a file alone. */
  readonly virus?: string;
  /** Called after each test, also a failed one. */
  readonly dispose?: (scanner: S) => Promise<void> | void;
}

/** Registers one test for each promise of the port. Returns how many, so that a suite which registers none can be noticed. */
export function scannerConformance<S extends Scanner>(suite: ScannerConformance<S>): number {
  for (const [name, run] of Object.entries(conformanceCases)) {
    suite.test(`scanner: ${name}`, async () => {
      const scanner = await suite.makeScanner();
      try {
        await run(scanner, suite.virus ?? eicar);
      } finally {
        await suite.dispose?.(scanner);
      }
    });
  }
  return Object.keys(conformanceCases).length;
}
