/**
 * The stage `enforceSpf`: what a site does about the finding of `spf`. By default it refuses a fail and nothing else, as RFC
 * 7208 section 8 leaves it to the receiver: 550 5.7.23 with the explanation of the domain (RFC 7372 section 3.2).
 */
import { defer, type FinalOf, reject } from '../../core/decision.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { type SpfCheck, type SpfFinding, type SpfResult, spfFinding } from '../../findings/spf.js';
import type { ReversePath } from '../../values/address.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { errorReply, failureReply } from './replies.js';

/** `reject`: a 550 reply; `defer`: 450, for permanent results too. */
export type SpfAction = 'continue' | 'reject' | 'defer';

export interface EnforceSpfOptions {
  /** The domain says that the client may not use it. Default `reject`. */
  readonly onFail?: SpfAction;
  /** The domain says that the client probably may not use it. Default `continue`. */
  readonly onSoftfail?: SpfAction;
  /** The domain says nothing about the client. Default `continue`. */
  readonly onNeutral?: SpfAction;
  /** There is no SPF record. Default `continue`. */
  readonly onNone?: SpfAction;
  /** The record is broken, or too costly. Default `continue`. */
  readonly onPermerror?: SpfAction;
  /** The DNS did not answer. Default `defer`; it gets here only where `spf` was told to continue. */
  readonly onTemperror?: SpfAction;
  /** The domain of the HELO name says that the client may not use it. Default `reject`. */
  readonly onHeloFail?: SpfAction;
  /**
   * The DNS did not answer for the HELO name, so that it may be a fail. Default `defer`; `continue` where `onHeloFail` is. No
   * other result of HELO counts.
   */
  readonly onHeloTemperror?: SpfAction;
}

export interface EnforceSpfStage
  extends Stage<{
    readonly name: 'enforceSpf';
    readonly at: 'mail';
    readonly needs: { readonly spf: SpfFinding };
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

const defaults: Required<EnforceSpfOptions> = {
  onFail: 'reject',
  onSoftfail: 'continue',
  onNeutral: 'continue',
  onNone: 'continue',
  onPermerror: 'continue',
  onTemperror: 'defer',
  onHeloFail: 'reject',
  onHeloTemperror: 'defer',
};

/**
 * Exempt your own clients with `when`: this stage looks at the finding alone. Throws ConfigurationError `options` for an
 * unknown option or action.
 */
export function enforceSpf(options: EnforceSpfOptions = {}): EnforceSpfStage {
  check(options);
  const { onHeloTemperror = options.onHeloFail === 'continue' ? 'continue' : defaults.onHeloTemperror } = options;
  const actions = { ...defaults, ...options, onHeloTemperror };
  const ofResult: Readonly<Record<SpfResult, SpfAction>> = {
    pass: 'continue',
    fail: actions.onFail,
    softfail: actions.onSoftfail,
    neutral: actions.onNeutral,
    none: actions.onNone,
    permerror: actions.onPermerror,
    temperror: actions.onTemperror,
  };
  const ofHelo: Partial<Record<SpfResult, SpfAction>> = { fail: actions.onHeloFail, temperror: onHeloTemperror };
  return defineStage({
    name: 'enforceSpf',
    at: 'mail',
    needs: [spfFinding],
    run: ({ findings, sender, session }) => {
      const { mailFrom, helo } = findings.spf;
      const client = session.client.ip?.text ?? 'the client';
      const decision = mailFrom && decide(mailFrom, ofResult[mailFrom.result], sender, client);
      return decision ?? (helo && decide(helo, ofHelo[helo.result] ?? 'continue', sender, client));
    },
  });
}

function decide(
  check: SpfCheck,
  action: SpfAction,
  sender: ReversePath,
  client: string,
): FinalOf<'reject'> | FinalOf<'defer'> | undefined {
  if (action === 'continue') return undefined;
  const code = action === 'reject' ? 550 : check.result === 'temperror' ? 451 : 450;
  const { result, problem, mechanism, mechanismDomain, unanswered } = check;
  const failed = result === 'permerror' || result === 'temperror';
  const answer = failed
    ? errorReply(check, sender, code)
    : failureReply(check, sender, client, code === 451 ? 450 : code);
  const matched = mechanism === undefined ? undefined : `${mechanism} in the record of ${mechanismDomain}`;
  const silent = unanswered.map((question) => `no answer for ${question}`);
  const detail = [problem ?? matched, ...silent].filter((one) => one !== undefined).join('; ') || undefined;
  return action === 'reject' ? reject('sender-policy', answer, detail) : defer('sender-policy', answer, detail);
}

function check(options: EnforceSpfOptions): void {
  const problems = Object.entries(options).flatMap(([name, action]: [string, unknown]): readonly Problem[] => {
    if (!Object.hasOwn(defaults, name)) return [{ code: 'unknown-option', message: `there is no option ${name}` }];
    if (action === 'continue' || action === 'reject' || action === 'defer') return [];
    const message = `${name} is continue, reject or defer`;
    return [{ code: 'bad-action', message, construct: String(action) }];
  });
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}
