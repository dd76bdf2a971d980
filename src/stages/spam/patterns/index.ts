/**
 * Rule patterns over texts: compiled one by one, run together.
 */
export { compileRulePattern } from './compile.js';
export type { PatternRefusal, RulePattern, SetMember } from './pattern-set.js';
export { makePatternSet } from './set.js';
