/** Postern's opinion of the same messages, by the same rule files, in this process. */
import { readSpamAssassin } from '../../../src/spamassassin/index.js';
import { compileSpamRules } from '../../../src/stages/spam/score/compile.js';
import { scoreMessage } from '../../../src/stages/spam/score/score.js';
import { parseMessage } from '../../../src/values/message.js';
import type { Claims } from './parity.js';
import type { Opinion } from './spam-assassin.js';

export interface PosternScores {
  readonly claims: Claims;
  /** Octets as Latin-1. */
  score(text: string): Opinion;
}

export function scoreWithPostern(rules: string, site: string): PosternScores {
  const compiled = compileSpamRules(readSpamAssassin({ rules, site, localTestsOnly: true }));
  const skipped = new Map(compiled.skipped.map(({ name, why }) => [name, why]));
  const dependent = new Set<string>();
  // In their order each meta rule stands behind those that it reads.
  for (const { slot, names } of compiled.metas)
    if ([...names].some((name) => skipped.has(name) || dependent.has(name))) dependent.add(slot.rule.name);
  return {
    claims: { skipped, dependent },
    score(text) {
      const parsed = parseMessage(Buffer.from(text, 'latin1'), {
        headerFields: 100_000,
        headerBytes: 16_777_216,
        fieldBytes: 16_777_216,
      });
      if (parsed.kind !== 'parsed') throw new Error('over the limits of a header');
      const message = parsed.value;
      const body = message.body.bytes ?? new Uint8Array(0);
      const { subject } = compiled.preparation;
      const made = subject({ message, body, envelope: { sender: undefined, recipients: [] }, now: new Date() });
      const { score, required, hits, subRules } = scoreMessage(compiled, made);
      return {
        score,
        required,
        hits: Object.fromEntries(hits.map((one) => [one.name, one.score ?? 0])),
        sub: Object.fromEntries(subRules.map((name) => [name, 1])),
      };
    },
  };
}
