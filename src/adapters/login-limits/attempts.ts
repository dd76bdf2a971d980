/**
 * Counts refused attempts by a key. A place is taken before an attempt is made and given back, or used up, when its end
 * is known: a hundred attempts at once are no more than a hundred one after the other. Bounded: a key with several
 * failures is not driven out by keys with one, however many these are. No timers: what is over is seen when it is asked
 * for.
 */
import type { AttemptLimit } from './settings.js';

export interface Attempts {
  /** Undefined when there is a place; else why there is none. Every place is settled once. */
  take(key: string): string | undefined;
  /** `refused` counts; `let-in` clears what was counted; `nothing` gives the place back. `late`: it was abandoned. */
  settle(key: string, end: 'refused' | 'let-in' | 'nothing', late?: boolean): void;
  /** Nobody waits for its end any longer, which may still come: the place stays taken until then, for a pause at
   * most. */
  abandon(key: string): void;
  /** Keys that are remembered. */
  readonly size: number;
}

interface Count {
  failures: number;
  /** Attempts under way. */
  pending: number;
  /** When the places of abandoned attempts come back. */
  abandoned: readonly number[];
  /** When the first of the failures was. */
  since: number;
  /** End of the pause. */
  until: number;
}

export function attemptCounts(limit: Required<AttemptLimit>, remembered: number, now: () => number): Attempts {
  // Insertion order is the order of last use. Keys with one failure or none, and keys with more: half of the places
  // each.
  const newcomers = new Map<string, Count>();
  const known = new Map<string, Count>();
  const half = remembered >> 1;

  function countOf(key: string): Count {
    const count = known.get(key) ?? newcomers.get(key) ?? { ...NOTHING };
    const time = now();
    if (count.abandoned.length > 0) count.abandoned = count.abandoned.filter((back) => back > time);
    const paused = count.until > time;
    if (!paused && (count.until > 0 || time - count.since >= limit.within)) {
      count.failures = 0;
      count.until = 0;
    }
    return count;
  }

  function keep(key: string, count: Count): void {
    newcomers.delete(key);
    known.delete(key);
    if (count.failures === 0 && count.until === 0 && underWay(count) === 0) return;
    const into = count.failures > 1 || count.until > 0 ? known : newcomers;
    into.set(key, count);
    if (into.size > half) dropOldest(into);
  }

  return {
    take(key) {
      const count = countOf(key);
      if (count.until > now()) return `after ${limit.failures} wrong logins`;
      if (count.failures + underWay(count) >= limit.failures) return `${underWay(count)} logins are under way`;
      count.pending++;
      keep(key, count);
      return undefined;
    },
    settle(key, end, late = false) {
      const count = countOf(key);
      // It may have been driven out in the meantime.
      if (late) count.abandoned = count.abandoned.slice(1);
      else count.pending = Math.max(0, count.pending - 1);
      if (end === 'let-in' && count.until === 0) count.failures = 0;
      if (end === 'refused') {
        if (count.failures === 0) count.since = now();
        count.failures++;
        if (count.failures >= limit.failures) count.until = now() + limit.pause;
      }
      keep(key, count);
    },
    abandon(key) {
      const count = countOf(key);
      count.pending = Math.max(0, count.pending - 1);
      count.abandoned = [...count.abandoned, now() + limit.pause];
      keep(key, count);
    },
    get size() {
      return newcomers.size + known.size;
    },
  };
}

const NOTHING: Count = { failures: 0, pending: 0, abandoned: [], since: 0, until: 0 };

function underWay({ pending, abandoned }: Count): number {
  return pending + abandoned.length;
}

/** Of the first few the one without an attempt under way, so that its place is not lost. */
function dropOldest(counts: Map<string, Count>): void {
  let oldest: string | undefined;
  let looked = 0;
  for (const [key, count] of counts) {
    oldest ??= key;
    if (underWay(count) === 0) {
      counts.delete(key);
      return;
    }
    if (++looked === LOOKED_AT) break;
  }
  if (oldest !== undefined) counts.delete(oldest);
}

const LOOKED_AT = 16;
