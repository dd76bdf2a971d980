/** Processor time and memory of a process and all its descendants, from /proc: a daemon as a whole. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

interface Stat {
  readonly parent: number;
  /** Clock ticks, children that have ended included. */
  readonly ticks: number;
}

const TICKS_PER_SECOND = 100;

function stats(): ReadonlyMap<number, Stat> {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'latin1');
      // The name of the program stands in parentheses and may have blanks.
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0);
      all.set(Number(name), { parent: fields[1] ?? 0, ticks });
    } catch {
      // It has ended meanwhile.
    }
  }
  return all;
}

function family(root: number, all: ReadonlyMap<number, Stat>): readonly number[] {
  const members = [root];
  for (const member of members) for (const [pid, { parent }] of all) if (parent === member) members.push(pid);
  return members;
}

/** The process itself, and all its descendants. */
export function processTree(root: number): readonly number[] {
  return family(root, stats());
}

/** User and system time in milliseconds, in steps of 10. */
export function cpuOfTree(root: number): number {
  const all = stats();
  return family(root, all).reduce((sum, pid) => sum + ((all.get(pid)?.ticks ?? 0) * 1000) / TICKS_PER_SECOND, 0);
}

/** Proportional share of memory, MiB. */
export function memoryOfTree(root: number): number {
  const kib = family(root, stats()).map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return kib.reduce((sum, one) => sum + one, 0) / 1024;
}
