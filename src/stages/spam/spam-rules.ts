/**
 * `spamRules`: how much a message looks like spam by the rules of SpamAssassin, run here. Reads what SPF, DKIM, DMARC and ARC found
 * where they stand before it. Decides nothing about spam: marks and policies read the finding.
 */
import { type CannotTellRule, decisionFor, type Final } from '../../core/decision.js';
import type { Client, Session } from '../../core/session.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import type { MessageFacts } from '../../core/transaction.js';
import { type ArcFinding, arcFinding } from '../../findings/arc.js';
import { type DkimFinding, dkimFinding } from '../../findings/dkim.js';
import { type DmarcFinding, dmarcFinding } from '../../findings/dmarc.js';
import { type SpamFinding, spamFinding } from '../../findings/spam.js';
import { type SpfFinding, spfFinding } from '../../findings/spf.js';
import type { Resolver } from '../../ports/resolver.js';
import { decodeLatin1, encodeUtf8 } from '../../values/bytes.js';
import { type Answers, askAll } from './ask.js';
import { type BodyStart, readBody } from './mail/index.js';
import { checkOptions, checkSkipped, type SpamRulesOptions } from './options.js';
import type { SessionClient } from './relays/index.js';
import { type CompiledRules, compileSpamRules } from './score/compile.js';
import { openScore, type SpamScore } from './score/score.js';
import type { SkippedRule } from './score/slot.js';
import type { SpamEnvelope, SpamInputs } from './subject.js';
import { warm } from './warm.js';

type Special = 'hold' | 'quarantine';

