/**
 * `mimeheader` rules, which look at the fields of each part by itself, and `uri_detail` rules, which look at all that is known of each
 * URI (Mail::SpamAssassin::Plugin::MIMEHeader(3), Mail::SpamAssassin::Plugin::URIDetail(3)).
 */
import type { HeaderView, UriView } from '../mail/mail-view.js';
import type { Pieces } from '../mail/pieces.js';
import { makePatternSet, type RulePattern } from '../patterns/index.js';
import type { HeaderTarget, RuleTest, SpamRule } from '../rules/rule.js';
import { grouped, type PatternFor, type Slot, type State, type Step } from './slot.js';
import { piecesOf } from './text-pieces.js';

type MimeTest = Extract<RuleTest, { kind: 'mimeheader' }>;

interface MimeRule {
  readonly slot: Slot;
  readonly pattern: RulePattern;
}

export function mimeHeaderStep(slots: readonly Slot[], priority: number, patternFor: PatternFor): Step {
  const rules: MimeRule[] = slots.flatMap((slot) => {
    const pattern = patternFor(slot, (slot.rule.test as MimeTest).pattern);
    return pattern === undefined ? [] : [{ slot, pattern }];
  });
  const special = rules.filter(({ slot }) => isSpecial(slot.rule));
  const plain = new Map(rules.map((rule) => [rule.slot, rule]));
  for (const { slot } of special) plain.delete(slot);
  const groups = [...grouped([...plain.keys()], keyOf).values()].map((group) =>
    plainGroup(group.map((slot) => plain.get(slot) as MimeRule)),
  );
  return {
    priority,
    run: (state) => {
      for (const group of groups) group.run(state);
      for (const rule of special) state.counts[rule.slot.index] = specialHits(rule, state);
    },
    warm: () => {
      for (const group of groups) group.warm();
    },
  };
}

/** Those that count, or look at some parts only, or at all parts as one. */
function isSpecial({ tflags }: SpamRule): boolean {
  return tflags.has('multiple') || tflags.has('concat') || [...tflags].some((flag) => flag.startsWith('range='));
}

function keyOf({ rule }: Slot): string {
  const { target, ifUnset = '' } = rule.test as MimeTest;
  return `${[target.name, ...target.modifiers].join(':')}\n${ifUnset}`;
}

function plainGroup(rules: readonly MimeRule[]): { run(state: State): void; warm(): void } {
  const { target, ifUnset = '' } = (rules[0] as MimeRule).slot.rule.test as MimeTest;
  const set = makePatternSet(rules.map(({ pattern }) => ({ pattern, most: 1 })));
  return {
    run: ({ subject, counts, gaveUp }) => {
      const found = new Set<number>();
      const texts = subject.mail.parts.map(({ header }) => partText(header, target) ?? ifUnset);
      const told = (member: number): void => void gaveUp.add((rules[member] as MimeRule).slot.index);
      set.run(piecesOf(texts), (member) => found.add(member), told);
      for (const [member, { slot }] of rules.entries()) {
        if (found.has(member) !== (slot.rule.test as MimeTest).negated) counts[slot.index] = 1;
      }
    },
    warm: () => set.warm(),
  };
}

/** The last field of that name in a part. */
function partText(header: HeaderView, { name, modifiers }: HeaderTarget): string | undefined {
  const raw = modifiers.includes('raw');
  if (name === 'ALL') return raw ? header.allRaw : header.all;
  if (raw) return header.get(name, ['raw', 'last'])[0] ?? '';
  return header.get(name, ['last'])[0];
}

/** Without `maxhits`. */
const MOST = 1000;

function specialHits({ slot, pattern }: MimeRule, { subject, gaveUp }: State): number {
  const { test, tflags, maxHits } = slot.rule;
  const { target, negated, ifUnset = '' } = test as MimeTest;
  const [first, last] = rangeOf(tflags);
  const most = maxHits ?? (tflags.has('multiple') ? MOST : 1);
  const told = (): void => void gaveUp.add(slot.index);
  const { parts } = subject.mail;
  const texts = parts.slice(Math.max(0, first - 1), last).map(({ header }) => partText(header, target) ?? ifUnset);
  const lines = texts.map((text) => (text.endsWith('\n') ? text : `${text}\n`));
  const pieces = piecesOf(tflags.has('concat') ? [lines.join('')] : texts);
  for (const [piece] of pieces.ends.entries()) {
    const count = pattern.count(pieces, piece, negated ? 1 : most, told);
    // Parts behind the first that matches are not looked at.
    if (count > 0) return negated ? 0 : tflags.has('multiple') ? count : 1;
  }
  return negated ? 1 : 0;
}

/** `range=2-5`, counted from 1. */
function rangeOf(tflags: ReadonlySet<string>): readonly [number, number] {
  for (const flag of tflags) {
    const match = /^range=(\d{1,6})?(-)?(\d{1,6})?$/.exec(flag);
    if (match === null) continue;
    const [, from, dash, to] = match;
    if (from !== undefined && dash === undefined) return [Number(from), Number(from)];
    return [Number(from ?? 0), Number(to ?? MOST)];
  }
  return [0, MOST];
}

interface UriCheck {
  readonly key: string;
  readonly negated: boolean;
  readonly pattern: RulePattern;
}

export function uriDetailStep(slots: readonly Slot[], priority: number, patternFor: PatternFor): Step {
  const rules = slots.flatMap((slot) => {
    const { conditions } = slot.rule.test as Extract<RuleTest, { kind: 'uri-detail' }>;
    const checks: UriCheck[] = [];
    for (const { key, negated, pattern: source } of conditions) {
      const pattern = patternFor(slot, source);
      if (pattern === undefined) return [];
      checks.push({ key, negated, pattern });
    }
    return [{ slot, checks }];
  });
  return {
    priority,
    run: ({ subject, counts, gaveUp }) => {
      const { uris } = subject.mail;
      if (uris.length === 0) return;
      const texts: UriTexts = new Map();
      for (const { slot, checks } of rules) {
        const told = (): void => void gaveUp.add(slot.index);
        const fits = (_: UriView, at: number): boolean =>
          checks.every((check) => holds(check, textsOfAll(texts, uris, check.key)[at] as Texts, told));
        if (uris.some(fits)) counts[slot.index] = 1;
      }
    },
  };
}

/** For one of the texts, also where the pattern must not match. */
function holds({ negated, pattern }: UriCheck, texts: Texts, gaveUp: () => void): boolean {
  return texts.some((text) => pattern.count(text, 0, 1, gaveUp) > 0 !== negated);
}

type Texts = readonly Pieces[];
/** By the key: of each URI. */
type UriTexts = Map<string, readonly Texts[]>;

function textsOfAll(known: UriTexts, uris: readonly UriView[], key: string): readonly Texts[] {
  const made = known.get(key);
  if (made !== undefined) return made;
  const texts = uris.map((uri) => textsOf(uri, key).map((text) => piecesOf([text])));
  known.set(key, texts);
  return texts;
}

function textsOf({ uri, cleaned, hosts, from, anchorText }: UriView, key: string): readonly string[] {
  switch (key) {
    case 'type':
      return from;
    case 'cleaned':
      return cleaned;
    case 'text':
      return anchorText;
    case 'domain':
      return [...new Set(hosts.values())];
    case 'host':
      return [...hosts.keys()];
    default:
      return [uri];
  }
}
