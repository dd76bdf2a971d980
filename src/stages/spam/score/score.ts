/**
 * The points of a message: rules run in their order, questions for the DNS told in between, meta rules and the sum at the end. Pure;
 * linear in what `MailView` shows, which is bounded.
 */
import type { SpamHit } from '../../../findings/spam.js';
import type { AnswerTo, DnsQuestion } from '../dns/dns-module.js';
import { isSubRule } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';
import type { CompiledRules } from './compile.js';
import { possibleHits } from './doubt.js';
import { runSteps } from './run-steps.js';
import type { Slot, State } from './slot.js';
import { pointsOf, sumOf, thousandths } from './sum.js';
import type { Deferred } from './text-steps.js';

export interface SpamScore {
  /** Rounded to thousandths. */
  readonly score: number;
  /** What it could be with the answers that failed: all that make it less, all that make it more. Both are `score` where none did. */
  readonly between: readonly [least: number, most: number];
  readonly required: number;
  /** In the order of their names. */
  readonly hits: readonly SpamHit[];
  /** Rules that give no points by themselves, by name. Without `detail` those are missing that nothing depended on. */
  readonly subRules: readonly string[];
  /** What was not looked at, in words. */
  readonly incomplete: readonly string[];
}

/** Rules that need no answers have been run. */
export interface OpenScore {
  readonly questions: readonly DnsQuestion[];
  /** Questions that answers make, with others that were put before. Asked again after each answer. */
  further(answer: AnswerTo): readonly DnsQuestion[];
  finish(answer: AnswerTo): SpamScore;
}

export interface ScoreOptions {
  /** Answers to questions that were put before. Default: nothing is listed. */
  readonly answer?: AnswerTo;
  /** Run rules too that nothing depends on: `subRules` is then complete. Default true. */
  readonly detail?: boolean;
}

/** Scores without a resolver, or with answers that are all there is. */
export function scoreMessage(rules: CompiledRules, subject: SpamSubject, options: ScoreOptions = {}): SpamScore {
  const { answer = () => ({ kind: 'not-found' }), detail = true } = options;
  return openScore(rules, subject, detail).finish(answer);
}

/** Some rules have not been run, and are when something depends on them. */
interface Pending extends State {
  readonly deferred: ReadonlyMap<number, Deferred>;
}

const none: ReadonlyMap<number, Deferred> = new Map();

export function openScore(rules: CompiledRules, subject: SpamSubject, detail: boolean): OpenScore {
  const state: Pending = {
    subject,
    counts: new Float64Array(rules.slots.length),
    gaveUp: new Set(),
    deferred: detail ? none : rules.deferred,
  };
  const early = runSteps(rules, state);
  if (detail) for (const [index, run] of rules.deferred) state.counts[index] = run(subject, state.gaveUp);
  if (early !== undefined) return { questions: [], further: () => [], finish: () => ended(rules, state, early) };
  const questions = rules.dns.flatMap((dns) => dns.questions(subject));
  const further = (answer: AnswerTo): readonly DnsQuestion[] =>
    rules.dns.flatMap((dns) => dns.further?.(subject, answer) ?? []);
  return {
    questions,
    further,
    finish: (answer) => finished(rules, state, [...questions, ...further(answer)], answer),
  };
}

function ended(rules: CompiledRules, state: State, points: number): SpamScore {
  const { counts } = state;
  const found = slotsHit(rules.slots, counts);
  const score = thousandths(sumOf(found, counts) + points);
  return total(rules, state, found, [...hitsOf(found, counts), circuitHit(points)].sort(byName), score, [score, score]);
}

function circuitHit(points: number): SpamHit {
  return { name: 'SHORTCIRCUIT', score: points, description: 'Not all rules were run' };
}

function finished(
  rules: CompiledRules,
  state: Pending,
  questions: readonly DnsQuestion[],
  answer: AnswerTo,
): SpamScore {
  const { subject } = state;
  const listed = namesListed(rules, subject, answer);
  const possible = possibleHits(questions, answer, (other) => namesListed(rules, subject, other)).filter(
    (name) => !listed.includes(name),
  );
  const all = withLists(rules, state, listed);
  const found = slotsHit(rules.slots, all);
  const circuit = (counts: Float64Array): number | undefined => rules.shortCircuits?.decide(state.counts, counts);
  const sum = (hit: readonly Slot[], counts: Float64Array): number =>
    thousandths(sumOf(hit, counts) + (circuit(counts) ?? 0));
  const score = sum(found, all);
  const scoreWith = (sign: 1 | -1): number => {
    if (possible.length === 0) return score;
    // Rules without points of their own may move meta rules either way.
    const some = possible.filter((name) => isSubRule(name) || (rules.slotOf.get(name)?.points ?? 0) * sign > 0);
    const counts = withLists(rules, state, [...listed, ...some]);
    return sum(slotsHit(rules.slots, counts), counts);
  };
  const between = [Math.min(score, scoreWith(-1)), Math.max(score, scoreWith(1))] as const;
  const ending = circuit(all);
  const hits = [...hitsOf(found, all), ...(ending === undefined ? [] : [circuitHit(ending)])].sort(byName);
  return total(rules, state, found, hits, score, between);
}

function namesListed({ dns }: CompiledRules, subject: SpamSubject, answer: AnswerTo): readonly string[] {
  return dns.flatMap((one) => one.hits(subject, answer));
}

/** Counts with rules of lists, then meta rules: they are decided last, each after those that it rests on. */
function withLists(rules: CompiledRules, state: Pending, listed: readonly string[]): Float64Array {
  const { slotOf, metaRun } = rules;
  const { subject, deferred, gaveUp } = state;
  const counts = state.counts.slice();
  for (const name of listed) {
    const slot = slotOf.get(name);
    if (slot !== undefined) counts[slot.index] = 1;
  }
  const asked = new Set<number>();
  const demand = (index: number): number => {
    const run = asked.has(index) ? undefined : deferred.get(index);
    asked.add(index);
    if (run !== undefined) counts[index] = run(subject, gaveUp);
    return counts[index] as number;
  };
  metaRun.run({ counts, demand });
  return counts;
}

function total(
  { slots, source }: CompiledRules,
  { subject, gaveUp }: State,
  found: readonly Slot[],
  hits: readonly SpamHit[],
  score: number,
  between: SpamScore['between'],
): SpamScore {
  const subRules = found.filter(({ rule }) => isSubRule(rule.name));
  return {
    score,
    between,
    required: source.required,
    hits,
    subRules: subRules.map(({ rule }) => rule.name).sort(),
    incomplete: [
      ...subject.mail.incomplete,
      ...[...gaveUp].map((index) => `all of the text for ${nameOf(slots, index)}`),
    ],
  };
}

function nameOf(slots: readonly Slot[], index: number): string {
  return (slots[index] as Slot).rule.name;
}

function slotsHit(slots: readonly Slot[], counts: Float64Array): readonly Slot[] {
  const found: Slot[] = [];
  for (let index = 0; index < counts.length; index++) if (counts[index] !== 0) found.push(slots[index] as Slot);
  return found;
}

function hitsOf(slots: readonly Slot[], counts: Float64Array): SpamHit[] {
  const hits: SpamHit[] = [];
  for (const slot of slots) {
    const { name, description } = slot.rule;
    const count = counts[slot.index] as number;
    if (!isSubRule(name)) hits.push({ name, score: thousandths(pointsOf(slot, count)), description });
  }
  return hits;
}

function byName(a: SpamHit, b: SpamHit): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
