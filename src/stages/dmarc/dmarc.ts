/**
 * DMARC (RFC 9989, or RFC 7489 by option) at the end of data: the author's domain, its policy, whether SPF or DKIM speak for it, and what
 * the site does when none does. The evaluation is in evaluate.ts; here are the questions to the DNS and the decision. Not
 * here: reports of either kind (`rua`, `ruf`), and the header field that tells the result.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { Session } from '../../core/session.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import { type ArcFinding, arcFinding } from '../../findings/arc.js';
import { type DkimFinding, dkimFinding } from '../../findings/dkim.js';
import { type DmarcAuthor, type DmarcFinding, dmarcFinding } from '../../findings/dmarc.js';
import { type SpfFinding, spfFinding } from '../../findings/spf.js';
import type { PublicSuffix } from '../../ports/public-suffix.js';
import type { Resolver } from '../../ports/resolver.js';
import { type Answer, cannotTell } from '../../values/answer.js';
import { arcOverride } from './arc-override.js';
import { authorDomain, authorOf } from './author.js';
import { type DmarcDecision, decideDoubt, decideFail, decideUnclear, hasEffect } from './decide.js';
import { type Evaluation, nextStep, type Verdict } from './evaluate.js';
import { identifiersOf } from './identifiers.js';
import { nameOf, type Question, recordIn } from './knowledge.js';
import { checkOptions, type DmarcOptions } from './options.js';
import type { DmarcRecord } from './record.js';

export interface DmarcStage
  extends Stage<{
    readonly name: 'dmarc';
    readonly at: 'message';
    readonly needs: { readonly spf: SpfFinding; readonly dkim: DkimFinding };
    readonly uses: { readonly arc: ArcFinding };
    readonly gives: { readonly dmarc: DmarcFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: 'hold' | 'quarantine';
  }> {}

interface Asked<P extends object> {
  readonly port: P;
  readonly cannotTell: CannotTellRule;
  readonly mayOverlook: string;
}

interface DmarcAsks {
  readonly resolver: Asked<Resolver>;
  readonly publicSuffix: Asked<PublicSuffix>;
  readonly [name: string]: Asked<object>;
}

const mayOverlook = 'another identifier aligns, or no answer could change what is done';

/**
 * Gives `not-evaluated` and decides nothing for mail of this host itself, and for logins unless the options say otherwise. Throws
 * ConfigurationError `options` with all that is wrong.
 */
export function dmarc(options: DmarcOptions): DmarcStage {
  const trusted = checkOptions(options);
  const { mode = { rfc: 9989 }, testingKeys = 'count', appendedBody = 'ignore' } = options;
  return defineStage({
    name: 'dmarc',
    at: 'message',
    needs: [spfFinding, dkimFinding],
    uses: [arcFinding],
    gives: [dmarcFinding],
    decides: decisionsOf(options),
    asks: asksOf(options),
    run: async (tx, ctx) => {
      const author = authorOf(tx.message);
      const skipped = notEvaluated(tx.session, options);
      if (skipped !== undefined) return withDecision(empty('not-evaluated', author, skipped), undefined);
      const domain = authorDomain(author, options.sameDomainAuthors === true);
      if (domain === undefined) return undecided(author, options);
      const identifiers = identifiersOf(tx, { testingKeys, appendedBody });
      const sample = mode.rfc === 7489 ? (mode.random?.() ?? 0) : 0;
      const queries: string[] = [];
      const verdict = await ask({ author: domain, identifiers, rfc: mode.rfc, sample }, ctx, queries);
      const { atStake, ...found } = verdict;
      const override = verdict.result === 'fail' ? arcOverride(tx.findings.arc, domain, trusted) : undefined;
      const finding: DmarcFinding = { ...found, author, override, queries };
      return withDecision(finding, decide(finding, domain, atStake, options, ctx));
    },
  });
}

type AskContext = Context<DmarcAsks>;

/** Questions without answer, each of which may take the resolver's whole patience; after these no more are put. */
const FAILURE_LIMIT = 3;

