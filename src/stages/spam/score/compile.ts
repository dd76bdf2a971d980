/**
 * Rules made ready to run: patterns and functions bound to their rules, rules of one kind put together, those that cannot be run
 * told by name. Done once; what takes long is left for the first message, or for `warm`.
 */
import { ConfigurationError, type Problem } from '../../../values/errors.js';
import type { DnsModule, DnsRules } from '../dns/dns-module.js';
import type { EvalModule, Evaluator } from '../evals/eval.js';
import type { MailLimits } from '../mail/index.js';
import { compileRulePattern } from '../patterns/index.js';
import { type EvalTest, isSubRule, type RuleTest, type SpamRule } from '../rules/rule.js';
import type { SpamRules } from '../rules/spam-rules.js';
import { evalStep, prepareFunctions } from './functions.js';
import { existsStep, headerStep } from './header-steps.js';
import { type MetaRun, metaRun } from './meta-run.js';
import { type Meta, metasInOrder } from './metas.js';
import { dnsModules, evalModules } from './modules.js';
import { mimeHeaderStep, uriDetailStep } from './part-steps.js';
import { type Preparation, prepareSubject } from './prepare-subject.js';
import { BEFORE_ALL, type MetasAfter, metasByPriority } from './run-steps.js';
import { type ShortCircuits, shortCircuits, withEarlyParts } from './short-circuit.js';
import { grouped, type PatternFor, type SkippedRule, type Slot, type Step } from './slot.js';
import { hasTags, tagsIn } from './tag-patterns.js';
import { type Refuse, tagSteps } from './tag-steps.js';
import { type Deferred, deferredRules, textSteps } from './text-steps.js';

export interface CompileOptions {
  /** Whether rules of `tflags net` are run, and with it the set of points. Default false. */
  readonly network?: boolean;
  /** Whether rules about lists in the DNS are among them. Default as `network`. */
  readonly lists?: boolean;
  /** How much of a message is looked at. Default: as the rule files say, and `DEFAULT_MAIL_LIMITS`. */
  readonly limits?: Partial<MailLimits>;
  /** Default: all of the library. */
  readonly modules?: { readonly evals: readonly EvalModule[]; readonly dns: readonly DnsModule[] };
}

/** A meta rule that reads rules which are skipped: they count as not hit. */
export interface AffectedRule {
  readonly name: string;
  readonly by: readonly string[];
}

export interface CompiledRules {
  readonly kind: 'compiled-spam-rules';
  readonly source: SpamRules;
  readonly network: boolean;
  readonly slots: readonly Slot[];
  readonly steps: readonly Step[];
  /** Rules that are run when a meta rule asks for them, by the index of their slot. */
  readonly deferred: ReadonlyMap<number, Deferred>;
  readonly metas: readonly Meta[];
  readonly metaRun: MetaRun;
  /** Where a rule may end the evaluation: those that are decided before its end. */
  readonly metasAfter: MetasAfter;
  readonly dns: readonly DnsRules[];
  readonly slotOf: ReadonlyMap<string, Slot>;
  readonly shortCircuits: ShortCircuits | undefined;
  /** Makes a message into what the rules are run over. */
  readonly preparation: Preparation;
  readonly skipped: readonly SkippedRule[];
  readonly affected: readonly AffectedRule[];
  /** Names of rules that only a resolver could decide, where there is none. */
  readonly off: readonly string[];
}

/** Throws ConfigurationError `spam-rules` with all settings and arguments that are wrong. */
export function compileSpamRules(rules: SpamRules, options: CompileOptions = {}): CompiledRules {
  const { network = false, lists = network, limits = {}, modules = { evals: evalModules, dns: dnsModules } } = options;
  const problems: Problem[] = [];
  const functions = prepareFunctions(modules.evals, rules.settings, problems);
  const set = network ? 1 : 0;
  const alive = withEarlyParts(
    rules.rules.filter((rule) => rule.scores[set] !== 0),
    rules,
  );
  const dns = lists ? modules.dns.map((module) => module.prepare(rules.settings, alive, problems)) : [];
  const skipped: SkippedRule[] = [];
  const preparation = prepareSubject(rules.settings, limits, problems, skipped);
  const sorting: Sorting = { network, lists, functions, dns, skipped, problems, off: [], set };
  const slots = alive
    .filter((rule) => isRun(rule, sorting))
    .map((rule, index): Slot => ({ rule, index, points: rule.scores[set] }));
  if (problems.length > 0) throw new ConfigurationError('spam-rules', problems);
  const refused = new Set<Slot>();
  const circuits = shortCircuits(slots, rules);
  const refuse = patternRefused(skipped, refused, set);
  const patternFor = patterns(refuse);
  const byPriority = circuits !== undefined;
  const withTags = slots.filter(hasTags);
  const tagging = new Set(withTags);
  const later = byPriority ? [] : slots.filter((slot) => isDeferred(slot) && !tagging.has(slot));
  const lateOrTagging = new Set([...later, ...withTags]);
  const now = slots.filter((slot) => !lateOrTagging.has(slot));
  const deferred = new Map(deferredRules(later, patternFor));
  const tagged = tagSteps(slots, withTags, byPriority, refuse);
  const steps = [...stepsOf(now, byPriority, functions, patternFor), ...tagged].sort((a, b) => a.priority - b.priority);
  const running = slots.filter((slot) => !refused.has(slot));
  const slotOf = new Map(running.map((slot) => [slot.rule.name, slot]));
  const metas = metasInOrder(slotOf, new Map(rules.rules.map((rule) => [rule.name, rule])), !network, deferred);
  const affected = affectedBy(metas, new Set(skipped.map(({ name }) => name)));
  const { off } = sorting;
  const kind = 'compiled-spam-rules';
  return {
    kind,
    source: rules,
    network,
    slots,
    steps,
    deferred,
    metas,
    metaRun: metaRun(metas, slotOf, slots.length),
    metasAfter: byPriority ? metasByPriority(metas, slotOf, namesOf(dns), firstOf(slots, steps)) : new Map(),
    dns,
    slotOf,
    shortCircuits: circuits,
    preparation,
    skipped,
    affected,
    off,
  };
}

