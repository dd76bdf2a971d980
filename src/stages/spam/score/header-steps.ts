/**
 * `header` rules: all that look at the same text are run together.
 */
import { makePatternSet, type PatternSet, type SetMember } from '../patterns/index.js';
import type { HeaderTarget, RuleTest } from '../rules/rule.js';
import { headerText } from './header-text.js';
import { grouped, mostHits, type PatternFor, type Slot, type State, type Step } from './slot.js';
import { piecesOf } from './text-pieces.js';

type HeaderTest = Extract<RuleTest, { kind: 'header' }>;

/** Hits of a text, as pairs of slot and count. */
type Hits = readonly (readonly [index: number, count: number])[];

export function headerStep(slots: readonly Slot[], priority: number, patternFor: PatternFor): Step {
  const groups = [...grouped(slots, (slot) => keyOf(slot.rule.test as HeaderTest)).values()]
    .map((group) => textGroup(group, patternFor))
    .filter((group) => group !== undefined);
  return {
    priority,
    run: (state) => {
      for (const group of groups) group.run(state);
    },
    warm: () => {
      for (const group of groups) group.warm();
    },
  };
}

function keyOf({ target, ifUnset }: HeaderTest): string {
  return `${[target.name, ...target.modifiers].join(':')}${ifUnset === undefined ? '' : `\n${ifUnset}`}`;
}

interface TextGroup {
  run(state: State): void;
  warm(): void;
}

function textGroup(slots: readonly Slot[], patternFor: PatternFor): TextGroup | undefined {
  const runnable: { readonly slot: Slot; readonly member: SetMember }[] = [];
  for (const slot of slots) {
    const { pattern: source, negated } = slot.rule.test as HeaderTest;
    const pattern = patternFor(slot, source);
    // How often something is missing cannot be counted.
    if (pattern !== undefined) runnable.push({ slot, member: { pattern, most: negated ? 1 : mostHits(slot.rule) } });
  }
  if (runnable.length === 0) return undefined;
  const { target, ifUnset = '' } = (slots[0] as Slot).rule.test as HeaderTest;
  const set = makePatternSet(runnable.map(({ member }) => member));
  const owners = runnable.map(({ slot }) => slot);
  let absent: Hits | undefined;
  // Most fields that rules look at are in few messages, and without the field the answer is always the same.
  const absentHits = (): Hits => (absent ??= hitsOf(ifUnset, set, owners));
  return {
    run: ({ subject, counts }) => {
      const text = headerText(subject, target as HeaderTarget);
      const hits = text === undefined ? absentHits() : hitsOf(text, set, owners);
      for (const [index, count] of hits) counts[index] = count;
    },
    warm: () => {
      set.warm();
      absentHits();
    },
  };
}

function hitsOf(text: string, set: PatternSet, owners: readonly Slot[]): Hits {
  const found = new Map<number, number>();
  set.run(piecesOf([text]), (member, count) => found.set(member, count));
  const hits: [number, number][] = [];
  for (const [member, slot] of owners.entries()) {
    const count = found.get(member) ?? 0;
    const negated = (slot.rule.test as HeaderTest).negated;
    if (negated ? count === 0 : count > 0) hits.push([slot.index, negated ? 1 : count]);
  }
  return hits;
}

export function existsStep(slots: readonly Slot[], priority: number): Step {
  const targets = slots.map(({ index, rule }) => ({
    index,
    target: { name: (rule.test as Extract<RuleTest, { kind: 'header-exists' }>).name, modifiers: [] },
  }));
  return {
    priority,
    run: ({ subject, counts }) => {
      for (const { index, target } of targets) if (headerText(subject, target) !== undefined) counts[index] = 1;
    },
  };
}
