/**
 * Points added up.
 */
import { isSubRule } from '../rules/rule.js';
import type { Slot } from './slot.js';

const patternKinds: ReadonlySet<string> = new Set(['header', 'body', 'rawbody', 'full', 'uri', 'mimeheader']);

/** A rule of `tflags multiple` gives its points for each match; a function or a meta rule once, whatever it counts. */
export function pointsOf({ rule, points }: Slot, count: number): number {
  return rule.tflags.has('multiple') && patternKinds.has(rule.test.kind) ? points * count : points;
}

export function sumOf(slots: readonly Slot[], counts: Float64Array): number {
  let sum = 0;
  for (const slot of slots) {
    const count = counts[slot.index] as number;
    if (count !== 0 && !isSubRule(slot.rule.name)) sum += pointsOf(slot, count);
  }
  return sum;
}

export function thousandths(points: number): number {
  // Adding 0 makes 0 of -0.
  return Number(points.toFixed(3)) + 0;
}
