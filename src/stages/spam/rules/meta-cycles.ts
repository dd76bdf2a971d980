/**
 * Meta rules that rest on themselves: an error, for what they are worth depends on where one begins.
 */
import type { SourcePosition } from '../../../values/errors.js';
import { namesIn } from './expression.js';
import type { SpamRule } from './rule.js';

export interface MetaCycle {
  readonly why: string;
  readonly source: SourcePosition;
}

/** One for each cycle that is met, in the order of the rules. Linear in the expressions together. */
export function metaCycles(rules: readonly SpamRule[]): readonly MetaCycle[] {
  const metas = new Map<string, readonly string[]>();
  const sources = new Map<string, SourcePosition>();
  for (const { name, test, source } of rules) {
    if (test.kind !== 'meta') continue;
    metas.set(name, [...namesIn(test.expression)]);
    sources.set(name, source);
  }
  const done = new Set<string>();
  const cycles: MetaCycle[] = [];
  for (const name of metas.keys()) {
    const cycle = cycleFrom(name, metas, done);
    if (cycle !== undefined) {
      cycles.push({
        why: `meta rules that rest on each other: ${cycle.join(', ')}`,
        source: sources.get(name) ?? { file: '' },
      });
    }
  }
  return cycles;
}

/** Walks without recursion: a chain of rules may be as long as the files. */
function cycleFrom(
  start: string,
  metas: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): string[] | undefined {
  const path: { readonly name: string; next: number }[] = [];
  const onPath = new Set<string>();
  let found: string[] | undefined;
  const enter = (name: string): void => {
    path.push({ name, next: 0 });
    onPath.add(name);
  };
  if (!done.has(start)) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const name = metas.get(top.name)?.[top.next++];
    if (name === undefined) {
      path.pop();
      onPath.delete(top.name);
      done.add(top.name);
    } else if (onPath.has(name)) {
      found ??= path.slice(path.findIndex((one) => one.name === name)).map((one) => one.name);
    } else if (metas.has(name) && !done.has(name)) {
      enter(name);
    }
  }
  return found;
}
