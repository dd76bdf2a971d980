/**
 * `header` rules: all that look at the same text are run together.
 */
import { makePatternSet, type SetMember } from '../patterns/index.js';
import type { RuleTest } from '../rules/rule.js';
import { headerText } from './header-text.js';
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
  const { target, ifUnset } = testOf(slot);
  return `${[target.name, ...target.modifiers].join(':')}${ifUnset === undefined ? '' : `\n${ifUnset}`}`;
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
  const { target, ifUnset = '' } = testOf(first.slot);
  const hold = holder(runnable);
  let absent: Float64Array | undefined;
  // Most fields that rules look at are in few messages, and without the field the answer is always the same.
  const absentCounts = (): Float64Array => (absent ??= countsOf(ifUnset, hold, runnable.length));
  return {
    run: ({ subject, counts }) => {
      const text = headerText(subject, target);
      if (text !== undefined) {
        hold.run(text, (member, count) => {
          counts[(runnable[member] as Runnable).slot.index] = count;
        });
        return;
      }
      const known = absentCounts();
      for (let i = 0; i < known.length; i++) {
        if (known[i] !== 0) counts[(runnable[i] as Runnable).slot.index] = known[i] as number;
      }
    },
    warm: () => {
      hold.warm();
      absentCounts();
    },
  };
}

interface Holder {
  run(text: string, hit: (member: number, count: number) => void): void;
  warm(): void;
}

/** The set, with rules that hit where nothing matches. */
function holder(runnable: readonly Runnable[]): Holder {
  const set = makePatternSet(runnable.map(({ member }) => member));
  const negated = runnable.flatMap(({ slot }, member) => (testOf(slot).negated ? [member] : []));
  return {
    run: (text, hit) => {
      if (negated.length === 0) {
        set.run(piecesOf([text]), hit);
        return;
      }
      const matched = new Set<number>();
      set.run(piecesOf([text]), (member, count) => {
        if (negated.includes(member)) matched.add(member);
        else hit(member, count);
      });
      for (const member of negated) if (!matched.has(member)) hit(member, 1);
    },
    warm: () => set.warm(),
  };
}

function countsOf(text: string, hold: Holder, members: number): Float64Array {
  const counts = new Float64Array(members);
  hold.run(text, (member, count) => {
    counts[member] = count;
  });
  return counts;
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
