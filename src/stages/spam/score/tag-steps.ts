/**
 * Rules that capture, and rules with tags in their patterns, put together: which can be run, and why others cannot.
 */
import { patternOf } from '../rules/captured-names.js';
import type { PatternSource } from '../rules/rule.js';
import { isKnownTag, tagsOfQuestion } from '../tags.js';
import { type Captures, captures } from './capture-step.js';
import { grouped, type SkippedRule, type Slot, type Step } from './slot.js';
import { type TagPattern, tagPattern, tagStep, tagsIn } from './tag-patterns.js';

/** Notes that a rule is not run. */
export type Refuse = (slot: Slot, reason: SkippedRule['reason'], why: string) => undefined;

/** `withTags`: those of `slots` whose patterns have tags in them. */
export function tagSteps(
  slots: readonly Slot[],
  withTags: readonly Slot[],
  byPriority: boolean,
  refuse: Refuse,
): readonly Step[] {
  const captured = captures(slots, new Set(slots.flatMap(tagsWanted)));
  const ready = withTags.flatMap((slot) => runnable(slot, captured, refuse) ?? []);
  const bands = grouped(
    ready.map(({ slot }) => slot),
    ({ rule }) => (byPriority ? rule.priority : 0),
  );
  const steps = [...bands].map(([priority, band]) =>
    tagStep(
      ready.filter(({ slot }) => band.includes(slot)),
      priority,
    ),
  );
  return captured.names.size === 0 ? steps : [captured.step, ...steps];
}

function tagsWanted({ rule: { test } }: Slot): readonly string[] {
  if (test.kind === 'askdns') return tagsOfQuestion(test.template);
  const pattern = patternOf(test);
  return pattern === undefined ? [] : tagsIn(pattern);
}

function runnable(slot: Slot, { names, refused }: Captures, refuse: Refuse): TagPattern | undefined {
  for (const tag of tagsIn(patternOf(slot.rule.test) as PatternSource)) {
    const why = refused.get(tag);
    if (why !== undefined) return refuse(slot, 'capture', `it rests on ${tag} of ${why}`);
    if (!isKnownTag(tag) && !names.has(tag))
      return refuse(slot, 'capture', `it rests on ${tag}, which no rule captures`);
  }
  const made = tagPattern(slot);
  return made.kind === 'refused' ? refuse(slot, 'pattern', `${made.construct}: ${made.why}`) : made;
}
