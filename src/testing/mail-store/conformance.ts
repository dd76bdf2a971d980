/**
 * What every mail store must do, as tests for any framework: `mailStoreConformance({ test, makeStore, read })` with the
 * `test` of vitest, node:test, jest or mocha. A broken promise is a thrown Error. Does not test what only a kind
 * of store can show (durability, names of files).
 */
import type { MailStore } from '../../ports/mail-store.js';
import { conformanceCases } from './cases.js';

export interface MailStoreConformance<S extends MailStore = MailStore> {
  /** The framework's function that registers a test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /** An empty store; called for each test. */
  readonly makeStore: () => S | Promise<S>;
  /** The messages of a mailbox in the order in which its owner would see them, with bare LF as line end; none for no mailbox. */
  readonly read: (store: S, mailbox: string) => Promise<readonly Uint8Array[]> | readonly Uint8Array[];
  /** Called after each test, also a failed one. */
  readonly dispose?: (store: S) => Promise<void> | void;
}

/** Registers one test for each promise of the port. Returns how many, so that a suite which registers none can be noticed. */
export function mailStoreConformance<S extends MailStore>(suite: MailStoreConformance<S>): number {
  for (const [name, run] of Object.entries(conformanceCases)) {
    suite.test(`mail store: ${name}`, async () => {
      const store = await suite.makeStore();
      try {
        await run({ store, read: async (mailbox) => suite.read(store, mailbox) });
      } finally {
        await suite.dispose?.(store);
      }
    });
  }
  return Object.keys(conformanceCases).length;
}
