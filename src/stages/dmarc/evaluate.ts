/**
 * The evaluation (RFC 9989 section 5.3), pure and synchronous: from what is known it comes to the next question, or to the verdict. It
 * asks no more than the verdict needs: for a message that passes with the author's own domain, one name.
 */
import type { DmarcIdentifier, DmarcPolicy, DmarcPolicyFound, DmarcResult } from '../../findings/dmarc.js';
import type { CannotTell } from '../../values/answer.js';
import { type Alignment, alignmentOf, organizational, type Terms } from './alignment.js';
import type { Identifier } from './identifiers.js';
import type { Knowledge, Question } from './knowledge.js';
import { dependsOnExistence, policyOf, policyTags, type Reading, type Rfc, worstPolicy } from './policy.js';
import { discoverPolicy7489 } from './public-suffix.js';
import { type Ask, type Discovery, discoverPolicy } from './tree-walk.js';

export interface Evaluation {
  /** The author's domain. */
  readonly author: string;
  readonly identifiers: readonly Identifier[];
  readonly rfc: Rfc;
  /** See `Reading`. */
  readonly sample: number;
}

export interface Verdict {
  readonly result: DmarcResult;
  readonly policy: DmarcPolicyFound | undefined;
  readonly organizationalDomain: string | undefined;
  readonly requested: DmarcPolicy;
  readonly identifiers: readonly DmarcIdentifier[];
  readonly why: string | undefined;
  /** For an error of the DNS or of SPF or DKIM before: the strictest policy that may be asked for. Undefined for all others. */
  readonly atStake: DmarcPolicy | undefined;
}

export type Step = Ask | { readonly kind: 'done'; readonly verdict: Verdict };

export function nextStep(evaluation: Evaluation, known: Knowledge): Step {
  const discovery = discover(evaluation, known);
  switch (discovery.kind) {
    case 'ask':
      return discovery;
    case 'failed':
      return done({ ...nothing(evaluation), ...failure(discovery.why, 'reject') });
    case 'none':
      return done({ ...nothing(evaluation), result: 'none' });
    case 'policy': {
      const { rfc, author, sample } = evaluation;
      const tags = policyTags(discovery.record, rfc);
      if (tags === undefined)
        return done({
          ...nothing(evaluation),
          result: 'permerror',
          why: `the record of ${discovery.domain} has no valid policy`,
        });
      return judge(evaluation, { rfc, at: discovery, tags, below: discovery.domain !== author, sample }, known);
    }
  }
}

function judge(evaluation: Evaluation, reading: Reading, known: Knowledge): Step {
  const terms: Terms = { author: evaluation.author, record: reading.at.record, rfc: evaluation.rfc };
  const policy = policyOf(reading, true);
  const conclude = (verdict: Partial<Verdict>): Step =>
    done({ ...nothing(evaluation), policy, ...evidence(evaluation, terms, known), ...verdict });
  const seen = evaluation.identifiers.map((identifier) => ({
    identifier,
    alignment: identifier.use === 'no' ? never : alignmentOf(identifier, terms, known),
  }));
  const passed = seen.filter((one) => one.identifier.use === 'pass');
  if (passed.some((one) => isAligned(one.alignment))) return conclude({ result: 'pass' });
  // Those that passed are asked about first: when one of them aligns, the others do not matter.
  const question = questionIn(passed) ?? questionIn(seen);
  if (question !== undefined) return { kind: 'ask', question };
  const doubt = doubtIn(seen);
  if (doubt !== undefined) return conclude(failure(doubt, worstPolicy(reading)));
  if (!dependsOnExistence(reading)) return conclude(failed(policy));
  const existence = known.existence.get(evaluation.author);
  if (existence === undefined) return { kind: 'ask', question: { kind: 'existence', domain: evaluation.author } };
  // RFC 9989 section 5.3.6: with an error, neither pass nor fail.
  if (existence.kind === 'cannot-tell') return conclude(failure(existence, worstPolicy(reading)));
  return conclude(failed(policyOf(reading, existence.kind === 'found' || existence.why !== 'no-such-name')));
}

interface Seen {
  readonly identifier: Identifier;
  readonly alignment: Alignment;
}

const never: Alignment = { kind: 'none' };

function discover({ author, rfc }: Evaluation, known: Knowledge): Discovery {
  return rfc === 9989 ? discoverPolicy(author, known) : discoverPolicy7489(author, known);
}

function isAligned(alignment: Alignment): boolean {
  return alignment.kind === 'strict' || alignment.kind === 'relaxed';
}

function questionIn(seen: readonly Seen[]): Question | undefined {
  for (const { alignment } of seen) if (alignment.kind === 'ask') return alignment.question;
  return undefined;
}

/** Why one that passed may align for all that is known, or one that aligns may pass later. */
function doubtIn(seen: readonly Seen[]): CannotTell | undefined {
  for (const { identifier, alignment } of seen) {
    if (alignment.kind === 'failed') return alignment.why;
    if (identifier.use !== 'temperror' || !isAligned(alignment)) continue;
    const why = `${identifier.mechanism} of ${identifier.domain}: temperror`;
    return { kind: 'cannot-tell', temporary: true, why };
  }
  return undefined;
}

function failed(policy: DmarcPolicyFound): Partial<Verdict> {
  return { result: 'fail', policy, requested: policy.evaluated, why: 'no identifier that passed aligns' };
}

function failure({ temporary, why }: CannotTell, atStake: DmarcPolicy): Partial<Verdict> {
  return { result: temporary ? 'temperror' : 'permerror', why, atStake };
}

function evidence(
  { identifiers }: Evaluation,
  terms: Terms,
  known: Knowledge,
): Pick<Verdict, 'identifiers' | 'organizationalDomain'> {
  const home = organizational(terms.author, terms.rfc, known);
  return {
    organizationalDomain: home.kind === 'domain' ? home.domain : undefined,
    identifiers: identifiers.map((identifier) => shown(identifier, alignmentOf(identifier, terms, known))),
  };
}

function shown(identifier: Identifier, alignment: Alignment | undefined): DmarcIdentifier {
  const { mechanism, domain, selector, result, use, why } = identifier;
  const known = alignment !== undefined && alignment.kind !== 'ask' && alignment.kind !== 'failed';
  return {
    mechanism,
    domain,
    selector,
    result,
    alignment: known ? alignment.kind : 'unknown',
    counts: use === 'pass' && known && alignment.kind !== 'none',
    why: alignment?.kind === 'failed' ? alignment.why.why : why,
  };
}

/** The verdict without a policy: nothing to align with. */
function nothing({ identifiers }: Evaluation): Verdict {
  return {
    result: 'none',
    policy: undefined,
    organizationalDomain: undefined,
    requested: 'none',
    identifiers: identifiers.map((identifier) => shown(identifier, undefined)),
    why: undefined,
    atStake: undefined,
  };
}

function done(verdict: Verdict): Step {
  return { kind: 'done', verdict };
}
