/**
 * What the parts of a scoring share: a place for each rule that is run, and what is known of a message so far.
 */
import type { SourcePosition } from '../../../values/errors.js';
import type { RulePattern } from '../patterns/index.js';
import type { PatternSource, SpamRule } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';

/** A rule that is run. */
export interface Slot {
  readonly rule: SpamRule;
  readonly index: number;
  /** Of the set of points in use. */
  readonly points: number;
}

export interface State {
  readonly subject: SpamSubject;
  /** By the index of the slot: how often the rule has hit, as meta rules count it. */
  readonly counts: Float64Array;
  /** Indices of slots whose patterns were not looked for to the end, since that takes more work than the text allows. */
  readonly gaveUp: Set<number>;
}

/** Some rules of one kind, run together. */
export interface Step {
  /** Lower ones first. All the same where no rule ends the evaluation early. */
  readonly priority: number;
  run(state: State): void;
  /** Builds what the first message would build. */
  warm?(): void;
}

/** A rule that is in the files and is not run. */
export interface SkippedRule {
  readonly name: string;
  /** That it would have given. */
  readonly score: number;
  /** `pattern`: no exact linear way to run it; `function`: an `eval:` function that is not here; `capture`: rests on what another
   * rule captures; `dns`, `askdns`: its questions are not put. */
  readonly reason: 'pattern' | 'function' | 'capture' | 'dns' | 'askdns';
  readonly why: string;
  readonly source: SourcePosition;
}

/** Turns the pattern of a rule into one that runs; undefined: refused, and noted. */
export type PatternFor = (slot: Slot, source: PatternSource) => RulePattern | undefined;

/** Matches that are counted for a rule. */
export function mostHits({ tflags, maxHits }: SpamRule): number {
  return tflags.has('multiple') ? (maxHits ?? Number.MAX_SAFE_INTEGER) : 1;
}

/** Slots by a key, in the order in which the keys are met. */
export function grouped<K>(slots: readonly Slot[], keyOf: (slot: Slot) => K): ReadonlyMap<K, readonly Slot[]> {
  const groups = new Map<K, Slot[]>();
  for (const slot of slots) {
    const key = keyOf(slot);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [slot]);
    else group.push(slot);
  }
  return groups;
}
