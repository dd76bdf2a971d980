/**
 * `header` rules: all that look at the same text are run together.
 */
import { makePatternSet, type SetMember } from '../patterns/index.js';
import type { RuleTest } from '../rules/rule.js';
import { headerReader } from './header-text.js';
import { grouped, mostHits, type PatternFor, type Slot, type State, type Step } from './slot.js';
import { piecesOf } from './text-pieces.js';

type HeaderTest = Extract<RuleTest, { kind: 'header' }>;

export function headerStep(slots: readonly Slot[], priority: number, patternFor: PatternFor): Step {
  const groups = [...grouped(slots, keyOf).values()]
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

function testOf({ rule }: Slot): HeaderTest {
  return rule.test as HeaderTest;
}

function keyOf(slot: Slot): string {
  const { target } = testOf(slot);
  return [target.name, ...target.modifiers].join(':');
}

interface TextGroup {
  run(state: State): void;
  warm(): void;
}

interface Runnable {
  readonly slot: Slot;
  readonly member: SetMember;
}

function textGroup(slots: readonly Slot[], patternFor: PatternFor): TextGroup | undefined {
  const runnable: Runnable[] = [];
  for (const slot of slots) {
    const { pattern: source, negated } = testOf(slot);
    const pattern = patternFor(slot, source);
    // How often something is missing cannot be counted.
    if (pattern !== undefined) runnable.push({ slot, member: { pattern, most: negated ? 1 : mostHits(slot.rule) } });
  }
  const [first] = runnable;
  if (first === undefined) return undefined;
  const read = headerReader(testOf(first.slot).target);
  const hold = holder(runnable);
  let absent: readonly Count[] | undefined;
  // Most fields that rules look at are in few messages, and without the field the answer is always the same.
  const absentCounts = (): readonly Count[] => (absent ??= countsWithout(hold, runnable));
  return {
    run: ({ subject, counts, gaveUp }) => {
      const text = read(subject);
      if (text !== undefined) {
        const hit = (member: number, count: number): void => {
          counts[(runnable[member] as Runnable).slot.index] = count;
        };
        hold.run(text, hit, (member) => gaveUp.add((runnable[member] as Runnable).slot.index));
        return;
      }
      for (const { index, count } of absentCounts()) counts[index] = count;
    },
    warm: () => {
      hold.warm();
      absentCounts();
    },
  };
}

interface Holder {
  run(text: string, hit: (member: number, count: number) => void, gaveUp?: (member: number) => void): void;
  warm(): void;
}

/** The set, with rules that hit where nothing matches. */
function holder(runnable: readonly Runnable[]): Holder {
  const set = makePatternSet(runnable.map(({ member }) => member));
  const negated = runnable.flatMap(({ slot }, member) => (testOf(slot).negated ? [member] : []));
  return {
    run: (text, hit, gaveUp) => {
      if (negated.length === 0) {
        set.run(piecesOf([text]), hit, gaveUp);
        return;
      }
      const matched = new Set<number>();
      const sorted = (member: number, count: number): void => {
        if (negated.includes(member)) matched.add(member);
        else hit(member, count);
      };
      set.run(piecesOf([text]), sorted, gaveUp);
      for (const member of negated) if (!matched.has(member)) hit(member, 1);
    },
    warm: () => set.warm(),
  };
}

interface Count {
  readonly index: number;
  readonly count: number;
}

/** Of rules that hit where the field is missing: each looks at its own text instead. */
function countsWithout(hold: Holder, runnable: readonly Runnable[]): readonly Count[] {
  const instead = runnable.map(({ slot }) => testOf(slot).ifUnset ?? '');
  return [...new Set(instead)].flatMap((text) => {
    const found: Count[] = [];
    hold.run(text, (member, count) => {
      if (instead[member] === text) found.push({ index: (runnable[member] as Runnable).slot.index, count });
    });
    return found;
  });
}

export function existsStep(slots: readonly Slot[], priority: number): Step {
  const fields = slots.map(({ index, rule }) => ({
    index,
    read: headerReader({ name: (rule.test as Extract<RuleTest, { kind: 'header-exists' }>).name, modifiers: [] }),
  }));
  return {
    priority,
    run: ({ subject, counts }) => {
      for (const { index, read } of fields) if (read(subject) !== undefined) counts[index] = 1;
    },
  };
}
