/**
 * `spamScore`: asks a scorer outside (spamd, rspamd) and gives the finding `spam`. Put it behind the stages that verify signatures, and
 * `spamMarks` behind it. Decides nothing but what becomes of mail that the scorer could not judge.
 */
import type { CannotTellRule } from '../../core/decision.js';
import { defineStage, type Stage } from '../../core/stage.js';
import type { MessageFacts } from '../../core/transaction.js';
import { type SpamFinding, type SpamHit, spamFinding } from '../../findings/spam.js';
import type { Scorer, ScorerQuestion, ScorerVerdict } from '../../ports/scorer.js';

export interface SpamScoreOptions {
  /** `spamd()` of postern/adapters/spamd, `rspamd()` of postern/adapters/rspamd. */
  readonly scorer: Scorer;
  /** What becomes of a message that the scorer cannot judge: absent, too slow, or its answer makes no sense. Default `defer`. With
   * `continue` the finding is `cannot-tell`, and `spamMarks` writes `Unknown`. */
  readonly cannotTell?: CannotTellRule;
}

export interface SpamScoreStage
  extends Stage<{
    readonly name: 'spamScore';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly spam: SpamFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

export function spamScore({ scorer, cannotTell = 'defer' }: SpamScoreOptions): SpamScoreStage {
  return defineStage({
    name: 'spamScore',
    at: 'message',
    gives: [spamFinding],
    asks: { scorer: { port: scorer, cannotTell } },
    run: async (tx, ctx) => {
      const answer = await ctx.ask('scorer', 'score', questionOf(tx));
      if (answer.kind === 'found') return { findings: spamFinding.of(findingOf(scorer.name, answer.value)) };
      return { findings: spamFinding.of(unknown(scorer.name, answer.why ?? 'no answer')) };
    },
  });
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
  const { score, required, hits, incomplete } = verdict;
  return {
    result: 'scored',
    score: Math.round(score * 1000) / 1000,
    required,
    hits: hits.map(({ name, score: points, description }) => ({ name, score: points, description })).sort(byName),
    scorer,
    incomplete,
  };
}

function byName(a: SpamHit, b: SpamHit): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function unknown(scorer: string, why: string): SpamFinding {
  return { result: 'cannot-tell', score: 0, required: undefined, hits: [], scorer, incomplete: [why] };
}
