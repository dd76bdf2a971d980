/**
 * `spfPolicy`: the rules of the policy daemon "whitelister" 0.6 with the alteration that many sites ran for a scorer
 * behind: every SPF result becomes a `Received-SPF:` field and the mail goes on. What SPF found comes from the stage
 * `spf`; block lists, which the altered program does not ask either, are stages of their own.
 */
import { type FinalOf, reject } from '../../core/decision.js';
import { prependHeader } from '../../core/edit.js';
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { type SpfCheck, type SpfFinding, spfFinding } from '../../findings/spf.js';
import { ConfigurationError } from '../../values/errors.js';
import { cutText, fieldSafe } from '../../values/field-words.js';
import { makeField } from '../../values/make-field.js';
import { reply } from '../../values/reply.js';
import { type WhitelisterVerdict, whitelisterVerdict } from './verdict.js';

export interface SpfPolicyOptions {
  /** `spf:` of whitelister.conf. 0: off, nothing is written or refused. 1, 2, 3: see the table at `spfPolicy`. */
  readonly mode: 0 | 1 | 2 | 3;
  /** `spfrej:`. True refuses what fails, softly or not, with 550 5.7.23 (RFC 7372). Default false. */
  readonly reject?: boolean;
  /** `verb:`. True tells the log of clean mail too, not only of the other. Default false. */
  readonly verbose?: boolean;
  /** True for version 0.6 as it was: no field; the finding `spfPolicy` says which mail is clean and which is to be
   * treated with suspicion, by greylisting say. Default false. */
  readonly original?: boolean;
}

/** What the program says of this mail. Version 0.6 answered OK for `clean` and DUNNO for `dirty`. */
export type SpfPolicyFinding = WhitelisterVerdict;

export const spfPolicyFinding: FindingKey<'spfPolicy', SpfPolicyFinding> = finding('spfPolicy');

export interface SpfPolicyStage
  extends Stage<{
    readonly name: 'spfPolicy';
    readonly at: 'mail';
    readonly needs: { readonly spf: SpfFinding };
    readonly uses: Record<never, never>;
    readonly gives: { readonly spfPolicy: SpfPolicyFinding };
    readonly edits: 'prepend-header';
    readonly accepts: false;
    readonly decides: never;
  }> {}

/**
 * What becomes of each result; F: a field `Received-SPF:` with that word, R: refused where `reject`, else F or dirty.
 *
 * | result               | mode 0 | 1 to 3     | original 1 | original 2 | original 3 |
 * |----------------------|--------|------------|------------|------------|------------|
 * | pass                 | -      | F pass     | clean      | clean      | clean      |
 * | softfail             | -      | R softfail | R dirty    | R dirty    | R dirty    |
 * | fail                 | -      | R fail     | R dirty    | R dirty    | R dirty    |
 * | none                 | -      | F none     | clean      | dirty      | dirty      |
 * | neutral              | -      | F neutral  | clean      | clean      | dirty      |
 * | temperror, permerror | -      | F error    | dirty      | dirty      | dirty      |
 *
 * Put it behind `spf({ resolver, cannotTell: 'continue' })`, for the daemon lets mail through that could not be
 * checked. Where `spf` checked nothing (logins, mail of this host) nothing is written. Differences: one field a
 * message (Postfix asked the daemon, and prepended, once for each recipient); `clean` is a finding and no OK, which
 * opened a relay where the daemon was asked too early. Throws ConfigurationError `options`.
 */
export function spfPolicy(options: SpfPolicyOptions): SpfPolicyStage {
  const { mode, reject: refuses = false, verbose = false, original = false } = options;
  if (![0, 1, 2, 3].includes(mode)) {
    const message = 'mode is 0, 1, 2 or 3';
    throw new ConfigurationError('options', [{ code: 'bad-mode', message, construct: String(mode) }]);
  }
  return defineStage({
    name: 'spfPolicy',
    at: 'mail',
    needs: [spfFinding],
    gives: [spfPolicyFinding],
    edits: ['prepend-header'],
    run: ({ findings: { spf } }, ctx) => {
      const isChecked = spf.mailFrom !== undefined || spf.helo !== undefined;
      const rules = { mode: isChecked ? mode : 0, reject: refuses, original } as const;
      const verdict = whitelisterVerdict(spf.result, rules);
      const findings = spfPolicyFinding.of(verdict);
      if (verdict.kind === 'off') return { findings };
      if (verdict.kind !== 'clean' || verbose)
        ctx.note({ kind: 'remark', text: logLine(verdict, original), log: 'info' });
      if (verdict.kind === 'reject') return { findings, decision: refusal(spf, original) };
      if (verdict.kind === 'clean' || original) return { findings };
      return { findings, edits: [prependHeader(makeField('Received-SPF', verdict.word))] };
    },
  });
}

/** In the words of the program's log. */
function logLine(verdict: Exclude<WhitelisterVerdict, { readonly kind: 'off' }>, original: boolean): string {
  if (verdict.kind === 'clean') return 'spfPolicy: Clean: OK';
  if (verdict.kind === 'reject') return `spfPolicy: Reject: ${verdict.word}`;
  return `spfPolicy: Dirty: ${original ? `DUNNO (${verdict.word})` : `PREPEND Received-SPF: ${verdict.word}`}`;
}

/** RFC 7208 section 8.4, the code by RFC 7372 section 3.2. What a domain explains is named as its own (6.2). */
function refusal({ result, mailFrom, helo }: SpfFinding, original: boolean): FinalOf<'reject'> {
  const hard = result === 'fail';
  const what = original ? `SPF ${hard ? 'hard' : 'soft'} error` : `SPF ${result}`;
  const check = mailFrom ?? helo;
  const text = cutText(fieldSafe(`${what}${explanation(check)}`), 400);
  return reject(
    'sender-policy',
    reply(550, '5.7.23', text.trimEnd()),
    `SPF ${result} of ${check?.domain ?? 'no domain'}`,
  );
}

function explanation(check: SpfCheck | undefined): string {
  if (check?.explanation === undefined || check.explanation === '') return '';
  return `: the domain ${check.domain} explains: ${check.explanation}`;
}
