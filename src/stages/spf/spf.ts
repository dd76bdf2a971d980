/**
 * The stage `spf`: both identities of RFC 7208 (section 2.3 HELO, 2.4 MAIL FROM) as a finding. It says what was found out, not
 * what to do: `enforceSpf` does, or a stage of one's own. The one decision it makes is for MAIL FROM that could not be checked.
 */
import { type CannotTellRule, defer, type FinalOf, reject } from '../../core/decision.js';
import { type Context, defineStage, type MaybePromise, type Stage, type TimeSpan } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Transaction } from '../../core/transaction.js';
import { type SpfCheck, type SpfFinding, spfFinding } from '../../findings/spf.js';
import type { Resolver } from '../../ports/resolver.js';
import type { ReversePath } from '../../values/address.js';
import { excerpt } from '../../values/characters.js';
import type { IpAddress } from '../../values/ip.js';
import { evaluateSpf, readExplanation, type SpfRequest } from './check-host.js';
import { type SpfLimits, spfLimits } from './limits.js';
import { type AskDns, answered } from './questions.js';
import type { SpfMacroString } from './record.js';
import { errorReply } from './replies.js';
import { type SpfResolver, soundResolver } from './sound-resolver.js';
import type { Evaluation } from './state.js';

export interface SpfOptions {
  readonly resolver: Resolver;
  /** What happens to mail whose MAIL FROM could not be checked (temperror). Default `defer`: 451 4.7.24 (RFC 7372). */
  readonly cannotTell?: CannotTellRule;
  /** Check the HELO name too. Default true. For the null path it is what MAIL FROM stands for, and checked anyway. */
  readonly helo?: boolean;
  /** What happens when the HELO name could not be checked. Default `continue`: `enforceSpf` sees to it, or nobody. */
  readonly heloCannotTell?: CannotTellRule;
  /** Check clients that have logged in. Default false: a login may send from any address. */
  readonly logins?: boolean;
  /** Default `DEFAULT_SPF_LIMITS`. `time` is for both identities together; the policy's own time limit counts as well. */
  readonly limits?: Partial<SpfLimits>;
  /** A macro string for a fail that the domain does not explain. Default none. */
  readonly defaultExplanation?: string;
  /** For `%{r}`. Default: the session's name of ours. */
  readonly receiver?: string;
}

