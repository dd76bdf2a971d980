/**
 * `eval:` rules: functions by name, prepared once with the settings of the rule files.
 */
import type { Problem } from '../../../values/errors.js';
import type { EvalModule, Evaluator } from '../evals/eval.js';
import type { EvalTest } from '../rules/rule.js';
import type { Settings } from '../rules/settings.js';
import type { Slot, Step } from './slot.js';

export function prepareFunctions(
  modules: readonly EvalModule[],
  settings: Settings,
  problems: Problem[],
): ReadonlyMap<string, Evaluator> {
  const functions = new Map<string, Evaluator>();
  for (const module of modules) {
    for (const [name, evaluator] of module.prepare(settings, problems)) functions.set(name, evaluator);
  }
  return functions;
}

/** Slots with functions that are not here, or whose arguments are wrong, are left out before. */
export function evalStep(slots: readonly Slot[], priority: number, functions: ReadonlyMap<string, Evaluator>): Step {
  const calls = slots.flatMap(({ index, rule }) => {
    const { call, args, on } = rule.test as EvalTest;
    const evaluator = functions.get(call);
    return evaluator === undefined ? [] : [{ index, run: evaluator.run, args, on }];
  });
  return {
    priority,
    run: ({ subject, counts, gaveUp }) => {
      for (const { index, run, args, on } of calls) {
        const result = run(subject, args, on, () => gaveUp.add(index));
        if (result === false || result === 0) continue;
        counts[index] = typeof result === 'number' && result > 0 ? result : 1;
      }
    },
  };
}
