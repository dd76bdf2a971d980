/**
 * A table's rules over texts: one search for the literals that they need, and the rules themselves only on the pieces
 * where their literals are. Rules of which no literal is known are held against every piece, unless the engine has a
 * set that rules them out for the whole text.
 */
import type { RegexEngine, RegexSet } from '../../ports/regex-engine.js';
import type { Answers, Groups } from './answers.js';
import { type LiteralSearch, literalSearch, type SearchedText, searchedText } from './literal-search.js';
import { anywhere, type LocalTest, type Plan, type PlannedRule, planOf } from './plan.js';
import type { Step } from './program.js';
import { mayMatch } from './required-literals.js';
import { type Subject, subjectOf } from './subject.js';

/** Of the program that searches. */
export interface Search {
  /** Undefined: no rule matches in any piece. */
  begin(octets: Uint8Array): BegunSearch | undefined;
}

export interface BegunSearch {
  next(from: number): number;
  /** The first rule that matches the piece. With trusted patterns: undefined too while `answers` lacks any that matters. */
  first(start: number, end: number, answers?: Answers): FoundRule | undefined;
}

export interface FoundRule {
  readonly rule: PlannedRule;
  readonly subject: Subject;
  /** Where the rule's first pattern is a trusted one. */
  readonly groups?: Groups;
}

interface Running {
  readonly plan: Plan;
  readonly literals: LiteralSearch;
  readonly sets: () => readonly NumberedSet[];
  /** Which piece a rule was last seen in, and a condition last asked for; of one piece at a time. */
  readonly seenIn: Int32Array;
  readonly askedIn: Int32Array;
  readonly held: Uint8Array;
  piece: number;
}

interface NumberedSet {
  readonly set: RegexSet;
  /** By the index in the set: that of the rule. */
  readonly rules: readonly number[];
}

/** A set's first texts are slow, and for a short one nothing is won. */
const WORTH_A_SET = 4096;

export function searchOf(steps: readonly Step[], engine: RegexEngine): Search {
  let running: Running | undefined;
  return {
    begin(octets) {
      running ??= prepared(steps, engine);
      return begun(running, octets);
    },
  };
}

function prepared(steps: readonly Step[], engine: RegexEngine): Running {
  const plan = planOf(steps);
  let sets: readonly NumberedSet[] | undefined;
  return {
    plan,
    literals: literalSearch(plan.literals),
    sets() {
      sets ??= setsOf(plan, engine);
      return sets;
    },
    seenIn: new Int32Array(plan.rules.length),
    askedIn: new Int32Array(plan.conditions),
    held: new Uint8Array(plan.conditions),
    piece: 0,
  };
}

function begun(running: Running, octets: Uint8Array): BegunSearch | undefined {
  const { plan, literals } = running;
  const text = searchedText(octets);
  const always = octets.length < WORTH_A_SET ? plan.unfiltered : leftBySets(running, octets);
  if (always.length === 0 && literals.next(text, 0) === octets.length) return undefined;
  return {
    next: (from) => (always.length > 0 ? Math.min(from, octets.length) : literals.next(text, from)),
    first(start, end, answers) {
      const rules = candidates(running, text, always, start, end);
      if (rules.length === 0) return undefined;
      const subject = subjectOf(octets.subarray(start, end));
      if (plan.trusted) return firstTrusted(running, rules, subject, answers);
      for (const index of rules) {
        const rule = plan.rules[index] as PlannedRule;
        if (matches(running, rule, subject)) return { rule, subject };
      }
      return undefined;
    },
  };
}

/** The rules whose literals are in the piece, and those that have none, in order. */
function candidates(
  running: Running,
  text: SearchedText,
  always: readonly number[],
  start: number,
  end: number,
): readonly number[] {
  const { plan, seenIn } = running;
  const piece = nextPiece(running);
  const seen: number[] = [];
  running.literals.each(text, start, end, (literal) => {
    for (const rule of plan.rulesOf[literal] as readonly number[]) {
      if (seenIn[rule] === piece) continue;
      seenIn[rule] = piece;
      seen.push(rule);
    }
  });
  if (seen.length === 0) return always;
  if (always.length > 0) seen.push(...always);
  return seen.sort((a, b) => a - b);
}

