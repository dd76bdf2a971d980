/**
 * Patterns with back-references or atomic groups, as a program that is followed one way after the other, as Perl does it. Only
 * groups that are referred to are kept.
 */
import { addOtherCase, type ByteSet, setOf } from '../byte-set.js';
import { type Assertion, matchesEmpty, type Node, PatternFault } from '../syntax.js';
import { firstOctets, mayGoOn } from './first.js';

export type Step =
  | { readonly kind: 'set'; readonly set: ByteSet; readonly next: Step }
  /** `min` to `max` octets of the set. */
  | {
      readonly kind: 'run';
      readonly set: ByteSet;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
      readonly next: Step;
      readonly id: number;
      /** Nothing of the set may come behind it: a shorter run leads nowhere. */
      whole: boolean;
    }
  /** Loops are closed after they are made. */
  | { readonly kind: 'split'; first: Step; second: Step; readonly id: number }
  | { readonly kind: 'assert'; readonly what: Assertion; readonly next: Step }
  | {
      readonly kind: 'look';
      readonly ahead: boolean;
      readonly negated: boolean;
      readonly body: Step;
      /** Of a look-behind: how many octets it may be long. */
      readonly lengths: readonly number[];
      readonly next: Step;
    }
  | { readonly kind: 'atomic'; readonly body: Step; readonly next: Step }
  | { readonly kind: 'open' | 'close'; readonly slot: number; readonly next: Step }
  | { readonly kind: 'reference'; readonly slot: number; readonly fold: boolean; readonly next: Step }
  | { readonly kind: 'match' };

export interface StepProgram {
  readonly start: Step;
  /** How many groups are kept. */
  readonly slots: number;
  /** Ids are below. */
  readonly ids: number;
  /** A match begins where the text does. */
  readonly onlyAtStart: boolean;
  /** With which octets a match begins, one behind the other, as far as that is known. */
  readonly beginning: readonly ByteSet[];
  /** Repeats what may be nothing: only what is remembered ends it. */
  readonly mayStandStill: boolean;
}

interface Builder {
  /** By the number of a group, from 1: where it is kept. */
  readonly slots: ReadonlyMap<number, number>;
  readonly groups: ReadonlyMap<Node, number>;
  ids: number;
  readonly runs: RunStep[];
  emptyLoops: boolean;
}

type RunStep = Extract<Step, { kind: 'run' }>;

/** Steps that repetitions may be written out to. */
const STEP_LIMIT = 50_000;

const matched: Step = { kind: 'match' };

/** Throws PatternFault for what cannot be had. */
export function checkProgram(node: Node): void {
  build(builderFor(node), node, matched);
}

/** Throws PatternFault. */
export function stepProgram(node: Node): StepProgram {
  const builder = builderFor(node);
  const { slots } = builder;
  const start = build(builder, node, matched);
  for (const run of builder.runs) run.whole = !mayGoOn(run.next, run.set);
  const beginning = beginningOf(start);
  const first = beginning.length === 0 ? firstOctets(node) : undefined;
  return {
    start,
    slots: slots.size,
    ids: builder.ids,
    onlyAtStart: beginsAtStart(node),
    beginning: first === undefined ? beginning : [first],
    mayStandStill: builder.emptyLoops,
  };
}

const BEGINNING = 12;

/** Of steps that have no choice. */
function beginningOf(start: Step): readonly ByteSet[] {
  const sets: ByteSet[] = [];
  for (let step = start; sets.length < BEGINNING; ) {
    if (step.kind === 'open' || step.kind === 'close' || step.kind === 'assert') step = step.next;
    else if (step.kind === 'set') {
      sets.push(step.set);
      step = step.next;
    } else if (step.kind === 'run') {
      for (let i = 0; i < step.min && sets.length < BEGINNING; i++) sets.push(step.set);
      if (step.min !== step.max) break;
      step = step.next;
    } else break;
  }
  return sets;
}

function builderFor(node: Node): Builder {
  const groups = groupNumbers(node);
  const slots = new Map<number, number>();
  walk(node, (one) => {
    if (one.kind === 'reference' && !slots.has(one.group)) slots.set(one.group, slots.size);
  });
  return { slots, groups, ids: 0, runs: [], emptyLoops: false };
}

function beginsAtStart(node: Node): boolean {
  if (node.kind === 'sequence') return node.items[0] !== undefined && beginsAtStart(node.items[0]);
  if (node.kind === 'capture') return beginsAtStart(node.body);
  return node.kind === 'choice' ? node.items.every(beginsAtStart) : node.kind === 'assert' && node.what === 'start';
}

/** By the node: the number of the group, in the order of their opening parentheses. */
export function groupNumbers(node: Node): ReadonlyMap<Node, number> {
  const numbers = new Map<Node, number>();
  walk(node, (one) => {
    if (one.kind === 'capture') numbers.set(one, numbers.size + 1);
  });
  return numbers;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  if (node.kind === 'capture' || node.kind === 'atomic' || node.kind === 'look') walk(node.body, visit);
  else if (node.kind === 'sequence' || node.kind === 'choice') for (const item of node.items) walk(item, visit);
  else if (node.kind === 'repeat') walk(node.item, visit);
}