export interface SpamRulesStage<D extends Special = Special>
  extends Stage<{
    readonly name: 'spamRules';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: {
      readonly spf: SpfFinding;
      readonly dkim: DkimFinding;
      readonly dmarc: DmarcFinding;
      readonly arc: ArcFinding;
    };
    readonly gives: { readonly spam: SpamFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: D;
  }> {
  /** Rules that cannot be run here, each with its reason. */
  readonly skipped: readonly SkippedRule[];
}

export type SpamAsks = {
  readonly resolver: { readonly port: Resolver; readonly cannotTell: CannotTellRule; readonly mayOverlook: string };
};

const mayOverlook = 'no list without answer could change whether it is spam';

/** Throws ConfigurationError `options`, or `spam-rules` with all that is wrong in settings of the rule files. */
export function spamRules<const O extends SpamRulesOptions>(
  options: O & SpamRulesOptions,
): SpamRulesStage<Extract<O['cannotTell'] | O['onIncomplete'], Special>> {
  checkOptions(options);
  const given: SpamRulesOptions = options;
  const { resolver, cannotTell = 'defer', onIncomplete = 'continue', limits = {}, time = 15_000 } = given;
  const lists = resolver !== undefined;
  const network = lists || options.authentication === true;
  const rules = compileSpamRules(given.rules, { network, lists, limits });
  checkSkipped(rules, given.skippedAtMost);
  if (given.warm !== false) warm(rules);
  const choices = { cannotTell, onIncomplete };
  const off = network ? [] : authenticationOff(rules);
  const stage = defineStage({
    name: 'spamRules',
    at: 'message',
    uses: [spfFinding, dkimFinding, dmarcFinding, arcFinding],
    gives: [spamFinding],
    decides: [cannotTell, onIncomplete].filter((rule) => rule === 'hold' || rule === 'quarantine'),
    asks: (resolver === undefined ? {} : { resolver: { port: resolver, cannotTell, mayOverlook } }) as SpamAsks,
    run: (tx, ctx) => {
      for (const kind of off) if (tx.findings[kind] !== undefined) ctx.note({ kind: 'remark', text: remarkOff(kind) });
      const scored = (body: BodyStart): Result | Promise<Result> => {
        const open = openScore(rules, subjectOf(rules, tx, body, ctx), ctx.detail);
        const done = (answers: Answers): Result => result(rules, open.finish(answers.of), answers, choices, ctx);
        return open.questions.length === 0 ? done(notAsked) : askAll(open, ctx.within(time)).then(done);
      };
      const { bytes, size } = tx.message.body;
      // In memory: nothing is waited for.
      if (bytes !== undefined) return scored({ octets: bytes.subarray(0, rules.preparation.limits.body), size });
      return readBody(tx.message, rules.preparation.limits.body).then(scored, (error) => unread(error, cannotTell));
    },
  });
  return Object.freeze({ ...stage, skipped: rules.skipped }) as never;
}

const authentication = ['spf', 'dkim', 'dmarc', 'arc'] as const;

/** Findings that rules are about which are not run. */
function authenticationOff({ slotOf, source }: CompiledRules): readonly (keyof SpamInputs)[] {
  const calls = source.rules.flatMap(({ name, test, scores: [, withNetwork] }) =>
    test.kind === 'eval' && withNetwork !== 0 && !slotOf.has(name) ? [test.call] : [],
  );
  return authentication.filter((kind) => calls.some((call) => new RegExp(`_${kind}(?:_|$)`).test(call)));
}

function remarkOff(kind: keyof SpamInputs): string {
  return `the rules about ${kind.toUpperCase()} are off: there is no resolver, and authentication is not set`;
}

interface Choices {
  readonly cannotTell: CannotTellRule;
  readonly onIncomplete: CannotTellRule;
}

type Facts = Pick<MessageFacts, 'session' | 'helo' | 'sender' | 'recipients' | 'message'> & {
  readonly findings: SpamInputs;
};
type SpamContext = Context<SpamAsks>;
type SpamDecision = Exclude<Final, { readonly kind: 'accept' | 'redirect' }>;

interface Result {
  readonly findings: { readonly spam: SpamFinding };
  readonly decision?: SpamDecision;
}

const notAsked: Answers = { of: () => ({ kind: 'not-found' }), failed: [], isCut: false, isRefused: false };

function subjectOf(rules: CompiledRules, tx: Facts, { octets, size }: BodyStart, { now }: SpamContext) {
  const { message, findings } = tx;
  const client = clientOf(tx);
  const envelope = envelopeOf(tx);
  return rules.preparation.subject({ message, body: octets, bodySize: size, client, envelope, findings, now });
}

function envelopeOf({ sender, recipients }: Facts): SpamEnvelope {
  return {
    sender: sender.kind === 'null-path' ? '' : octetText(sender.text),
    recipients: recipients.map(({ address }) => octetText(address.text)),
  };
}

function clientOf({ session, helo = '' }: Facts): SessionClient | undefined {
  const { client, server, protocol } = session;
  if (protocol === 'local' || client.ip === undefined) return undefined;
  return {
    ip: client.ip.text,
    name: nameOf(client),
    helo: octetText(helo),
    login: loginOf(session),
    ourName: server.name.ascii,
  };
}

/** "Could not tell" is not "has none". */
function nameOf({ name }: Client): string | undefined {
  if (name.kind === 'verified') return name.name.ascii;
  return name.kind === 'none' || name.kind === 'unverified' ? '' : undefined;
}

/** RFC 3848: the protocol as a Received field names it. */
function loginOf({ login, tls }: Session): string | undefined {
  return login === undefined ? undefined : `ESMTP${tls === undefined ? '' : 'S'}A`;
}

/** Rules look at octets. */
function octetText(text: string): string {
  return decodeLatin1(encodeUtf8(text));
}

function unread(error: unknown, rule: CannotTellRule): Result {
  const why = `the body cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  const finding: SpamFinding = {
    result: 'cannot-tell',
    score: 0,
    required: undefined,
    hits: [],
    scorer: 'rules',
    incomplete: [why],
  };
  return withDecision(finding, rule, why);
}

function withDecision(finding: SpamFinding, rule: CannotTellRule, detail: string): Result {
  const findings = spamFinding.of(finding);
  return rule === 'continue' ? { findings } : { findings, decision: decisionFor(rule, detail) as SpamDecision };
}

function result(
  rules: CompiledRules,
  scored: SpamScore,
  answers: Answers,
  { cannotTell, onIncomplete }: Choices,
  ctx: SpamContext,
): Result {
  const { score, required, hits, between } = scored;
  note(rules, scored, ctx);
  const [least, most] = between;
  const isSettled = least >= required === most >= required;
  if (answers.failed.length > 0 && isSettled) ctx.overlook('resolver', mayOverlook);
  const silent = answers.failed.map(({ name, why }) => `${name}: ${why}`);
  const incomplete = [...scored.incomplete, ...silent];
  const finding: SpamFinding = { result: 'scored', score, required, hits, scorer: 'rules', incomplete };
  // Whoever asks the resolver does not know these.
  if ((answers.isCut || answers.isRefused) && !isSettled && cannotTell !== 'continue')
    return withDecision(finding, cannotTell, silent.join('; '));
  return scored.incomplete.length === 0
    ? { findings: spamFinding.of(finding) }
    : withDecision(finding, onIncomplete, `not looked at: ${scored.incomplete.join('; ')}`);
}

/** Names and points, never what a rule matched. */
function note({ slotOf }: CompiledRules, { hits, subRules, score, required }: SpamScore, ctx: SpamContext): void {
  const names = ctx.detail ? [...hits, ...subRules.map((name) => ({ name, score: undefined }))] : hits;
  for (const { name, score: points } of names) {
    const source = slotOf.get(name)?.rule.source ?? { file: 'spamRules' };
    const text = name.slice(0, 200);
    ctx.note({
      kind: 'rule',
      source,
      text,
      matched: true,
      ...(points === undefined ? {} : { result: String(points) }),
    });
  }
  ctx.note({ kind: 'remark', text: `score ${score}, required ${required}` });
}
