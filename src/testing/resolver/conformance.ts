/**
 * What every resolver must do, as tests for any framework: `resolverConformance({ test, makeResolver })` with the `test` of
 * vitest, node:test, jest or mocha. A broken promise is a thrown Error. The zone is the suite's own; an adapter is given a
 * name server that answers with it. Does not test what only the wire can show (retries, caches).
 */
import type { Resolver } from '../../ports/resolver.js';
import type { Zone } from '../ports/zone.js';
import { conformanceCases, conformanceZone } from './cases.js';

export interface ResolverConformance<R extends Resolver = Resolver> {
  /** The framework's function that registers a test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /** A resolver that answers from this zone, within two seconds also where the zone says `TIMEOUT`; called for each test. */
  readonly makeResolver: (zone: Zone) => R | Promise<R>;
  /** Called after each test, also a failed one. */
  readonly dispose?: (resolver: R) => Promise<void> | void;
}

/** Registers one test for each promise of the port. Returns how many, so that a suite which registers none can be noticed. */
export function resolverConformance<R extends Resolver>(suite: ResolverConformance<R>): number {
  for (const [name, run] of Object.entries(conformanceCases)) {
    suite.test(`resolver: ${name}`, async () => {
      const resolver = await suite.makeResolver(conformanceZone);
      try {
        await run(resolver);
      } finally {
        await suite.dispose?.(resolver);
      }
    });
  }
  return Object.keys(conformanceCases).length;
}
