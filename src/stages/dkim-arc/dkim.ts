/**
 * Verifies DKIM signatures (RFC 6376 section 6.1): which fields are looked at, what they say, which keys they need, and what came
 * of each in the words of RFC 8601 section 2.7.1. The cryptography is behind a port. Decides nothing: policies and the stage
 * `dmarc` read the finding.
 */
import type { CannotTellRule } from '../../core/decision.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import { type DkimFinding, type DkimResult, type DkimSignature, dkimFinding } from '../../findings/dkim.js';
import type { DkimVerifier, MessageSignatureQuestion } from '../../ports/dkim-crypto.js';
import type { Resolver } from '../../ports/resolver.js';
import { fieldsNamed, type Message } from '../../values/message.js';
import { type Draft, draftOf, entryOf, isUsable, questionOf, type Rules, type Verdict, withVerdict } from './draft.js';
import { askForKeys, type KeyFor, keyFor } from './keys.js';
import { checkClockSkew, type DkimLimits, dkimLimits, limitMet } from './limits.js';
import { isBad } from './signature.js';

export interface DkimOptions {
  /** What verifies: `nodeCrypto()` of postern/adapters/node-crypto, or `mailauth()` of postern/adapters/mailauth. */
  readonly crypto: DkimVerifier;
  readonly resolver: Resolver;
  /** What becomes of a mail when a key cannot be fetched, or the adapter cannot tell. Default `defer`. With `continue` the finding is `temperror`.
   * Where another signature passes the mail goes on (RFC 6376 section 6.1); `dmarc` may still defer it. */
  readonly cannotTell?: CannotTellRule;
  /** Beyond these no signature is looked at; the finding's `limit` says so. Defaults: `defaultDkimLimits`. */
  readonly limits?: Partial<DkimLimits>;
  /** Let a signature pass whose `l=` leaves octets of the body unsigned, which anybody may have appended. Default false: `policy`. */
  readonly acceptUnsignedBody?: boolean;
  /** Seconds that a signature's `t=` may lie in the future. Default 300. */
  readonly clockSkew?: number;
}

type DkimAsks = {
  readonly resolver: { readonly port: Resolver; readonly cannotTell: CannotTellRule; readonly mayOverlook: string };
  readonly crypto: { readonly port: DkimVerifier; readonly cannotTell: CannotTellRule; readonly mayOverlook: string };
};

export interface DkimStage
  extends Stage<{
    readonly name: 'dkim';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly dkim: DkimFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Throws ConfigurationError `options` for a limit or a clock skew that is none. */
export function dkim(options: DkimOptions): DkimStage {
  const { crypto, resolver, cannotTell = 'defer', acceptUnsignedBody = false, clockSkew = 300 } = options;
  const limits = dkimLimits(options.limits);
  checkClockSkew(clockSkew);
  const rules: Rules = { limits, acceptUnsignedBody, clockSkew };
  return defineStage({
    name: 'dkim',
    at: 'message',
    gives: [dkimFinding],
    asks: { resolver: { port: resolver, cannotTell, mayOverlook }, crypto: { port: crypto, cannotTell, mayOverlook } },
    run: ({ message }, ctx) => {
      const fields = fieldsNamed(message, 'dkim-signature');
      if (fields.length === 0) return { findings: dkimFinding.of(unsigned) };
      const many = `signatures: ${fields.length}, at most ${limits.signatures}`;
      const left = fields.length > limits.signatures ? many : undefined;
      const met = limitMet(message, limits);
      if (met !== undefined) {
        const limit = left === undefined ? met : `${left}; ${met}`;
        return { findings: dkimFinding.of({ result: 'policy', signatures: [], limit }) };
      }
      const drafts = fields.slice(0, limits.signatures).map((field) => draftOf(field, message, ctx.now, rules));
      if (drafts.every((draft) => isBad(draft.signature))) {
        return { findings: dkimFinding.of(summary(drafts.map(entryOf), left)) };
      }
      return verified(message, drafts, ctx, rules).then((entries) => {
        const finding = summary(entries, left);
        // RFC 6376 section 6.1: one that passes is enough. Whether another one was needed to align, dmarc reads in the finding.
        if (finding.result === 'pass')
          for (const port of ['resolver', 'crypto'] as const) ctx.overlook(port, mayOverlook);
        return { findings: dkimFinding.of(finding) };
      });
    },
  });
}

const mayOverlook = 'another signature passes';
const unsigned: DkimFinding = Object.freeze({ result: 'none', signatures: [], limit: undefined });

async function verified(
  message: Message,
  drafts: readonly Draft[],
  ctx: Context<DkimAsks>,
  rules: Rules,
): Promise<readonly DkimSignature[]> {
  const usable = drafts.filter(isUsable);
  const answers = await askForKeys(
    usable.map(({ signature }) => signature.keyName),
    (name) => ctx.ask('resolver', 'texts', name),
  );
  const keys = new Map<Draft, KeyFor>(
    usable.map((draft) => [draft, keyFor(answers.get(draft.signature.keyName), draft.signature)]),
  );
  const asked = usable.flatMap((draft) => {
    const key = keys.get(draft);
    return key?.kind === 'key' ? [{ draft, question: questionOf(draft, message, key.key) }] : [];
  });
  const verdicts = await verdictsOn(
    message,
    asked.map(({ question }) => question),
    ctx,
  );
  return drafts.map((draft) => {
    const at = asked.findIndex((one) => one.draft === draft);
    return withVerdict(draft, keys.get(draft), at === -1 ? undefined : verdicts[at], rules);
  });
}

async function verdictsOn(
  message: Message,
  signatures: readonly MessageSignatureQuestion[],
  ctx: Context<DkimAsks>,
): Promise<readonly Verdict[]> {
  if (signatures.length === 0) return [];
  const answer = await ctx.ask('crypto', 'verify', { message, signatures });
  if (answer.kind === 'found') return answer.value;
  const why = answer.why ?? 'no answer';
  return signatures.map(() => why);
}

/** What tells most, first. */
const telling: readonly DkimResult[] = ['pass', 'temperror', 'fail', 'policy', 'permerror', 'neutral'];

function summary(signatures: readonly DkimSignature[], limit: string | undefined): DkimFinding {
  const result = telling.find((one) => signatures.some((signature) => signature.result === one)) ?? 'none';
  return { result, signatures, limit };
}
