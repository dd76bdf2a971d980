/**
 * Validates the Authenticated Received Chain (RFC 8617 section 5.2): the form of the sets, the newest ARC-Message-Signature, and
 * every ARC-Seal. The cryptography is behind a port. Decides nothing, and says nothing of whether a sealer is to be trusted.
 */
import type { CannotTellRule } from '../../core/decision.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import { type ArcFinding, type ArcSet, arcFinding } from '../../findings/arc.js';
import type { BodyOctets, DkimVerifier, SignatureQuestion } from '../../ports/dkim-crypto.js';
import type { Resolver } from '../../ports/resolver.js';
import { coveredFields } from '../../values/dkim/canonical-header.js';
import { parseDomain } from '../../values/domain.js';
import type { Message } from '../../values/message.js';
import { arcFieldsOf, type Chain, chainOf, MOST_SETS, toldSets } from './arc-sets.js';
import { untimely } from './draft.js';
import { askForKeys, type KeyFor, type KeyUse, keyFor } from './keys.js';
import { checkClockSkew, type DkimLimits, dkimLimits, limitMet } from './limits.js';

export interface ArcOptions {
  /** What verifies: `nodeCrypto()` of postern/adapters/node-crypto, or `mailauth()` of postern/adapters/mailauth. */
  readonly crypto: DkimVerifier;
  readonly resolver: Resolver;
  /** What becomes of a mail when a key cannot be fetched, or the adapter cannot tell. Default `defer`. With `continue` the finding is `temperror`. */
  readonly cannotTell?: CannotTellRule;
  /** Beyond these the chain is not validated: `fail`, and the finding's `limit` says so. `signatures` does not count here: a chain has at
   * most 50 sets (RFC 8617 section 4.2.1). Defaults: `defaultDkimLimits`. */
  readonly limits?: Partial<DkimLimits>;
  /** Seconds that `t=` of the newest ARC-Message-Signature may lie in the future. Default 300. */
  readonly clockSkew?: number;
}

type ArcAsks = {
  readonly resolver: { readonly port: Resolver; readonly cannotTell: CannotTellRule };
  readonly crypto: { readonly port: DkimVerifier; readonly cannotTell: CannotTellRule };
};