export interface SpfStage
  extends Stage<{
    readonly name: 'spf';
    readonly at: 'mail';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly spf: SpfFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

interface Ask {
  readonly port: SpfResolver;
  readonly cannotTell: CannotTellRule;
  readonly mayOverlook: string;
}
/** `resolver` is asked about MAIL FROM, `heloResolver` about the HELO name. */
type SpfAsks = { readonly resolver: Ask; readonly heloResolver: Ask };
type MailTransaction = Transaction<'mail', Record<never, never>>;

interface Compiled extends Required<Pick<SpfOptions, 'cannotTell' | 'helo' | 'heloCannotTell' | 'logins'>> {
  readonly limits: SpfLimits;
  readonly explanation: SpfMacroString | undefined;
  readonly receiver: string | undefined;
}

/**
 * No finding of a check (`result: 'none'`, no identities) for mail of this host itself, for a client without a known address, and
 * for logins unless the options say otherwise. Throws ConfigurationError `options` (`bad-limit`, `bad-explanation`).
 */
export function spf(options: SpfOptions): SpfStage {
  const { cannotTell = 'defer', helo = true, heloCannotTell = 'continue', logins = false, receiver } = options;
  const limits = spfLimits(options.limits);
  const explanation = readExplanation(options.defaultExplanation);
  const compiled: Compiled = { cannotTell, helo, heloCannotTell, logins, limits, explanation, receiver };
  const port = soundResolver(options.resolver);
  const asks: SpfAsks = {
    resolver: { port, cannotTell, mayOverlook },
    heloResolver: { port, cannotTell: heloCannotTell, mayOverlook },
  };
  return defineStage({ name: 'spf', at: 'mail', gives: [spfFinding], asks, run: (tx, ctx) => run(tx, ctx, compiled) });
}

/** RFC 7208 sections 5.5, 7.3 and 6.2. */
const mayOverlook = 'it was asked for ptr, %{p} or exp=, which RFC 7208 passes over';

interface SpfOutcome {
  readonly findings: { readonly spf: SpfFinding };
  readonly decision?: FinalOf<'defer'> | FinalOf<'reject'>;
}

function run(tx: MailTransaction, ctx: Context<SpfAsks>, compiled: Compiled): MaybePromise<SpfOutcome> {
  const { client, login, protocol } = tx.session;
  const why = unchecked(client.ip, protocol === 'local', login !== undefined && !compiled.logins);
  if (client.ip === undefined || why !== undefined) {
    ctx.note({ kind: 'remark', text: `not checked: ${why}` });
    return { findings: spfFinding.of({ result: 'none', mailFrom: undefined, helo: undefined }) };
  }
  return andThen(checkBoth(tx, ctx, compiled, client.ip), (finding) => {
    const decision = undecided(finding, tx.sender, compiled);
    const findings = spfFinding.of(finding);
    return decision === undefined ? { findings } : { findings, decision };
  });
}

function unchecked(ip: IpAddress | undefined, local: boolean, skippedLogin: boolean): string | undefined {
  if (local) return 'the mail is from this host itself';
  if (ip === undefined) return 'the address of the client is not known';
  return skippedLogin ? 'the client has logged in' : undefined;
}

/** One after the other, so that the trace is the same each time. */
function checkBoth(
  tx: MailTransaction,
  ctx: Context<SpfAsks>,
  compiled: Compiled,
  ip: IpAddress,
): MaybePromise<SpfFinding> {
  const time = ctx.within(compiled.limits.time);
  const check = (identity: SpfCheck['identity'], domain: string, sender: string): MaybePromise<SpfCheck> => {
    const receiver = compiled.receiver ?? tx.session.server.name.ascii;
    const request: SpfRequest = {
      identity,
      ip,
      domain,
      sender,
      helo: tx.helo ?? '',
      receiver,
      now: ctx.now,
      limits: compiled.limits,
      defaultExplanation: compiled.explanation,
      note: noteTerms(ctx, ip),
      isOver: () => time.over,
    };
    const port = identity === 'mailfrom' ? 'resolver' : 'heloResolver';
    return andThen(answered(evaluateSpf(request), askWithin(time, port)), (done) => {
      // Whatever a result rests on was answered: see `optional` of questions.ts.
      if (done.result !== 'temperror') ctx.overlook(port, `${done.result} without it`);
      return noted(ctx, done);
    });
  };
  const { sender, helo = '' } = tx;
  // RFC 7208 section 2.4: the null path stands for postmaster at the HELO name, which is the HELO identity too.
  if (sender.kind === 'null-path') {
    return andThen(check('mailfrom', helo, ''), (mailFrom) => ({
      result: mailFrom.result,
      mailFrom,
      helo: compiled.helo ? { ...mailFrom, identity: 'helo' } : undefined,
    }));
  }
  const { domain, localPart } = sender;
  const name = domain.kind === 'domain' ? domain.ascii : domain.text;
  return andThen(check('mailfrom', name, `${localPart}@${name}`), (mailFrom) => {
    if (!compiled.helo || tx.helo === undefined) return { result: mailFrom.result, mailFrom, helo: undefined };
    return andThen(check('helo', helo, ''), (checked) => ({ result: mailFrom.result, mailFrom, helo: checked }));
  });
}

/** The pipeline enforces the other rules: they have no reply of SPF's own. */
function undecided({ mailFrom, helo }: SpfFinding, sender: ReversePath, rules: Compiled): SpfOutcome['decision'] {
  return ruled(mailFrom, sender, rules.cannotTell) ?? ruled(helo, sender, rules.heloCannotTell);
}

function ruled(check: SpfCheck | undefined, sender: ReversePath, rule: CannotTellRule): SpfOutcome['decision'] {
  if (check?.result !== 'temperror') return undefined;
  if (rule === 'defer') return defer('cannot-tell', errorReply(check, sender, 451), check.problem);
  return rule === 'reject' ? reject('cannot-tell', errorReply(check, sender, 550), check.problem) : undefined;
}

function askWithin(time: TimeSpan<SpfAsks>, port: 'resolver' | 'heloResolver'): AskDns {
  return (question) => {
    switch (question.kind) {
      case 'texts':
        return time.ask(port, 'texts', question.name);
      case 'addresses':
        return time.ask(port, 'addresses', question.name, question.family);
      case 'mail-exchangers':
        return time.ask(port, 'mailExchangers', question.name);
      case 'names':
        return time.ask(port, 'names', question.ip);
    }
  };
}

function noteTerms(ctx: Context<SpfAsks>, ip: IpAddress): Evaluation['note'] {
  return (term, domain, matched) => {
    const hit = matched !== false;
    if (!hit && !ctx.detail) return;
    const result = typeof matched === 'boolean' ? undefined : matched.result;
    const source = { file: `SPF record of ${domain}` };
    const note = { kind: 'rule', source, text: term.slice(0, 200), matched: hit, on: ip.text } as const;
    ctx.note(result === undefined ? note : { ...note, result });
  };
}

function noted(ctx: Context<SpfAsks>, check: SpfCheck): SpfCheck {
  const { identity, domain, result, mechanism, mechanismDomain, problem, unanswered } = check;
  const why = problem ?? (mechanism === undefined ? undefined : `${mechanism} in the record of ${mechanismDomain}`);
  const text = `${identity} ${excerpt(domain)}: ${result}${why === undefined ? '' : `, ${why}`}`;
  ctx.note({ kind: 'remark', text: text.slice(0, 400) });
  for (const one of unanswered) ctx.note({ kind: 'remark', text: `passed over, no answer: ${one}`.slice(0, 400) });
  return check;
}
