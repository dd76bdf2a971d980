/**
 * Rules run in their order. Where one may end the evaluation, meta rules are decided behind each priority as soon as all that they rest
 * on has been run; the others at the end.
 */
import type { CompiledRules } from './compile.js';
import type { Meta } from './metas.js';
import type { Slot, State } from './slot.js';

/** The points of SHORTCIRCUIT, when a rule ended it. */
export function runSteps({ steps, shortCircuits, metasAfter }: CompiledRules, state: State): number | undefined {
  const { counts } = state;
  const decideMetas = (priority: number): number | undefined => {
    const before = counts.slice();
    for (const meta of metasAfter.get(priority) ?? []) decide(meta, counts);
    return shortCircuits?.decide(before, counts);
  };
  const first = shortCircuits === undefined ? undefined : decideMetas(BEFORE_ALL);
  if (first !== undefined) return first;
  for (const [at, step] of steps.entries()) {
    const before = shortCircuits === undefined ? counts : counts.slice();
    step.run(state);
    const early = shortCircuits?.decide(before, counts);
    if (early !== undefined) return early;
    if (shortCircuits === undefined || steps[at + 1]?.priority === step.priority) continue;
    const late = decideMetas(step.priority);
    if (late !== undefined) return late;
  }
  return undefined;
}

function decide({ slot, value }: Meta, counts: Float64Array): void {
  const worth = value({ counts, demand: (index) => counts[index] as number });
  if (worth !== 0) counts[slot.index] = worth > 0 ? worth : 1;
}

/** Meta rules that rest on nothing, and come before all others. */
export const BEFORE_ALL: number = Number.NEGATIVE_INFINITY;

export type MetasAfter = ReadonlyMap<number, readonly Meta[]>;

/** By the priority behind which they are decided. Not those that rest on a rule that is not run before the end. `first`: the first priority. */
export function metasByPriority(
  metas: readonly Meta[],
  slotOf: ReadonlyMap<string, Slot>,
  decidedLater: ReadonlySet<string>,
  first: number,
): MetasAfter {
  const known = new Map(metas.map(({ slot }) => [slot.rule.name, Number.POSITIVE_INFINITY]));
  const after = new Map<number, Meta[]>();
  const readyAt = (name: string): number => {
    if (name === 'local_tests_only') return first;
    const meta = known.get(name);
    if (meta !== undefined) return meta;
    return decidedLater.has(name)
      ? Number.POSITIVE_INFINITY
      : (slotOf.get(name)?.rule.priority ?? Number.POSITIVE_INFINITY);
  };
  for (const meta of metas) {
    const at = Math.max(first, ...[...meta.names].map(readyAt));
    known.set(meta.slot.rule.name, at);
    if (at === Number.POSITIVE_INFINITY) continue;
    const band = after.get(at);
    if (band === undefined) after.set(at, [meta]);
    else band.push(meta);
  }
  return after;
}
