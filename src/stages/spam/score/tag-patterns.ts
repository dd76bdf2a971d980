/**
 * Rules whose patterns have tags in them, `%{NAME}` (Mail::SpamAssassin::Conf(3), "CAPTURING TAGS USING REGEX NAMED CAPTURE GROUPS"): each
 * is the text of its values, one or another, and without a value the rule is not run. What the pattern is else is known before, so
 * that it is only made for messages that have the strings it needs.
 */
import { decodeLatin1 } from '../../../values/bytes.js';
import type { Pieces } from '../mail/pieces.js';
import { compiledOf } from '../patterns/compile.js';
import { compileRulePattern, makePatternSet, type PatternRefusal } from '../patterns/index.js';
import { patternOf } from '../rules/captured-names.js';
import type { PatternSource } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';
import { TAG_FORM, tagValues } from '../tags.js';
import { textFor } from './rule-text.js';
import { grouped, mostHits, type Slot, type State, type Step } from './slot.js';

const tagged = new RegExp(`(?<!\\\\)%\\{(${TAG_FORM})\\}`, 'g');

/** Tags in the pattern of a rule, each once. */
export function tagsIn({ text }: PatternSource): readonly string[] {
  return text.includes('%{') ? [...new Set([...text.matchAll(tagged)].map(([, tag = '']) => tag))] : [];
}

export function hasTags({ rule }: Slot): boolean {
  const pattern = patternOf(rule.test);
  return pattern !== undefined && tagsIn(pattern).length > 0;
}

/** A rule made ready, but for the values. */
export interface TagPattern {
  readonly kind: 'tag-pattern';
  readonly slot: Slot;
  readonly source: PatternSource;
  readonly tags: readonly string[];
  /** Lists of strings, of each of which a matching text has one; lower case, with an octet of its own for each tag. */
  readonly required: readonly (readonly string[])[];
}

/** Tags of one pattern. Octets 1 to 8 stand for them. */
const MOST_TAGS = 8;

export function tagPattern(slot: Slot): TagPattern | PatternRefusal {
  const source = patternOf(slot.rule.test) as PatternSource;
  const tags = tagsIn(source);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these octets are meant
  if (tags.length > MOST_TAGS || /[\x01-\x08]|\\x0|\\x\{0/.test(source.text)) {
    const why = 'more tags than can be told apart';
    return { kind: 'refused', construct: source.text.slice(0, 40), why, malformed: false };
  }
  const sample = compileRulePattern(filled(source, (tag) => [markOf(tags, tag)]));
  if (sample.kind === 'refused') return sample;
  return { kind: 'tag-pattern', slot, source, tags, required: compiledOf(sample)?.required ?? [] };
}

function markOf(tags: readonly string[], tag: string): string {
  return String.fromCharCode(1 + tags.indexOf(tag));
}

function filled({ text, flags }: PatternSource, values: (tag: string) => readonly string[]): PatternSource {
  const put = (_: string, tag: string): string => `(?:${values(tag).map(quoted).join('|')})`;
  return { text: text.replace(tagged, put), flags };
}

function quoted(value: string): string {
  return value.replace(/[^A-Za-z0-9_]/g, (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Behind all that captures. */
export function tagStep(patterns: readonly TagPattern[], priority: number): Step {
  const groups = [
    ...grouped(
      patterns.map(({ slot }) => slot),
      textFor,
    ).entries(),
  ];
  const bySlot = new Map(patterns.map((one) => [one.slot, one]));
  return {
    priority,
    run: (state) => {
      for (const [textOf, slots] of groups)
        runGroup(
          textOf(state.subject),
          slots.map((slot) => bySlot.get(slot) as TagPattern),
          state,
        );
    },
  };
}

function runGroup(text: Pieces, patterns: readonly TagPattern[], { subject, counts, gaveUp }: State): void {
  let lower: string | undefined;
  for (const pattern of patterns) {
    const values = valuesOf(pattern, subject);
    if (values === undefined) continue;
    lower ??= decodeLatin1(text.octets).toLowerCase();
    const count = mayMatch(pattern, values, lower) ? countOf(pattern, values, text, gaveUp) : 0;
    const { rule, index } = pattern.slot;
    counts[index] = rule.test.kind === 'header' && rule.test.negated ? Number(count === 0) : count;
  }
}

type Values = ReadonlyMap<string, readonly string[]>;

/** Undefined where a tag has none. */
function valuesOf({ tags }: TagPattern, subject: SpamSubject): Values | undefined {
  const values = new Map(tags.map((tag) => [tag, tagValues(subject, tag)]));
  return tags.every((tag) => values.get(tag)?.length !== 0) ? values : undefined;
}

function mayMatch({ tags, required }: TagPattern, values: Values, lower: string): boolean {
  const isThere = (literal: string): boolean => {
    const tag = tags.find((one) => literal.includes(markOf(tags, one)));
    if (tag === undefined) return lower.includes(literal);
    const mark = markOf(tags, tag);
    return (values.get(tag) ?? []).some((value) => isThere(literal.replaceAll(mark, () => value.toLowerCase())));
  };
  return required.every((clause) => clause.some(isThere));
}

function countOf({ slot, source }: TagPattern, values: Values, text: Pieces, gaveUp: Set<number>): number {
  const pattern = compileRulePattern(filled(source, (tag) => values.get(tag) ?? []));
  let hits = 0;
  const hit = (_: number, count: number): void => {
    hits = count;
  };
  // Only for its size, with the values in it.
  if (pattern.kind === 'refused') gaveUp.add(slot.index);
  else makePatternSet([{ pattern, most: mostHits(slot.rule) }]).run(text, hit, () => gaveUp.add(slot.index));
  return hits;
}
