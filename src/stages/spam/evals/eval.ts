/**
 * `eval:` functions: each module stands for a plugin of SpamAssassin, whose documentation says what its functions do. A module is
 * prepared once with the settings of the rule files, and then called for each message.
 */
import type { Problem } from '../../../values/errors.js';
import type { EvalTest } from '../rules/rule.js';
import type { Settings } from '../rules/settings.js';
import type { SpamSubject } from '../subject.js';

/**
 * True or a number of hits: the rule hits. Plain, bounded work: linear in what it reads. `on`: the keyword of the rule, for functions that
 * look at the rendered body under `body` and at the decoded one under `rawbody`; default `body`. `gaveUp` is told where a pattern was not
 * looked for to the end.
 */
export type EvalFunction = (
  subject: SpamSubject,
  args: readonly string[],
  on?: EvalTest['on'],
  gaveUp?: () => void,
) => boolean | number;

export interface Evaluator {
  readonly run: EvalFunction;
  /** Called when a rule is read: what is wrong with its arguments, in words. */
  readonly check?: (args: readonly string[]) => string | undefined;
}

export interface EvalModule {
  prepare(settings: Settings, problems: Problem[]): ReadonlyMap<string, Evaluator>;
}
