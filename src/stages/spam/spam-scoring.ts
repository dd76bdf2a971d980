/**
 * Scoring without a policy: the same rules over one message, synchronously, for tests and tools. Asks nobody.
 */
import type { MailLimits, MailSource } from './mail/index.js';
import { checkScoringOptions } from './options.js';
import type { SpamRules } from './rules/spam-rules.js';
import { type AffectedRule, compileSpamRules } from './score/compile.js';
import type { SubjectSource } from './score/prepare-subject.js';
import { type SpamScore, scoreMessage } from './score/score.js';
import type { SkippedRule } from './score/slot.js';
import type { SpamEnvelope } from './subject.js';

export interface SpamScoringOptions {
  /** Run the rules about SPF, DKIM, DMARC and ARC, from the findings given with a message, with the points for "network tests". Default
   * false. */
  readonly authentication?: boolean;
  /** How much of a message is looked at. Defaults: `DEFAULT_MAIL_LIMITS`, and what the rule files say. */
  readonly limits?: Partial<MailLimits>;
}

export interface SpamScoring {
  /** Rules that cannot be run here, each with its reason. */
  readonly skipped: readonly SkippedRule[];
  /** Meta rules that rest on these, which count as not hit. */
  readonly affected: readonly AffectedRule[];
  /** Names of rules that only the DNS could decide. */
  readonly off: readonly string[];
  /** Throws TypeError where the body is neither given nor in memory. */
  score(source: ScoringSource): SpamScore;
}

export interface ScoringSource extends Omit<SubjectSource, 'message' | 'body' | 'envelope'> {
  /** A Message is one. */
  readonly message: MailSource & { readonly body?: { readonly bytes?: Uint8Array | undefined } };
  /** Default: that of the message, which must be in memory. */
  readonly body?: Uint8Array;
  /** Default: nobody knows it, as of a message from a file. */
  readonly envelope?: SpamEnvelope;
}

/** Throws ConfigurationError `options`, or `spam-rules` with all that is wrong in settings of the rule files. */
export function spamScoring(rules: SpamRules, options: SpamScoringOptions = {}): SpamScoring {
  checkScoringOptions(rules, options);
  const { authentication = false, limits = {} } = options;
  const compiled = compileSpamRules(rules, { network: authentication, lists: false, limits });
  const { skipped, affected, off, preparation } = compiled;
  return { skipped, affected, off, score: (source) => scoreMessage(compiled, preparation.subject(whole(source))) };
}

const unknownEnvelope: SpamEnvelope = Object.freeze({ sender: undefined, recipients: [] });

function whole(source: ScoringSource): SubjectSource {
  const { message, body = message.body?.bytes, envelope = unknownEnvelope } = source;
  if (body === undefined)
    throw new TypeError('spamScoring: the body of the message is not in memory: give it as `body`');
  return { ...source, body, envelope };
}
