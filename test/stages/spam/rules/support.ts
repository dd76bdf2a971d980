/** Rule texts for tests. */
import {
  checkSpamRules,
  type SpamRuleFiles,
  type SpamRulesCheck,
} from '../../../../src/stages/spam/rules/read-rules.js';
import type { SpamRule } from '../../../../src/stages/spam/rules/rule.js';
import { renderProblem } from '../../../../src/values/errors.js';

export function check(text: string, options: Partial<SpamRuleFiles> = {}): SpamRulesCheck {
  return checkSpamRules({ files: [{ name: 'a.cf', text }], ...options });
}

export function problems(text: string, options: Partial<SpamRuleFiles> = {}): readonly string[] {
  return check(text, options).problems.map(renderProblem);
}

/** The rules of a text without mistakes. */
export function rules(text: string, options: Partial<SpamRuleFiles> = {}): ReadonlyMap<string, SpamRule> {
  const read = check(text, options);
  if (read.problems.length > 0) throw new Error(read.problems.map(renderProblem).join('\n'));
  return new Map(read.rules.rules.map((rule) => [rule.name, rule]));
}
