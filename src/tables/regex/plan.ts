/**
 * How a table's program is run: each rule on its own, with the conditions of the blocks around it, so that only rules
 * whose literals were seen need be looked at, in their order. A condition is asked once for a text, however many rules
 * it stands before. Built when the table is first used, and shared by all that use it.
 */

import type { CompiledPattern } from './pattern.js';
import type { IfStep, RuleStep, Step, Test } from './program.js';
import { rarity } from './rarity.js';
import type { Clause } from './required-literals.js';
import type { TrustedPattern } from './trusted-pattern.js';

export interface PlannedRule {
  readonly step: RuleStep;
  readonly tests: readonly LocalTest[];
  /** Of the rule and of the blocks around it: a backtracking engine must be asked. */
  readonly trusted: readonly TrustedTest[];
  /** Of the blocks around it, outermost first. */
  readonly conditions: readonly Condition[];
  /** A text that the rule matches has one of these; undefined: nothing is known. */
  readonly needs: Clause | undefined;
}

/** Run here. */
export interface LocalTest extends Test {
  readonly matcher: CompiledPattern;
}

export interface TrustedTest extends Test {
  readonly matcher: TrustedPattern;
}

export interface Condition {
  readonly test: LocalTest;
  /** Among all conditions. */
  readonly index: number;
}

export interface Plan {
  readonly rules: readonly PlannedRule[];
  readonly conditions: number;
  /** Some rule has tests of which a backtracking engine must be asked. */
  readonly trusted: boolean;
  /** In order: those of which nothing is known. */
  readonly unfiltered: readonly number[];
  /** What the others need. */
  readonly literals: readonly string[];
  /** By the index of a literal: the rules that need it. */
  readonly rulesOf: readonly (readonly number[])[];
}

/** Strings that are expected more often, for each octet, leave no line out. */
const COMMON = 0.02;

export function planOf(steps: readonly Step[]): Plan {
  const rules: PlannedRule[] = [];
  const blocks: { readonly condition: Numbered; readonly end: number }[] = [];
  let conditions = 0;
  for (const [at, step] of steps.entries()) {
    for (let last = blocks.at(-1); last !== undefined && last.end <= at; last = blocks.at(-1)) blocks.pop();
    if (step.kind === 'if') blocks.push({ condition: conditionOf(step, conditions++), end: step.skipTo });
    else
      rules.push(
        plannedRule(
          step,
          blocks.map((block) => block.condition),
        ),
      );
  }
  const trusted = rules.some((rule) => rule.trusted.length > 0);
  return { rules, conditions, trusted, ...byLiteral(rules) };
}

interface Numbered {
  readonly test: Test;
  readonly index: number;
}

function conditionOf({ test }: IfStep, index: number): Numbered {
  return { test, index };
}

function plannedRule(step: RuleStep, conditions: readonly Numbered[]): PlannedRule {
  let needs: Clause | undefined;
  let least = COMMON;
  const all = [...step.tests, ...conditions.map(({ test }) => test)];
  for (const { matcher } of positive(all)) {
    const [best] = matcher.required;
    const common = best === undefined ? 1 : rarity(best);
    if (common >= least) continue;
    needs = best;
    least = common;
  }
  return {
    step,
    tests: step.tests.filter(isLocal),
    trusted: all.filter(isTrusted),
    conditions: conditions.filter((condition): condition is Condition => isLocal(condition.test)),
    needs,
  };
}

/** All tests of a rule and all conditions must hold, so that any of them that is not negated may do for a filter. */
function positive<T extends Test>(tests: readonly T[]): readonly T[] {
  return tests.filter((test) => !test.negated);
}

function isLocal(test: Test): test is LocalTest {
  return test.matcher.kind === 'compiled';
}

function isTrusted(test: Test): test is TrustedTest {
  return test.matcher.kind === 'trusted';
}

/** A program that matches in every text a part of which the rule matches; undefined: nothing is known. */
export function anywhere({ tests, conditions }: PlannedRule): string | undefined {
  for (const { matcher } of positive([...tests, ...conditions.map(({ test }) => test)])) {
    const source = matcher.anywhere();
    if (source !== undefined) return source;
  }
  return undefined;
}

function byLiteral(rules: readonly PlannedRule[]): Pick<Plan, 'unfiltered' | 'literals' | 'rulesOf'> {
  const unfiltered: number[] = [];
  const lists = new Map<string, number[]>();
  for (const [index, { needs }] of rules.entries()) {
    if (needs === undefined) unfiltered.push(index);
    for (const text of needs ?? []) {
      const list = lists.get(text);
      if (list === undefined) lists.set(text, [index]);
      else list.push(index);
    }
  }
  return { unfiltered, literals: [...lists.keys()], rulesOf: [...lists.values()] };
}
