/**
 * What rules capture for others (Mail::SpamAssassin::Conf(3), "CAPTURING TAGS USING REGEX NAMED CAPTURE GROUPS"): before anything else,
 * and only where somebody asks for it.
 */
import { decodeLatin1 } from '../../../values/bytes.js';
import type { Pieces } from '../mail/pieces.js';
import { compileRulePattern, type RulePattern } from '../patterns/index.js';
import { groupNames, patternOf } from '../rules/captured-names.js';
import type { PatternSource } from '../rules/rule.js';
import { capturedTags } from '../tags.js';
import { type CaptureProgram, captureProgram } from './capture-program.js';
import { type TextFor, textFor } from './rule-text.js';
import type { Slot, Step } from './slot.js';

interface Capturing {
  readonly index: number;
  readonly pattern: RulePattern;
  readonly program: CaptureProgram;
  readonly text: TextFor;
}

export interface Captures {
  readonly step: Step;
  /** Tags that cannot be had, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Tags that some rule captures. */
  readonly names: ReadonlySet<string>;
}

/** As SpamAssassin orders such rules. */
const FIRST = -10_000;

/** `wanted`: tags that patterns or questions have in them. */
export function captures(slots: readonly Slot[], wanted: ReadonlySet<string>): Captures {
  const refused = new Map<string, string>();
  const names = new Set<string>();
  const capturing: Capturing[] = [];
  for (const slot of slots) {
    const source = patternOf(slot.rule.test);
    const mine = source === undefined ? [] : groupNames(source).filter((name) => wanted.has(name));
    if (source === undefined || mine.length === 0) continue;
    const made = capturingOf(slot, source);
    for (const name of mine) {
      names.add(name);
      if (typeof made === 'string') refused.set(name, `${slot.rule.name}: ${made}`);
    }
    if (typeof made !== 'string') capturing.push(made);
  }
  const run: Step['run'] = ({ subject, gaveUp }) => {
    for (const { index, pattern, program, text } of capturing) {
      const tags = read(pattern, program, text(subject), () => gaveUp.add(index));
      for (const [name, values] of tags) capturedTags(subject).set(name, values);
    }
  };
  return { step: { priority: FIRST, run }, refused, names };
}

/** A text says why not. */
function capturingOf(slot: Slot, source: PatternSource): Capturing | string {
  const { test, tflags } = slot.rule;
  if (tflags.has('multiple')) return 'it may match more than once';
  if (test.kind === 'header' && test.negated) return 'it hits where nothing matches';
  const pattern = compileRulePattern(source);
  if (pattern.kind === 'refused') return pattern.why;
  const program = captureProgram(source);
  return program.kind === 'refused' ? program.why : { index: slot.index, pattern, program, text: textFor(slot) };
}

/** Of the first piece that matches. */
function read(
  pattern: RulePattern,
  program: CaptureProgram,
  text: Pieces,
  gaveUp: () => void,
): ReadonlyMap<string, readonly string[]> {
  const tags = new Map<string, readonly string[]>();
  const { octets, ends } = text;
  const piece = ends.findIndex((_, at) => pattern.count(text, at, 1, gaveUp) > 0);
  if (piece === -1) return tags;
  const found = program.read(decodeLatin1(octets.subarray(piece === 0 ? 0 : ends[piece - 1], ends[piece])));
  for (const [name, value] of found) tags.set(name, [...(tags.get(name) ?? []), value]);
  return tags;
}