/** The priority that meta rules without parts are decided behind. */
function firstOf(slots: readonly Slot[], steps: readonly Step[]): number {
  const ofSteps = steps[0]?.priority ?? BEFORE_ALL;
  return slots.some(({ rule }) => rule.priority < ofSteps) ? BEFORE_ALL : ofSteps;
}

function namesOf(dns: readonly DnsRules[]): ReadonlySet<string> {
  return new Set(dns.flatMap(({ rules }) => [...rules]));
}

interface Sorting {
  readonly network: boolean;
  readonly lists: boolean;
  readonly set: 0 | 1;
  readonly functions: ReadonlyMap<string, Evaluator>;
  readonly dns: readonly DnsRules[];
  readonly skipped: SkippedRule[];
  readonly off: string[];
  readonly problems: Problem[];
}

/** They read the whole message, and most metas that rest on them are settled without. */
function isDeferred({ rule }: Slot): boolean {
  return rule.test.kind === 'full' && isSubRule(rule.name);
}

/** Functions that ask the DNS, by whatever module. */
const asksDns = /^check_(?:rbl|dns|uridnsbl)/;

function isRun(rule: SpamRule, sorting: Sorting): boolean {
  const { name, test, tflags, source } = rule;
  if (test.kind !== 'eval' && test.kind !== 'askdns') return true;
  const { network, lists, functions, dns, skipped, off, problems, set } = sorting;
  if (dns.some(({ rules }) => rules.has(name))) return true;
  if ((!network && tflags.has('net')) || (!lists && (test.kind === 'askdns' || asksDns.test(test.call)))) {
    off.push(name);
    return false;
  }
  const score = isSubRule(name) ? 0 : rule.scores[set];
  const unsupported = dns.map((one) => one.unsupported?.get(name)).find((why) => why !== undefined);
  if (unsupported !== undefined || test.kind === 'askdns') {
    const reason = test.kind === 'askdns' ? 'askdns' : 'dns';
    skipped.push({ name, score, reason, why: unsupported ?? 'nobody here puts its question', source });
    return false;
  }
  const evaluator = functions.get(test.call);
  if (evaluator === undefined) {
    skipped.push({ name, score, reason: 'function', why: `there is no function ${test.call} here`, source });
    return false;
  }
  const why = evaluator.check?.(test.args);
  if (why !== undefined) problems.push({ code: 'bad-argument', message: `${name}: ${test.call}: ${why}`, source });
  return true;
}

function patternRefused(skipped: SkippedRule[], refused: Set<Slot>, set: 0 | 1): Refuse {
  return (slot, reason, why) => {
    const { name, scores, source } = slot.rule;
    refused.add(slot);
    skipped.push({ name, score: isSubRule(name) ? 0 : scores[set], reason, why, source });
    return undefined;
  };
}

function patterns(refuse: Refuse): PatternFor {
  return (slot, source) => {
    const [tag] = tagsIn(source);
    if (tag !== undefined) return refuse(slot, 'capture', `tags are not put into patterns over parts and URIs: ${tag}`);
    const pattern = compileRulePattern(source);
    return pattern.kind === 'pattern' ? pattern : refuse(slot, 'pattern', `${pattern.construct}: ${pattern.why}`);
  };
}

type Kind = RuleTest['kind'] | `eval-${EvalTest['on']}`;

function kindOf({ rule: { test } }: Slot): Kind {
  return test.kind === 'eval' ? `eval-${test.on}` : test.kind;
}

function stepsOf(
  slots: readonly Slot[],
  byPriority: boolean,
  functions: ReadonlyMap<string, Evaluator>,
  patternFor: PatternFor,
): readonly Step[] {
  const bands = [...grouped(slots, ({ rule }) => (byPriority ? rule.priority : 0))].sort(([a], [b]) => a - b);
  return bands.flatMap(([priority, band]) => {
    const kinds = grouped(band, kindOf);
    const of = <T>(kind: Kind, make: (slots: readonly Slot[]) => T): T[] => {
      const found = kinds.get(kind);
      return found === undefined ? [] : [make(found)];
    };
    const evals = (on: EvalTest['on']): Step[] => of(`eval-${on}`, (some) => evalStep(some, priority, functions));
    const text = (kind: 'body' | 'rawbody' | 'full' | 'uri'): Step[] =>
      of(kind, (some) => textSteps(kind, some, priority, patternFor)).flat();
    return [
      ...of('header', (some) => headerStep(some, priority, patternFor)),
      ...of('header-exists', (some) => existsStep(some, priority)),
      ...evals('header'),
      ...text('body'),
      ...text('uri'),
      ...evals('body'),
      ...of('mimeheader', (some) => mimeHeaderStep(some, priority, patternFor)),
      ...of('uri-detail', (some) => uriDetailStep(some, priority, patternFor)),
      ...text('rawbody'),
      ...evals('rawbody'),
      ...text('full'),
      ...evals('full'),
    ];
  });
}

function affectedBy(metas: readonly Meta[], skipped: ReadonlySet<string>): readonly AffectedRule[] {
  return metas.flatMap(({ slot, names }) => {
    const by = [...names].filter((name) => skipped.has(name)).sort();
    return by.length === 0 ? [] : [{ name: slot.rule.name, by }];
  });
}
