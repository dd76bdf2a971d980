/**
 * Short ways to write modules of functions.
 */
import type { Settings } from '../rules/settings.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';

/** A module whose functions need no settings. */
export function plainModule(functions: Readonly<Record<string, EvalFunction>>): EvalModule {
  return { prepare: () => evaluators(functions) };
}

/** A module whose functions are made from settings. */
export function settingsModule(
  make: (settings: Settings) => Readonly<Record<string, EvalFunction | Evaluator>>,
): EvalModule {
  return { prepare: (settings) => evaluators(make(settings)) };
}

/** `check_from_in_blacklist` is `check_from_in_blocklist`, and so on: names of before SpamAssassin 4. */
export function withOldNames<T>(functions: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const old = Object.entries(functions).map(([name, run]) => [
    name.replace('welcomelist', 'whitelist').replace('blocklist', 'blacklist'),
    run,
  ]);
  return { ...Object.fromEntries(old), ...functions };
}

/** `min` and `max` as rules write them; `undef` is no limit. From `min` on, and below `max`. */
export function inRange(value: number, min = 'undef', max = 'undef', unit = 1): boolean {
  return (min === 'undef' || value >= Number(min) * unit) && (max === 'undef' || value < Number(max) * unit);
}

function evaluators(functions: Readonly<Record<string, EvalFunction | Evaluator>>): ReadonlyMap<string, Evaluator> {
  return new Map(
    Object.entries(functions).map(([name, one]) => [name, typeof one === 'function' ? { run: one } : one]),
  );
}
