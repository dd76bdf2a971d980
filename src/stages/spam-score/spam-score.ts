/**
 * `spamScore`: asks a scorer outside (spamd, rspamd) and gives the finding `spam`. Put it behind the stages that verify signatures, and
 * `spamMarks` behind it. Decides nothing but what becomes of mail that the scorer could not judge.
 */
import { type CannotTellRule, decisionFor, type Final } from '../../core/decision.js';
import { defineStage, type Stage } from '../../core/stage.js';
import type { MessageFacts } from '../../core/transaction.js';
import { type SpamFinding, type SpamHit, spamFinding } from '../../findings/spam.js';
import type { Scorer, ScorerQuestion, ScorerVerdict } from '../../ports/scorer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';

export interface SpamScoreOptions {
  /** `spamd()` of postern/adapters/spamd, `rspamd()` of postern/adapters/rspamd. */
  readonly scorer: Scorer;
  /** What becomes of a message that the scorer cannot judge: absent, too slow, or its answer makes no sense. Default `defer`. With
   * `continue` the finding is `cannot-tell`, and `spamMarks` writes `Unknown`. */
  readonly cannotTell?: CannotTellRule;
  /** What becomes of a message that the scorer has not seen whole (its `maxBytes`). Default `continue`: the finding says what was left
   * out, and `spamMarks` writes `incomplete=yes`. */
  readonly onIncomplete?: CannotTellRule;
}

type Special = 'hold' | 'quarantine';

export interface SpamScoreStage<D extends Special = Special>
  extends Stage<{
    readonly name: 'spamScore';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly spam: SpamFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: D;
  }> {}

/** Throws ConfigurationError `options` with all that is wrong. */
export function spamScore<const O extends SpamScoreOptions>(
  options: O & SpamScoreOptions,
): SpamScoreStage<Extract<O['cannotTell'] | O['onIncomplete'], Special>> {
  checkOptions(options);
  const { scorer, cannotTell = 'defer', onIncomplete = 'continue' }: SpamScoreOptions = options;
  return defineStage({
    name: 'spamScore',
    at: 'message',
    gives: [spamFinding],
    decides: [cannotTell, onIncomplete].filter((rule) => rule === 'hold' || rule === 'quarantine'),
    asks: { scorer: { port: scorer, cannotTell } },
    run: async (tx, ctx): Promise<SpamScoreResult> => {
      const answer = await ctx.ask('scorer', 'score', questionOf(tx));
      if (answer.kind === 'cannot-tell') return { findings: spamFinding.of(unknown(scorer.name, answer.why)) };
      // No scorer may say so: as good as a crash.
      if (answer.kind === 'not-found') throw new Error(`scorer ${scorer.name}: "not found" is no verdict`);
      const finding = findingOf(scorer.name, answer.value);
      const findings = spamFinding.of(finding);
      if (finding.incomplete.length === 0 || onIncomplete === 'continue') return { findings };
      const decision = decisionFor(
        onIncomplete,
        `not looked at: ${finding.incomplete.join('; ')}`,
      ) as SpamScoreDecision;
      return { findings, decision };
    },
  }) as never;
}

type SpamScoreDecision = Exclude<Final, { readonly kind: 'accept' | 'redirect' | 'discard' }>;

interface SpamScoreResult {
  readonly findings: { readonly spam: SpamFinding };
  readonly decision?: SpamScoreDecision;
}

const rules: readonly unknown[] = [undefined, 'defer', 'reject', 'hold', 'quarantine', 'continue'];
const names: readonly string[] = ['scorer', 'cannotTell', 'onIncomplete'];

function checkOptions(options: SpamScoreOptions): void {
  const given = (options ?? {}) as unknown as Readonly<Record<string, unknown>>;
  const problems: Problem[] = [];
  const wrong = (code: string, construct: string, expected: string): void => {
    problems.push({ code, message: `spamScore: ${expected}`, construct });
  };
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) wrong('no-such-option', name, `there is no option "${name}": ${names.join(', ')}`);
  }
  for (const name of ['cannotTell', 'onIncomplete']) {
    if (!rules.includes(given[name])) wrong('bad-option', name, `${name} is one of ${rules.slice(1).join(', ')}`);
  }
  const scorer = given.scorer as { readonly score?: unknown; readonly name?: unknown } | undefined;
  if (typeof scorer?.score !== 'function' || typeof scorer.name !== 'string') {
    wrong('bad-option', 'scorer', 'scorer is a scorer: a name and score()');
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}

function questionOf({ message, sender, recipients, session, helo }: MessageFacts): ScorerQuestion {
  const { client, login, protocol } = session;
  const { name } = client;
  return {
    message,
    sender: sender.kind === 'null-path' ? '' : sender.text,
    recipients: recipients.map(({ address }) => address.text),
    client:
      protocol === 'local'
        ? undefined
        : { ip: client.ip, name: name.kind === 'verified' ? name.name.ascii : undefined },
    helo,
    login: login?.name,
  };
}

function findingOf(scorer: string, verdict: ScorerVerdict): SpamFinding {
  const { score, required, hits, advice, incomplete } = verdict;
  if (!Number.isFinite(score)) throw new Error(`scorer ${scorer}: ${score} points are no verdict`);
  return {
    result: 'scored',
    score: Math.round(score * 1000) / 1000,
    required,
    hits: hits.map(({ name, score: points, description }) => ({ name, score: points, description })).sort(byName),
    scorer,
    advice,
    incomplete,
  };
}

function byName(a: SpamHit, b: SpamHit): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function unknown(scorer: string, why: string): SpamFinding {
  return { result: 'cannot-tell', score: 0, required: undefined, hits: [], scorer, incomplete: [why] };
}
