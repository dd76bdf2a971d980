/**
 * The points of a message: rules run in their order, questions for the DNS told in between, meta rules and the sum at the end. Pure;
 * linear in what `MailView` shows, which is bounded.
 */
import type { SpamHit } from '../../../findings/spam.js';
import type { DnsAnswer, DnsQuestion } from '../dns/dns-module.js';
import { isSubRule, type SpamRule } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';
import type { CompiledRules } from './compile.js';
import type { Slot, State } from './slot.js';

export interface SpamScore {
  /** Rounded to thousandths. */
  readonly score: number;
  readonly required: number;
  /** In the order of their names. */
  readonly hits: readonly SpamHit[];
  /** Rules that give no points by themselves, by name. */
  readonly subRules: readonly string[];
  /** What was not looked at, in words. */
  readonly incomplete: readonly string[];
}

export type AnswerOf = (question: DnsQuestion) => DnsAnswer;

/** Rules that need no answers have been run. */
export interface OpenScore {
  readonly questions: readonly DnsQuestion[];
  finish(answer: AnswerOf): SpamScore;
}

/** Scores without a resolver, or with answers that are all there is. */
export function scoreMessage(rules: CompiledRules, subject: SpamSubject, answer: AnswerOf = notAsked): SpamScore {
  return openScore(rules, subject).finish(answer);
}

const notAsked: AnswerOf = () => ({ kind: 'failed', why: 'nobody was asked' });

export function openScore(rules: CompiledRules, subject: SpamSubject): OpenScore {
  const state: State = { subject, counts: new Float64Array(rules.slots.length) };
  const early = runSteps(rules, state);
  if (early !== undefined) return { questions: [], finish: () => totalOf(rules, state, early) };
  const questions = rules.dns.flatMap((dns) => dns.questions(subject));
  return {
    questions,
    finish: (answer) => {
      for (const dns of rules.dns) {
        for (const name of dns.hits(subject, answer)) {
          const slot = rules.slotOf.get(name);
          if (slot !== undefined) state.counts[slot.index] = 1;
        }
      }
      for (const { slot, value } of rules.metas) runMeta(slot, value, state);
      return totalOf(rules, state, undefined);
    },
  };
}

function runMeta(slot: Slot, value: (counts: Float64Array) => number, { counts }: State): void {
  const worth = value(counts);
  if (worth !== 0) counts[slot.index] = worth > 0 ? worth : 1;
}

/** The points of SHORTCIRCUIT, when a rule ended it. */
function runSteps({ steps, shortCircuits, slots }: CompiledRules, state: State): number | undefined {
  for (const step of steps) {
    step.run(state);
    const early = shortCircuits?.decide(state.counts, sumOf(slots, state.counts));
    if (early !== undefined) return early;
  }
  return undefined;
}

const patternKinds: ReadonlySet<string> = new Set(['header', 'body', 'rawbody', 'full', 'uri', 'mimeheader']);

/** A rule of `tflags multiple` gives its points for each match; a function or a meta rule once, whatever it counts. */
function pointsOf({ rule, points }: Slot, count: number): number {
  return rule.tflags.has('multiple') && patternKinds.has(rule.test.kind) ? points * count : points;
}

function sumOf(slots: readonly Slot[], counts: Float64Array): number {
  let sum = 0;
  for (const slot of slots) {
    const count = counts[slot.index] as number;
    if (count !== 0 && !isSubRule(slot.rule.name)) sum += pointsOf(slot, count);
  }
  return sum;
}

function totalOf({ slots, source }: CompiledRules, { counts, subject }: State, early: number | undefined): SpamScore {
  const hits: SpamHit[] = [];
  const subRules: string[] = [];
  for (const slot of slots) {
    const count = counts[slot.index] as number;
    if (count === 0) continue;
    if (isSubRule(slot.rule.name)) subRules.push(slot.rule.name);
    else hits.push(hitOf(slot.rule, pointsOf(slot, count)));
  }
  if (early !== undefined) hits.push({ name: 'SHORTCIRCUIT', score: early, description: 'Not all rules were run' });
  const sum = hits.reduce((total, { score = 0 }) => total + score, 0);
  return {
    score: thousandths(sum),
    required: source.required,
    hits: hits.sort(byName),
    subRules: subRules.sort(),
    incomplete: subject.mail.incomplete,
  };
}

function hitOf({ name, description }: SpamRule, points: number): SpamHit {
  return { name, score: thousandths(points), description };
}

function thousandths(points: number): number {
  // Adding 0 makes 0 of -0.
  return Number(points.toFixed(3)) + 0;
}

function byName(a: SpamHit, b: SpamHit): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
