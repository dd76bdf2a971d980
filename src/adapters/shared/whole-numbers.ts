/** Options that are whole numbers within a range, with a default: one table for each adapter, all problems at once. */
import type { Problem } from '../../values/errors.js';

export type Range = readonly [standard: number, least: number, most: number];

/** Node refuses timers beyond this. */
export const MOST_MILLISECONDS = 2_147_483_647;

/** The value of each, or its default; what is wrong goes to `problems` (code `bad-option`). `of`: the adapter, for messages. */
export function wholeNumbers<K extends string>(
  of: string,
  ranges: Readonly<Record<K, Range>>,
  given: { readonly [P in K]?: number },
  problems: Problem[],
): Readonly<Record<K, number>> {
  const names = Object.keys(ranges) as K[];
  const chosen = names.map((name) => [name, given[name] === undefined ? ranges[name][0] : given[name]] as const);
  for (const [name, value] of chosen) {
    const [, least, most] = ranges[name];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    const message = `${of}: ${name} is a whole number from ${least} to ${most}`;
    problems.push({ code: 'bad-option', message, construct: name });
  }
  return Object.fromEntries(chosen) as Record<K, number>;
}
