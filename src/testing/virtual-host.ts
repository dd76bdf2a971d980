/** A host whose clock stands still until a test moves it: time limits and deadlines without waiting. */
import type { Host } from '../core/evaluation.js';

export interface VirtualHost extends Host {
  /**
   * Moves the clock and fires what is due, in order of time, each at its own instant. Between two, promises are given the
   * chance to run, so that what one sets off can start another.
   */
  advance(ms: number): Promise<void>;
  /** Timers that have neither fired nor been cancelled. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** `start`: milliseconds that the clock shows first. Default 0. */
export function virtualHost(start = 0): VirtualHost {
  let now = start;
  let count = 0;
  const timers = new Set<Timer>();

  function due(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }

  return {
    monotonic: () => now,
    startTimer: (ms, fire) => {
      const timer: Timer = { at: now + Math.max(0, ms), order: ++count, fire };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (let timer = due(until); timer !== undefined; timer = due(until)) {
        timers.delete(timer);
        now = timer.at;
        timer.fire();
        await settled();
      }
      now = until;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** More turns than any chain of promises in the pipeline has. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await undefined;
}
