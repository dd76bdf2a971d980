/**
 * check_host() of RFC 7208 section 4 over any resolver: for programs that want the answer without a policy. Never throws for
 * what the DNS, the resolver or the client says; the answer comes at once where the resolver's do.
 */
import { type Host, platformHost } from '../../core/evaluation.js';
import { Patience } from '../../core/patience.js';
import type { MaybePromise } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { SpfCheck } from '../../findings/spf.js';
import type { Resolver } from '../../ports/resolver.js';
import { ConfigurationError } from '../../values/errors.js';
import type { IpAddress } from '../../values/ip.js';
import { checkDomain } from './evaluate.js';
import type { MacroFacts } from './expand.js';
import { explain } from './explain.js';
import { type SpfLimits, spfLimits } from './limits.js';
import { parseMacroString } from './macro-string.js';
import { type Asking, answered, askResolver } from './questions.js';
import type { SpfMacroString } from './record.js';
import { soundResolver } from './sound-resolver.js';
import type { Evaluation, Place, Verdict } from './state.js';
import { checkableDomain } from './target-name.js';

export interface CheckHostOptions {
  /** An IPv4-mapped IPv6 address is an IPv4 address (`parseIp` sees to it). */
  readonly clientIp: IpAddress;
  /** Of MAIL FROM or HELO, as given, in A-labels or U-labels. */
  readonly domain: string;
  /**
   * `local@domain`; without a local part, or '' for the null path, `postmaster` stands for it. Default: postmaster at `domain`.
   * The local part is its value, without quotes and escapes, as in `Mailbox.localPart` (RFC 5321 section 4.1.2): `a b@d.example`.
   */
  readonly sender?: string;
  /** The name that the client gave itself, for `%{h}`. Default ''. */
  readonly helo?: string;
  readonly resolver: Resolver;
  /** For `%{t}`. */
  readonly now: Date;
  /** Our own host name, for `%{r}`. Default `unknown`. */
  readonly receiver?: string;
  /** Default `DEFAULT_SPF_LIMITS`. */
  readonly limits?: Partial<SpfLimits>;
  /** A macro string for a fail that the domain does not explain. Default none. */
  readonly defaultExplanation?: string;
  /** What the answer is labelled with. Default `mailfrom`. */
  readonly identity?: SpfCheck['identity'];
  /** Ends the evaluation early, with temperror. */
  readonly signal?: AbortSignal;
  /** Where the time is taken from. Default: the platform. */
  readonly host?: Host;
}

/** Throws ConfigurationError (code `options`) for limits that are none and a default explanation with a syntax error. */
export function checkHost(options: CheckHostOptions): MaybePromise<SpfCheck> {
  const limits = spfLimits(options.limits);
  const patience = new Patience(limits.time, options.host ?? platformHost, options.signal);
  const request: SpfRequest = {
    identity: options.identity ?? 'mailfrom',
    ip: options.clientIp,
    domain: options.domain,
    sender: options.sender ?? '',
    helo: options.helo ?? '',
    receiver: options.receiver ?? 'unknown',
    now: options.now,
    limits,
    defaultExplanation: readExplanation(options.defaultExplanation),
    note: undefined,
    isOver: () => patience.over !== undefined,
  };
  const check = answered(evaluateSpf(request), askResolver(soundResolver(options.resolver), patience));
  if (!isThenable<SpfCheck>(check)) {
    patience.end();
    return check;
  }
  return check.then((result) => {
    patience.end();
    return result;
  });
}

/** Throws ConfigurationError for a syntax error: it is the site's own text. */
export function readExplanation(text: string | undefined): SpfMacroString | undefined {
  if (text === undefined) return undefined;
  const read = parseMacroString(text, { explanation: true });
  if (read.kind === 'parsed') return read.value;
  const message = `defaultExplanation, at ${read.at}: ${read.why}`;
  throw new ConfigurationError('options', [{ code: 'bad-explanation', message, construct: text }]);
}

/** One identity to check. */
export interface SpfRequest {
  readonly identity: SpfCheck['identity'];
  readonly ip: IpAddress;
  readonly domain: string;
  readonly sender: string;
  readonly helo: string;
  readonly receiver: string;
  readonly now: Date;
  readonly limits: SpfLimits;
  readonly defaultExplanation: SpfMacroString | undefined;
  readonly note: Evaluation['note'];
  readonly isOver: () => boolean;
}

/** check_host() as questions and answers. */
export function* evaluateSpf(request: SpfRequest): Asking<SpfCheck> {
  const facts = macroFacts(request);
  const { limits, note, isOver } = request;
  const evaluation: Evaluation = {
    facts,
    limits,
    note,
    isOver,
    lookups: 0,
    voidLookups: 0,
    records: [],
    unanswered: new Set(),
    names: undefined,
    validated: new Map(),
  };
  const domain = checkableDomain(request.domain);
  if (domain === undefined) return spfCheck(request, evaluation, request.domain, { kind: 'verdict', result: 'none' });
  const place: Place = { kind: 'place', domain, depth: 0, outer: undefined, redirect: undefined };
  const verdict = yield* checkDomain(evaluation, place);
  const explanation =
    verdict.result === 'fail' ? yield* explain(evaluation, verdict, request.defaultExplanation) : undefined;
  return spfCheck(request, evaluation, domain.toLowerCase(), verdict, explanation);
}

function spfCheck(
  { identity }: SpfRequest,
  { facts, lookups, voidLookups, records, unanswered }: Evaluation,
  domain: string,
  { result, match, problem }: Verdict,
  explanation?: string,
): SpfCheck {
  return {
    identity,
    result,
    domain,
    sender: facts.sender,
    mechanism: match?.mechanism,
    mechanismDomain: match?.domain,
    explanation,
    problem,
    lookups,
    voidLookups,
    records,
    unanswered: [...unanswered],
  };
}

/** RFC 7208 section 4.3: a sender without local part is `postmaster`. */
function macroFacts({ ip, domain, sender, helo, receiver, now }: SpfRequest): MacroFacts {
  const at = sender.lastIndexOf('@');
  const localPart = at > 0 ? sender.slice(0, at) : 'postmaster';
  const senderDomain = sender === '' ? domain : sender.slice(at + 1);
  return { ip, sender: `${localPart}@${senderDomain}`, localPart, senderDomain, helo, receiver, now };
}