function build(builder: Builder, node: Node, next: Step): Step {
  switch (node.kind) {
    case 'literal':
      return Array.from(node.text).reduceRight<Step>(
        (behind, character) => ({ kind: 'set', set: octetSet(character.charCodeAt(0), node.fold), next: behind }),
        next,
      );
    case 'set':
      return { kind: 'set', set: node.set, next };
    case 'assert':
      return { kind: 'assert', what: node.what, next };
    case 'capture':
      return buildCapture(builder, node, next);
    case 'sequence':
      return node.items.reduceRight((behind, item) => build(builder, item, behind), next);
    case 'choice':
      return node.items
        .map((item) => build(builder, item, next))
        .reduceRight((rest, first) => ({ kind: 'split', first, second: rest, id: newId(builder) }));
    case 'repeat':
      return buildRepeat(builder, node, next);
    case 'atomic':
      return { kind: 'atomic', body: build(builder, node.body, matched), next };
    case 'look':
      return buildLook(builder, node, next);
    case 'reference': {
      const slot = builder.slots.get(node.group) as number;
      return { kind: 'reference', slot, fold: node.fold, next };
    }
  }
}

function buildCapture(builder: Builder, node: Extract<Node, { kind: 'capture' }>, next: Step): Step {
  const slot = builder.slots.get(builder.groups.get(node) as number);
  if (slot === undefined) return build(builder, node.body, next);
  return { kind: 'open', slot, next: build(builder, node.body, { kind: 'close', slot, next }) };
}

function buildRepeat(builder: Builder, node: Extract<Node, { kind: 'repeat' }>, next: Step): Step {
  const { item, min, max, lazy } = node;
  const set = setOfNode(item);
  if (set !== undefined) {
    const run: RunStep = { kind: 'run', set, min, max, lazy, next, id: newId(builder), whole: false };
    builder.runs.push(run);
    return run;
  }
  let entry = next;
  if (max === Number.POSITIVE_INFINITY) {
    const loop: Extract<Step, { kind: 'split' }> = { kind: 'split', first: next, second: next, id: newId(builder) };
    const body = build(builder, item, loop);
    if (matchesEmpty(item)) builder.emptyLoops = true;
    if (lazy) loop.second = body;
    else loop.first = body;
    entry = loop;
  } else {
    for (let i = min; i < max; i++) {
      const body = build(builder, item, entry);
      entry = { kind: 'split', first: lazy ? next : body, second: lazy ? body : next, id: newId(builder) };
    }
  }
  for (let i = 0; i < min; i++) entry = build(builder, item, entry);
  return entry;
}

function buildLook(builder: Builder, node: Extract<Node, { kind: 'look' }>, next: Step): Step {
  const { ahead, negated, body, construct, at } = node;
  const lengths = ahead ? [] : lengthsOf(body);
  if (lengths === undefined) throw new PatternFault('unsupported', construct, 'a look-behind of no fixed length', at);
  return { kind: 'look', ahead, negated, body: build(builder, body, matched), lengths, next };
}

/** Every length that a match may have; undefined when there are many. */
function lengthsOf(node: Node): readonly number[] | undefined {
  switch (node.kind) {
    case 'literal':
      return [node.text.length];
    case 'set':
      return [1];
    case 'assert':
    case 'look':
      return [0];
    case 'capture':
    case 'atomic':
      return lengthsOf(node.body);
    case 'sequence':
      return node.items.reduce<readonly number[] | undefined>((all, item) => added(all, lengthsOf(item)), [0]);
    case 'choice': {
      const all = node.items.map(lengthsOf);
      return all.includes(undefined) ? undefined : [...new Set(all.flatMap((lengths) => lengths ?? []))];
    }
    case 'repeat': {
      const lengths = node.max <= 20 ? lengthsOf(node.item) : undefined;
      if (lengths?.length !== 1) return undefined;
      const counts = Array.from({ length: node.max - node.min + 1 }, (_, i) => node.min + i);
      return counts.map((count) => count * (lengths[0] as number));
    }
    case 'reference':
      return undefined;
  }
}

function added(a: readonly number[] | undefined, b: readonly number[] | undefined): readonly number[] | undefined {
  if (a === undefined || b === undefined) return undefined;
  const sums = new Set(a.flatMap((first) => b.map((second) => first + second)));
  return sums.size > 32 ? undefined : [...sums];
}

function setOfNode(node: Node): ByteSet | undefined {
  if (node.kind === 'set') return node.set;
  if (node.kind === 'literal' && node.text.length === 1) return octetSet(node.text.charCodeAt(0), node.fold);
  return undefined;
}

function octetSet(octet: number, fold: boolean): ByteSet {
  const set = setOf([octet, octet]);
  if (fold) addOtherCase(set);
  return set;
}

function newId(builder: Builder): number {
  if (builder.ids >= STEP_LIMIT) {
    throw new PatternFault('unsupported', '{n,m}', 'its counted repetitions make too large a program', 0);
  }
  return builder.ids++;
}
