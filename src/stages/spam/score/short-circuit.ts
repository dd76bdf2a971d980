/**
 * Rules that end the evaluation early (Mail::SpamAssassin::Plugin::Shortcircuit(3)): when one has hit, no rule of a later priority is
 * run, nor any meta rule that has not been decided.
 */
import { namesIn } from '../rules/expression.js';
import { isSubRule, type SpamRule } from '../rules/rule.js';
import { numberSetting } from '../rules/setting-value.js';
import type { SpamRules } from '../rules/spam-rules.js';
import type { Slot } from './slot.js';
import { pointsOf, sumOf } from './sum.js';

export interface ShortCircuits {
  /** Points that the rule SHORTCIRCUIT gives when counts have become `after`; undefined: go on. */
  readonly decide: (before: Float64Array, after: Float64Array) => number | undefined;
}

const PLUGIN = 'Mail::SpamAssassin::Plugin::Shortcircuit';

/** Undefined where no rule can. */
export function shortCircuits(slots: readonly Slot[], { plugins, settings }: SpamRules): ShortCircuits | undefined {
  if (!plugins.has(PLUGIN)) return undefined;
  const number = (keyword: string): number | undefined => numberSetting(settings, keyword);
  const ham = number('shortcircuit_ham_score') ?? -100;
  const spam = number('shortcircuit_spam_score') ?? 100;
  const [least, most] = [number('shortcircuit_min_ham_score'), number('shortcircuit_max_spam_score')];
  const isEnding = slots.some(({ rule }) => rule.shortCircuit !== 'off');
  if (!isEnding && least === undefined && most === undefined) return undefined;
  const endedBy = ({ rule, points }: Slot): number | undefined => {
    if (rule.shortCircuit === 'off') return undefined;
    if (rule.shortCircuit !== 'on') return rule.shortCircuit === 'ham' ? ham : spam;
    // Told by the points of the rule itself; they count already.
    return points < 0 ? -0.0001 : 0.0001;
  };
  return {
    decide: (before, after) => {
      let score = sumOf(slots, before);
      for (const slot of slots) {
        const count = after[slot.index] as number;
        if (count === 0 || before[slot.index] !== 0) continue;
        // The points of the rule that has hit are not among them yet.
        if ((least !== undefined && score < least) || (most !== undefined && score > most)) {
          return score < 0 ? -0.001 : 0.001;
        }
        const points = endedBy(slot);
        if (points !== undefined) return points;
        if (!isSubRule(slot.rule.name)) score += pointsOf(slot, count);
      }
      return undefined;
    },
  };
}

/**
 * A rule is run with the meta rules that rest on it, or before them. Only priorities change.
 */
export function withEarlyParts(rules: readonly SpamRule[], { plugins }: SpamRules): readonly SpamRule[] {
  if (!plugins.has(PLUGIN)) return rules;
  const priorities = new Map(rules.map(({ name, priority }) => [name, priority]));
  const nets = new Set(rules.flatMap(({ name, tflags }) => (tflags.has('net') ? [name] : [])));
  for (const { name, test } of [...rules].sort((a, b) => a.priority - b.priority)) {
    if (test.kind !== 'meta') continue;
    const own = priorities.get(name) as number;
    for (const part of namesIn(test.expression)) {
      const its = priorities.get(part);
      if (its !== undefined && its > own) priorities.set(part, nets.has(part) ? Math.max(own, NET) : own);
    }
  }
  return rules.map((rule) => ({ ...rule, priority: priorities.get(rule.name) as number }));
}

/** Questions to the DNS are put from this priority on. */
const NET = -100;
