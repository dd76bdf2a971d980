/** What a scripted scorer says of a message, and the reference scorer that says it: in memory, keeping the port's promises. */
import type { PortCall } from '../../core/stage.js';
import type { SpamHit } from '../../findings/spam.js';
import type { Scorer, ScorerQuestion, ScorerVerdict } from '../../ports/scorer.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { concatBytes, decodeLatin1 } from '../../values/bytes.js';
import { renderMessage } from '../../values/render.js';

export type Judgement =
  | { readonly kind: 'verdict'; readonly score: number; readonly required: number; readonly rules: readonly string[] }
  /** Takes the message and never answers. */
  | { readonly kind: 'silent' }
  /** Answers what is no answer of its protocol. */
  | { readonly kind: 'nonsense' }
  /** Takes the message and closes the connection. */
  | { readonly kind: 'closes' };

/** `text`: the message as it came, one octet a character. */
export type Judge = (text: string) => Judgement;

/** A scorer that asks `judge`. */
export function memoryScorer(judge: Judge, name = 'memory'): Scorer {
  return {
    name,
    async score(question: ScorerQuestion, call: PortCall): Promise<Answer<ScorerVerdict>> {
      if (call.signal.aborted) return cannotTell('the evaluation is over');
      const parts: Uint8Array[] = [];
      try {
        for await (const part of renderMessage(question.message)) parts.push(part.slice());
      } catch (error) {
        return cannotTell(`the message cannot be read: ${error instanceof Error ? error.message : error}`);
      }
      const judged = judge(decodeLatin1(concatBytes(parts)));
      if (judged.kind === 'silent') return silence(call.signal);
      if (judged.kind !== 'verdict') return cannotTell(`the scorer answers ${judged.kind}`);
      const { score, required, rules } = judged;
      const hits = rules.map((rule): SpamHit => ({ name: rule, score: undefined, description: undefined }));
      return found({ score, required, hits, advice: undefined, incomplete: [] });
    },
  };
}

function silence(signal: AbortSignal): Promise<Answer<never>> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(cannotTell('the evaluation is over')), { once: true });
  });
}
