/**
 * What `spamRules` can be told, checked once.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { Resolver } from '../../ports/resolver.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { DEFAULT_MAIL_LIMITS, type MailLimits } from './mail/index.js';
import type { SpamRules } from './rules/spam-rules.js';
import type { CompiledRules } from './score/compile.js';

export interface SpamRulesOptions {
  /** Of `readSpamAssassin` (postern/spamassassin), or of `readSpamRules` for texts. */
  readonly rules: SpamRules;
  /** For lists of hosts and of domains in URIs. Without it rules that ask the DNS are not run, and of the points of a rule those for
   * "no network tests" count. */
  readonly resolver?: Resolver;
  /** Without a resolver: run the rules about SPF, DKIM, DMARC and ARC nevertheless, from what the stages before have found, with the points
   * for "network tests". With a resolver they always are. Default false. */
  readonly authentication?: boolean;
  /** What becomes of a mail whose body cannot be read, or when lists have not answered that could make spam of it or wanted mail of spam.
   * Default `defer`. With `continue` the finding says what is missing. */
  readonly cannotTell?: CannotTellRule;
  /** What becomes of a mail that a limit keeps from being looked at whole. Default `continue`: the finding says what was left out. */
  readonly onIncomplete?: CannotTellRule;
  /** How much of a message is looked at. Defaults: `DEFAULT_MAIL_LIMITS`, and what `body_part_scan_size` lines say. */
  readonly limits?: Partial<MailLimits>;
  /** Milliseconds for all questions to the DNS together. Default 15,000. */
  readonly time?: number;
  /** Refuse rule files with a rule that cannot be run here and is worth more points than this, of either sign. Default: no rule is worth too much. */
  readonly skippedAtMost?: number;
  /** Build everything now, and not with the first message. Default true. */
  readonly warm?: boolean;
}

/** Throws ConfigurationError `options` with all that is wrong. */
export function checkOptions({ limits = {}, time, skippedAtMost }: SpamRulesOptions): void {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(limits)) {
    const known = Object.hasOwn(DEFAULT_MAIL_LIMITS, name);
    if (known && Number.isSafeInteger(value) && value >= 0) continue;
    const message = known ? `limits.${name} is a whole number, not below 0` : `there is no limit "${name}"`;
    problems.push({ code: 'bad-limit', message, construct: `${name}: ${value}` });
  }
  if (time !== undefined && !(Number.isFinite(time) && time > 0)) {
    problems.push({ code: 'bad-option', message: 'time is a number of milliseconds above 0', construct: String(time) });
  }
  if (skippedAtMost !== undefined && !(skippedAtMost >= 0)) {
    const message = 'skippedAtMost is a number of points, not below 0';
    problems.push({ code: 'bad-option', message, construct: String(skippedAtMost) });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}

/** Throws ConfigurationError `spam-rules` where a rule is left out that is worth too much for that. */
export function checkSkipped({ skipped }: CompiledRules, atMost: number | undefined): void {
  if (atMost === undefined) return;
  const problems = skipped
    .filter(({ score }) => Math.abs(score) > atMost)
    .map(({ name, score, why, source }): Problem => {
      return { code: 'rule-skipped', message: `${name}, worth ${score}, cannot be run here: ${why}`, source };
    });
  if (problems.length > 0) throw new ConfigurationError('spam-rules', problems);
}