export interface ArcStage
  extends Stage<{
    readonly name: 'arc';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly arc: ArcFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Throws ConfigurationError `options` for a limit or a clock skew that is none. */
export function arc(options: ArcOptions): ArcStage {
  const { crypto, resolver, cannotTell = 'defer', clockSkew = 300 } = options;
  checkClockSkew(clockSkew);
  const limits = dkimLimits(options.limits);
  return defineStage({
    name: 'arc',
    at: 'message',
    gives: [arcFinding],
    asks: { resolver: { port: resolver, cannotTell }, crypto: { port: crypto, cannotTell } },
    run: ({ message }, ctx) => {
      const fields = arcFieldsOf(message.header);
      if (fields.length === 0) return { findings: arcFinding.of(unsealed) };
      const limit = limitMet(message, limits) ?? fieldLimit(fields.length) ?? longField(fields, limits);
      if (limit !== undefined) {
        const finding: ArcFinding = { result: 'fail', why: limit, sets: [], limit };
        return { findings: arcFinding.of(finding) };
      }
      const sets = toldSets(fields).map(({ instance, tags, results }): ArcSet => {
        const domain = parseDomain(tags.get('d') ?? '', { underscores: true });
        return {
          instance,
          domain: domain.kind === 'parsed' ? domain.value.ascii : undefined,
          selector: tags.get('s'),
          chainValidation: tags.get('cv'),
          authenticationResults: results,
        };
      });
      const chain = chainOf(fields);
      if (chain.kind === 'broken') {
        return { findings: arcFinding.of({ result: 'fail', why: chain.why, sets, limit: undefined }) };
      }
      return validated(message, chain, ctx, clockSkew).then((state) => ({
        findings: arcFinding.of({ ...state, sets, limit: undefined }),
      }));
    },
  });
}

const unsealed: ArcFinding = Object.freeze({ result: 'none', why: undefined, sets: [], limit: undefined });

function fieldLimit(count: number): string | undefined {
  return count > 3 * MOST_SETS ? `ARC fields: ${count}, at most ${3 * MOST_SETS}` : undefined;
}

function longField(fields: ReturnType<typeof arcFieldsOf>, { signatureOctets }: DkimLimits): string | undefined {
  const longest = fields.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
  return longest > signatureOctets ? `signatureOctets: ${longest}, at most ${signatureOctets}` : undefined;
}

type State = Pick<ArcFinding, 'result' | 'why'>;

async function validated(message: Message, chain: Chain, ctx: Context<ArcAsks>, clockSkew: number): Promise<State> {
  const newest = `i=${chain.sets.length}: ARC-Message-Signature`;
  const late = untimely(chain.newest, ctx.now, clockSkew);
  if (late !== undefined) return { result: 'fail', why: `${newest}: ${late}` };
  const uses = usesOf(chain);
  const answers = await askForKeys(
    uses.map(({ keyName }) => keyName),
    (name) => ctx.ask('resolver', 'texts', name),
  );
  const keys = uses.map((use) => keyFor(answers.get(use.keyName), use));
  const missing = keys.find((key) => key.kind === 'no-key' && key.result !== 'temperror') ?? keys.find(isMissing);
  if (missing !== undefined && isMissing(missing)) {
    return { result: missing.result === 'temperror' ? 'temperror' : 'fail', why: missing.why };
  }
  const signatures = questionsOf(message, chain, keys as readonly Extract<KeyFor, { kind: 'key' }>[]);
  const answer = await ctx.ask('crypto', 'verify', { message, signatures });
  if (answer.kind !== 'found') return { result: 'temperror', why: answer.why };
  const at = answer.value.findIndex(({ kind }) => kind !== 'valid');
  if (at !== -1) return { result: 'fail', why: `${at === 0 ? newest : `i=${at}: ARC-Seal`}: ${answer.value[at]?.why}` };
  const wrong = wrongLength(answer.value[0]?.body, chain.newest.bodyLength);
  return wrong === undefined ? { result: 'pass', why: undefined } : { result: 'fail', why: `${newest}: ${wrong}` };
}

function wrongLength(body: BodyOctets | undefined, bodyLength: number | undefined): string | undefined {
  if (body === undefined || bodyLength === undefined) return undefined;
  // RFC 6376 section 3.5: l= must not be larger than the canonical body.
  if (bodyLength > body.total) return `l=${bodyLength}, the body has ${body.total} octets`;
  // What anybody may have appended was not vouched for.
  return body.signed === body.total ? undefined : 'l= leaves a part of the body unsigned';
}

function isMissing(key: KeyFor): key is Extract<KeyFor, { kind: 'no-key' }> {
  return key.kind === 'no-key';
}

/** The newest ARC-Message-Signature (step 4), then the seals from the first (step 6). */
function usesOf({ newest, sets }: Chain): readonly KeyUse[] {
  return [newest, ...sets.map(({ read }) => ({ ...read, ownIdentity: true }))];
}

function questionsOf(
  message: Message,
  { newest, sets }: Chain,
  keys: readonly Extract<KeyFor, { kind: 'key' }>[],
): readonly SignatureQuestion[] {
  const last = sets[sets.length - 1] as Chain['sets'][number];
  const { domain, selector, algorithm, header, body, bodyHash, bodyLength, signature } = newest;
  const covered = coveredFields(message.header, newest.signedFields, last.message);
  const [first, ...others] = keys.map(({ key }) => key);
  if (first === undefined) return [];
  return [
    {
      kind: 'arc-message-signature',
      field: last.message,
      domain: domain.ascii,
      selector,
      algorithm,
      header,
      body,
      covered,
      bodyHash,
      bodyLength,
      signature,
      key: first,
    },
    ...others.map((key, at): SignatureQuestion => {
      const { seal, read } = sets[at] as Chain['sets'][number];
      return {
        kind: 'arc-seal',
        field: seal,
        domain: read.domain,
        selector: read.selector,
        algorithm: read.algorithm,
        // RFC 8617 section 5.1.1: all sets from the first, in order of sealing, this seal last.
        covered: sets.slice(0, at + 1).flatMap((set, i) => sealedFields(set, i === at)),
        signature: read.signature,
        key,
      };
    }),
  ];
}

function sealedFields(
  { results, message, seal }: Chain['sets'][number],
  last: boolean,
): ReturnType<typeof arcFieldsOf> {
  return last ? [results, message] : [results, message, seal];
}