function nextPiece(running: Running): number {
  if (running.piece === 0x7fffffff) {
    running.seenIn.fill(0);
    running.askedIn.fill(0);
    running.piece = 0;
  }
  return ++running.piece;
}

/** Looks on where an answer is missing: what is missing further on is asked for at the same time. */
function firstTrusted(
  running: Running,
  rules: readonly number[],
  subject: Subject,
  answers: Answers | undefined,
): FoundRule | undefined {
  if (answers === undefined) throw new Error('a table with trusted patterns is asked by "lookup", or with answers');
  const before = answers.pending;
  for (const index of rules) {
    const rule = running.plan.rules[index] as PlannedRule;
    if (!matches(running, rule, subject)) continue;
    const found = heldTrusted(rule, subject, answers);
    if (found === undefined) continue;
    return answers.pending === before ? found : undefined;
  }
  return undefined;
}

/** Undefined when one of the trusted tests does not hold, or is not known to. */
function heldTrusted(rule: PlannedRule, subject: Subject, answers: Answers): FoundRule | undefined {
  let groups: Groups = [];
  let all = true;
  for (const { matcher, negated } of rule.trusted) {
    const may = mayMatch(matcher.required, subject.folded);
    const answer = may ? answers.of(matcher, subject.string) : 'none';
    if (answer === 'unknown') all = false;
    else if ((answer !== 'none') === negated) return undefined;
    else if (answer !== 'none' && matcher === rule.step.tests[0]?.matcher) groups = answer;
  }
  return all ? { rule, subject, groups } : undefined;
}

function matches(running: Running, { conditions, tests }: PlannedRule, subject: Subject): boolean {
  const { askedIn, held, piece } = running;
  for (const { index, test } of conditions) {
    if (askedIn[index] !== piece) {
      askedIn[index] = piece;
      held[index] = holds(test, subject) ? 1 : 0;
    }
    if (held[index] === 0) return false;
  }
  for (const test of tests) if (!holds(test, subject)) return false;
  return true;
}

function holds({ matcher, negated }: LocalTest, subject: Subject): boolean {
  const { required } = matcher;
  return ((required.length === 0 || mayMatch(required, subject.folded)) && matcher.test(subject)) !== negated;
}

/** Of the rules without literals those that may match somewhere in the text. */
function leftBySets(running: Running, octets: Uint8Array): readonly number[] {
  const { unfiltered } = running.plan;
  if (unfiltered.length === 0) return unfiltered;
  const sets = running.sets();
  if (sets.length === 0) return unfiltered;
  const out = new Set<number>();
  const text = subjectOf(octets);
  for (const { set, rules } of sets) {
    const found = set.match(text);
    if (found === undefined) continue;
    const there = new Set(found);
    for (const [at, rule] of rules.entries()) if (!there.has(at)) out.add(rule);
  }
  return unfiltered.filter((rule) => !out.has(rule));
}

function setsOf({ rules, unfiltered }: Plan, engine: RegexEngine): readonly NumberedSet[] {
  const { compileSet } = engine;
  if (compileSet === undefined) return [];
  const members = unfiltered.flatMap((rule) => {
    const source = anywhere(rules[rule] as PlannedRule);
    return source === undefined ? [] : [{ rule, source }];
  });
  return split(members, compileSet);
}

/** Sets that are refused for their size are halved. */
function split(
  members: readonly { readonly rule: number; readonly source: string }[],
  compileSet: NonNullable<RegexEngine['compileSet']>,
): readonly NumberedSet[] {
  if (members.length === 0) return [];
  const compiled = compileSet(members.map(({ source }) => source));
  if (compiled.kind === 'compiled') return [{ set: compiled.set, rules: members.map(({ rule }) => rule) }];
  if (members.length === 1) return [];
  const half = members.length >> 1;
  return [...split(members.slice(0, half), compileSet), ...split(members.slice(half), compileSet)];
}
