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
   * for "network tests". With a resolver they always are. Default false: these rules are off, and a remark in the trace says so where there
   * are such findings. */
  readonly authentication?: boolean;
  /** What becomes of a mail whose body cannot be read, or when lists have not answered that could make spam of it or wanted mail of spam:
   * that could take its points over `required_score` or under it. Other numbers of points are not looked at, those of `spamMarks`
   * neither: with such thresholds of your own, `incomplete` of the finding says what is missing. Default `defer`. */
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

const known: readonly string[] = [
  'rules',
  'resolver',
  'authentication',
  'cannotTell',
  'onIncomplete',
  'limits',
  'time',
  'skippedAtMost',
  'warm',
];

const choices: readonly unknown[] = [undefined, 'defer', 'reject', 'hold', 'quarantine', 'continue'];

/** Throws ConfigurationError `options` with all that is wrong. */
export function checkOptions(options: SpamRulesOptions): void {
  const given = (options ?? {}) as unknown as Readonly<Record<string, unknown>>;
  const { limits, resolver, time, skippedAtMost } = given;
  const problems = [
    ...unknownNames('spamRules', given, known),
    ...rulesProblems(given.rules),
    ...limitProblems(limits),
    ...['authentication', 'warm'].flatMap((name) => switchProblems(name, given[name])),
    ...['cannotTell', 'onIncomplete'].flatMap((name) =>
      choices.includes(given[name]) ? [] : [bad(name, `one of ${choices.slice(1).join(', ')}`, given[name])],
    ),
  ];
  if (resolver !== undefined && typeof (resolver as { addresses?: unknown } | null)?.addresses !== 'function') {
    problems.push(bad('resolver', 'a resolver: dnsResolver() of postern/adapters/dns', resolver));
  }
  if (time !== undefined && !(typeof time === 'number' && Number.isFinite(time) && time > 0)) {
    problems.push(bad('time', 'a number of milliseconds above 0', time));
  }
  if (skippedAtMost !== undefined && !(typeof skippedAtMost === 'number' && skippedAtMost >= 0)) {
    problems.push(bad('skippedAtMost', 'a number of points, not below 0', skippedAtMost));
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}

/** The same for `spamScoring`. */
export function checkScoringOptions(rules: unknown, options: object): void {
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const problems = [
    ...unknownNames('spamScoring', given, ['authentication', 'limits']),
    ...rulesProblems(rules),
    ...limitProblems(given.limits),
    ...switchProblems('authentication', given.authentication),
  ];
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}

function bad(name: string, expected: string, value: unknown): Problem {
  return { code: 'bad-option', message: `${name} is ${expected}`, construct: String(value).slice(0, 100) };
}

function unknownNames(stage: string, given: object, names: readonly string[]): readonly Problem[] {
  return Object.keys(given).flatMap((name) => {
    if (names.includes(name)) return [];
    const message = `${stage}: there is no option "${name}": ${names.join(', ')}`;
    return [{ code: 'no-such-option', message, construct: name }];
  });
}

/** Without any rule nothing would ever be spam. */
function rulesProblems(rules: unknown): readonly Problem[] {
  const read = rules as SpamRules | null | undefined;
  if (read?.kind !== 'spam-rules') return [bad('rules', 'what readSpamAssassin or readSpamRules gives', rules)];
  return read.rules.length > 0 ? [] : [{ code: 'no-rules', message: 'rules: there is no rule in these files' }];
}

function switchProblems(name: string, value: unknown): readonly Problem[] {
  return value === undefined || typeof value === 'boolean' ? [] : [bad(name, 'true or false', value)];
}

function limitProblems(limits: unknown): readonly Problem[] {
  if (limits === undefined) return [];
  if (typeof limits !== 'object' || limits === null) return [bad('limits', 'an object of numbers', limits)];
  return Object.entries(limits).flatMap(([name, value]) => {
    const isLimit = Object.hasOwn(DEFAULT_MAIL_LIMITS, name);
    if (isLimit && Number.isSafeInteger(value) && value >= 0) return [];
    const message = isLimit ? `limits.${name} is a whole number, not below 0` : `there is no limit "${name}"`;
    return [{ code: 'bad-limit', message, construct: `${name}: ${value}` }];
  });
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
