/**
 * `body`, `rawbody`, `full` and `uri` rules: each kind held against its text in one go.
 */
import type { Pieces } from '../mail/pieces.js';
import { makePatternSet, type SetMember } from '../patterns/index.js';
import type { RuleTest } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';
import { mostHits, type PatternFor, type Slot, type Step } from './slot.js';
import { withoutFirst } from './text-pieces.js';

export type TextKind = 'body' | 'rawbody' | 'full' | 'uri';

export const texts: Readonly<Record<TextKind, (subject: SpamSubject) => Pieces>> = {
  body: ({ mail }) => mail.body,
  rawbody: ({ mail }) => mail.rawBody,
  full: ({ mail }) => mail.full,
  uri: ({ mail }) => mail.uriPieces,
};

export function textSteps(
  kind: TextKind,
  slots: readonly Slot[],
  priority: number,
  patternFor: PatternFor,
): readonly Step[] {
  const text = texts[kind];
  if (kind !== 'body') return [textStep(text, slots, priority, patternFor)];
  // Mail::SpamAssassin::Conf(3), `tflags`: such rules do not see the subject, which is the first piece of the body.
  const isPlain = (slot: Slot): boolean => !slot.rule.tflags.has('nosubject');
  return [
    textStep(text, slots.filter(isPlain), priority, patternFor),
    textStep(
      ({ mail }) => withoutFirst(mail.body),
      slots.filter((slot) => !isPlain(slot)),
      priority,
      patternFor,
    ),
  ];
}

function textStep(
  textOf: (subject: SpamSubject) => Pieces,
  slots: readonly Slot[],
  priority: number,
  patternFor: PatternFor,
): Step {
  const members: SetMember[] = [];
  const owners: number[] = [];
  for (const slot of slots) {
    const pattern = patternFor(slot, (slot.rule.test as Extract<RuleTest, { kind: TextKind }>).pattern);
    if (pattern === undefined) continue;
    members.push({ pattern, most: mostHits(slot.rule) });
    owners.push(slot.index);
  }
  const set = makePatternSet(members);
  return {
    priority,
    run: ({ subject, counts, gaveUp }) => {
      if (members.length === 0) return;
      const hit = (member: number, count: number): void => {
        counts[owners[member] as number] = count;
      };
      set.run(textOf(subject), hit, (member) => gaveUp.add(owners[member] as number));
    },
    warm: () => set.warm(),
  };
}

/** A rule that is run only when a meta rule asks for it. */
export type Deferred = (subject: SpamSubject, gaveUp: Set<number>) => number;

/** `full` rules, each by itself. */
export function deferredRules(
  slots: readonly Slot[],
  patternFor: PatternFor,
): readonly (readonly [index: number, run: Deferred])[] {
  // One for all: each is read as soon as it is run.
  const counts = new Float64Array((slots.at(-1)?.index ?? -1) + 1);
  return slots.map((slot) => {
    const step = textStep(texts.full, [slot], 0, patternFor);
    return [
      slot.index,
      (subject, gaveUp) => {
        counts[slot.index] = 0;
        step.run({ subject, counts, gaveUp });
        return counts[slot.index] as number;
      },
    ];
  });
}
