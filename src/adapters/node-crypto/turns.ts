/** Long work in pieces: others have their turn whenever a piece has taken some milliseconds. Ends at an abort. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PortCall } from '../../core/stage.js';

/** Milliseconds of work between turns. */
const PIECE_MS = 5;

export class Turns {
  readonly #call: PortCall | undefined;
  #since: number = performance.now();

  constructor(call: PortCall | undefined) {
    this.#call = call;
  }

  /** Whether to wait for `next`. */
  get due(): boolean {
    return performance.now() - this.#since >= PIECE_MS;
  }

  /** Throws when the answer is of no use any more. */
  async next(): Promise<void> {
    await nextTurn();
    // The signal is made when it is asked for: most messages are done before.
    if (this.#call?.signal.aborted === true) throw new Error('nobody waits for the answer any more');
    this.#since = performance.now();
  }
}
