/**
 * Rules that are well written as lines and can never hit: their pattern is none, or nobody knows their function. In the files of a site
 * that is a mistake to be mended, for whoever wrote the rule believes that it works.
 */
import { compileRulePattern } from '../patterns/compile.js';
import { isFunctionName } from './function-names.js';
import type { PatternSource, RuleTest, SpamRule } from './rule.js';

/** What is wrong, in words. `foreign`: plugins are loaded that may bring functions. */
export function unfitness({ test }: SpamRule, foreign: boolean): string | undefined {
  if (test.kind === 'eval') {
    return foreign || isFunctionName(test.call)
      ? undefined
      : `there is no function ${test.call}, in SpamAssassin neither`;
  }
  for (const pattern of patternsOf(test)) {
    const compiled = compileRulePattern(pattern);
    if (compiled.kind === 'refused' && compiled.malformed) return `${compiled.construct}: ${compiled.why}`;
  }
  return undefined;
}

function patternsOf(test: RuleTest): readonly PatternSource[] {
  switch (test.kind) {
    case 'header':
    case 'mimeheader':
    case 'body':
    case 'rawbody':
    case 'full':
    case 'uri':
      return [test.pattern];
    case 'uri-detail':
      return test.conditions.map(({ pattern }) => pattern);
    case 'askdns':
      return test.filter?.kind === 'pattern' ? [test.filter.pattern] : [];
    default:
      return [];
  }
}