/** Asks one question after the other until the verdict is there. At most eight names for each identifier. */
async function ask(evaluation: Evaluation, ctx: AskContext, queries: string[]): Promise<Verdict> {
  const records = new Map<string, Answer<DmarcRecord>>();
  const existence = new Map<string, Answer<unknown>>();
  const organizational = new Map<string, Answer<string>>();
  let failures = 0;
  const textsOf = async (name: string): Promise<Answer<readonly string[]>> => {
    if (failures === FAILURE_LIMIT) return cannotTell(`not asked: ${failures} names before it gave no answer`);
    queries.push(name);
    const answer = await ctx.ask('resolver', 'texts', name);
    if (answer.kind === 'cannot-tell') failures++;
    return answer;
  };
  const put = async (question: Question): Promise<unknown> => {
    const { kind, domain } = question;
    if (kind === 'organizational') {
      return organizational.set(domain, await ctx.ask('publicSuffix', 'organizationalDomain', domain));
    }
    const texts = await textsOf(nameOf(question));
    return kind === 'record' ? records.set(domain, recordIn(texts)) : existence.set(domain, texts);
  };
  for (;;) {
    const step = nextStep(evaluation, { records, existence, organizational });
    if (step.kind === 'done') return step.verdict;
    await put(step.question);
  }
}

interface Result {
  readonly findings: { readonly dmarc: DmarcFinding };
  readonly decision?: DmarcDecision;
}

function undecided(author: DmarcAuthor, { onUnclearAuthor }: DmarcOptions): Result {
  const why = author.kind === 'one' ? '' : `no single author: ${author.why}`;
  const finding = empty('permerror', author, why);
  return withDecision(finding, author.kind === 'one' ? undefined : decideUnclear(author.kind, why, onUnclearAuthor));
}

/** As `spf` has it: without an identifier of SPF, mail of our own users would fail the policy of our own domain. */
function notEvaluated({ login, protocol }: Session, { logins = false }: DmarcOptions): string | undefined {
  if (protocol === 'local') return 'the mail is from this host itself';
  return login !== undefined && !logins ? 'the client has logged in' : undefined;
}

/** Before anything is looked up. */
function empty(result: DmarcFinding['result'], author: DmarcAuthor, why: string): DmarcFinding {
  return {
    result,
    author,
    policy: undefined,
    organizationalDomain: undefined,
    requested: 'none',
    identifiers: [],
    override: undefined,
    why,
    queries: [],
  };
}

function decide(
  finding: DmarcFinding,
  domain: string,
  atStake: Verdict['atStake'],
  options: DmarcOptions,
  ctx: Pick<AskContext, 'overlook'>,
): DmarcDecision | undefined {
  if (finding.result === 'pass') overlook(ctx, options, 'another identifier aligns');
  if (finding.result === 'fail') return decideFail(finding, domain, options);
  if (atStake === undefined) return undefined;
  const decision = decideDoubt(domain, finding.why ?? '', atStake, options);
  if (decision !== 'overlook') return decision;
  overlook(ctx, options, 'no answer could change what is done');
  return undefined;
}

function overlook(ctx: Pick<AskContext, 'overlook'>, { mode }: DmarcOptions, why: string): void {
  ctx.overlook('resolver', why);
  if (mode?.rfc === 7489) ctx.overlook('publicSuffix', why);
}

function withDecision(finding: DmarcFinding, decision: DmarcDecision | undefined): Result {
  const findings = dmarcFinding.of(finding);
  return decision === undefined ? { findings } : { findings, decision };
}

function asksOf(options: DmarcOptions): DmarcAsks {
  const { resolver, mode, cannotTell = 'defer' } = options;
  // With nothing to enforce, no doubt stops a message.
  const rule = hasEffect('reject', options) ? cannotTell : 'continue';
  const how = { cannotTell: rule, mayOverlook };
  const asks = { resolver: { port: resolver, ...how } };
  const suffix = mode?.rfc === 7489 ? { publicSuffix: { port: mode.publicSuffix, ...how } } : {};
  return { ...asks, ...suffix } as DmarcAsks;
}

/** What the options can lead to: a server without a place for such messages refuses the policy. */
function decisionsOf({
  enforce = 'reject',
  onQuarantine = 'quarantine',
  onUnclearAuthor = 'reject',
}: DmarcOptions): readonly ('hold' | 'quarantine')[] {
  const given: readonly string[] = [
    ...(enforce === 'none' ? [] : [onQuarantine]),
    ...(typeof onUnclearAuthor === 'string' ? [onUnclearAuthor] : Object.values(onUnclearAuthor)),
  ];
  return (['hold', 'quarantine'] as const).filter((kind) => given.includes(kind));
}
