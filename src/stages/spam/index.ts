/**
 * The stage `spamRules` and what is beside it.
 */
export { DEFAULT_MAIL_LIMITS, type MailLimits, type MailSource } from './mail/index.js';
export type { SpamRulesOptions } from './options.js';
export type { SessionClient } from './relays/index.js';
export {
  checkSpamRules,
  type RuleFile,
  readSpamRules,
  type SpamRuleFiles,
  type SpamRulesCheck,
} from './rules/read-rules.js';
export type { EvalTest, HeaderTarget, PatternSource, RuleTest, SpamRule, UriCondition } from './rules/rule.js';
export type { Setting, Settings } from './rules/settings.js';
export type { PassedOver, SpamRules } from './rules/spam-rules.js';
export type { AffectedRule } from './score/compile.js';
export type { SpamScore } from './score/score.js';
export type { SkippedRule } from './score/slot.js';
export { type SpamRulesStage, spamRules } from './spam-rules.js';
export { type ScoringSource, type SpamScoring, type SpamScoringOptions, spamScoring } from './spam-scoring.js';
export type { SpamEnvelope, SpamInputs } from './subject.js';
