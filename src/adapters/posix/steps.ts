/** Work on a large file in small steps, so that others have their turn between them. */
import { setImmediate } from 'node:timers/promises';

/** Yields now and then. */
export type Steps<T> = Generator<void, T, void>;

/** Milliseconds of one turn. */
const TURN_MS = 8;
/** Entries of one step. */
const STEP = 256;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let until = performance.now() + TURN_MS;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + TURN_MS;
  }
}

/** Each of them, with a step after so many. */
export function* stepwise<T>(entries: Iterable<T>, work: (entry: T) => void): Steps<void> {
  let done = 0;
  for (const entry of entries) {
    work(entry);
    if (++done % STEP === 0) yield;
  }
}
