/** How the two suites register their cases: those on what is not there are skipped, and say so. */
import type { TestContext } from './checks.js';

export type RegisterTest = (name: string, run: (context?: TestContext) => Promise<void>) => unknown;

/** `lacking`: abilities that it would need. */
export function register(test: RegisterTest, name: string, lacking: readonly string[], run: () => Promise<void>): void {
  if (lacking.length === 0) {
    test(name, run);
    return;
  }
  // Seen in the list of tests also where the framework cannot skip.
  const why = `not had here: ${lacking.join(', ')}`;
  test(`${name} (${why})`, async (context) => {
    await context?.skip?.(why);
  });
}

/** Makes the subject, runs with it, and disposes of it also after a failure. */
export async function withSubject<T>(
  make: () => T | Promise<T>,
  dispose: ((subject: T) => Promise<void> | void) | undefined,
  run: (subject: T) => Promise<void>,
): Promise<void> {
  const subject = await make();
  try {
    await run(subject);
  } finally {
    await dispose?.(subject);
  }
}
