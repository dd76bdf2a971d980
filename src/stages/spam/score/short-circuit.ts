/**
 * Rules that end the evaluation early (Mail::SpamAssassin::Plugin::Shortcircuit(3)): when one has hit, no rule of a later priority is
 * run, nor any meta rule that has not been decided.
 */
import type { SpamRules } from '../rules/spam-rules.js';
import type { Slot } from './slot.js';

export interface ShortCircuits {
  /** Points that the rule SHORTCIRCUIT gives; undefined: go on. */
  readonly decide: (counts: Float64Array, score: number) => number | undefined;
}

const PLUGIN = 'Mail::SpamAssassin::Plugin::Shortcircuit';

/** Undefined where no rule can. */
export function shortCircuits(slots: readonly Slot[], { plugins, settings }: SpamRules): ShortCircuits | undefined {
  if (!plugins.has(PLUGIN)) return undefined;
  const number = (keyword: string): number | undefined => {
    const value = Number(settings.last(keyword)?.value);
    return Number.isFinite(value) ? value : undefined;
  };
  const ham = number('shortcircuit_ham_score') ?? -100;
  const spam = number('shortcircuit_spam_score') ?? 100;
  const [least, most] = [number('shortcircuit_min_ham_score'), number('shortcircuit_max_spam_score')];
  const ending = slots.filter(({ rule }) => rule.shortCircuit !== 'off');
  if (ending.length === 0 && least === undefined && most === undefined) return undefined;
  return {
    decide: (counts, score) => {
      const slot = ending.find(({ index }) => counts[index] !== 0);
      if (slot?.rule.shortCircuit === 'ham') return ham;
      if (slot?.rule.shortCircuit === 'spam') return spam;
      // Told by the points of the rule itself; they count already.
      if (slot !== undefined) return slot.points < 0 ? -0.0001 : 0.0001;
      if (least !== undefined && score < least) return -0.001;
      return most !== undefined && score > most ? 0.001 : undefined;
    },
  };
}
