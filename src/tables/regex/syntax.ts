/**
 * The tree of a pattern: what both parsers (PCRE, POSIX) make and what is rendered for an engine. Flags are gone: they
 * are worked into the nodes. `atomic` and `look` are worked out of the tree, `reference` never is: for trusted tables these
 * three stay, and a backtracking engine runs them.
 */
import { anyOctet, type ByteSet } from './byte-set.js';

export type Node =
  /** These octets in order; with `fold`, ASCII letters in either case. */
  | { readonly kind: 'literal'; readonly text: string; readonly fold: boolean }
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'capture'; readonly body: Node }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    }
  /** What it matched first stays. Only parsers make it: see atomic.ts. */
  | { readonly kind: 'atomic'; readonly body: Node; readonly construct: string; readonly at: number }
  /** Look-ahead, look-behind. Only parsers make it: see lookaround.ts. */
  | {
      readonly kind: 'look';
      readonly ahead: boolean;
      readonly negated: boolean;
      readonly body: Node;
      readonly construct: string;
      readonly at: number;
    }
  /** Back-reference: what the group, numbered from 1, matched last. Only read for trusted tables: see backtracking.ts. */
  | {
      readonly kind: 'reference';
      readonly group: number;
      readonly fold: boolean;
      readonly construct: string;
      readonly at: number;
    };

/** `end-or-final-lf` is PCRE's `$` and `\Z`: at the end, or before an LF that ends the text. */
export type Assertion = 'start' | 'line-start' | 'end' | 'line-end' | 'end-or-final-lf' | 'word-edge' | 'no-word-edge';

export interface Pattern {
  readonly node: Node;
  readonly groups: number;
}

/** What a parser throws and `translate` catches: never seen outside this folder. */
export class PatternFault extends Error {
  readonly kind: 'unsupported' | 'malformed';
  readonly construct: string;
  readonly at: number;

  constructor(kind: 'unsupported' | 'malformed', construct: string, why: string, at: number) {
    super(why);
    this.kind = kind;
    this.construct = construct;
    this.at = at;
  }
}

/** PCRE2's default limit on nested parentheses. */
export const NESTING_LIMIT = 250;
/** What linear-time engines allow for a counted repetition, nested ones multiplied. */
export const REPEAT_LIMIT = 1000;

/** A sequence with its neighbouring literals joined. */
export function sequence(items: readonly Node[]): Node {
  const out: Node[] = [];
  for (const item of items) {
    const last = out.at(-1);
    if (item.kind === 'literal' && last?.kind === 'literal' && last.fold === item.fold) {
      out[out.length - 1] = { kind: 'literal', text: last.text + item.text, fold: item.fold };
    } else out.push(item);
  }
  return out.length === 1 ? (out[0] as Node) : { kind: 'sequence', items: out };
}

export function choice(items: readonly Node[]): Node {
  return items.length === 1 ? (items[0] as Node) : { kind: 'choice', items };
}

/** The repetition that `max` limits, Infinity where nothing does. `nested` multiplies the counts inside. */
export function repeatCost(node: Node): number {
  switch (node.kind) {
    case 'capture':
    case 'atomic':
    case 'look':
      return repeatCost(node.body);
    case 'sequence':
    case 'choice':
      return Math.max(1, ...node.items.map(repeatCost));
    case 'repeat': {
      const own = Number.isFinite(node.max) ? node.max : node.min;
      return Math.max(1, own) * repeatCost(node.item);
    }
    default:
      return 1;
  }
}

/** True when the node may match nothing at all, assertions taken to hold. `filled`: groups that do not. */
export function matchesEmpty(node: Node, filled?: ReadonlySet<number>): boolean {
  switch (node.kind) {
    case 'literal':
      return node.text === '';
    case 'set':
      return false;
    case 'assert':
      return true;
    case 'look':
      return true;
    case 'reference':
      return filled?.has(node.group) !== true;
    case 'capture':
    case 'atomic':
      return matchesEmpty(node.body, filled);
    case 'sequence':
      return node.items.every((item) => matchesEmpty(item, filled));
    case 'choice':
      return node.items.some((item) => matchesEmpty(item, filled));
    case 'repeat':
      return node.min === 0 || matchesEmpty(node.item, filled);
  }
}

/** Matches wherever the node does, and more: within a larger text nothing is known of where a part of it ends. */
export function withoutAssertions(node: Node): Node {
  switch (node.kind) {
    case 'literal':
    case 'set':
      return node;
    case 'assert':
    case 'look':
      return sequence([]);
    case 'capture':
    case 'atomic':
      return withoutAssertions(node.body);
    case 'sequence':
      return sequence(node.items.map(withoutAssertions));
    case 'choice':
      return choice(node.items.map(withoutAssertions));
    case 'repeat':
      return { ...node, item: withoutAssertions(node.item) };
    case 'reference':
      return anything;
  }
}

export const anything: Node = {
  kind: 'repeat',
  item: { kind: 'set', set: anyOctet },
  min: 0,
  max: Number.POSITIVE_INFINITY,
  lazy: false,
};

/** True when a node of the kind is anywhere in the tree. */
export function contains(node: Node, kind: Node['kind']): boolean {
  return (kindsIn(node) & (1 << kinds.indexOf(kind))) !== 0;
}

const kinds: readonly Node['kind'][] = [
  'literal',
  'set',
  'assert',
  'capture',
  'sequence',
  'choice',
  'repeat',
  'atomic',
  'look',
  'reference',
];

/** A bit for each. */
function kindsIn(node: Node): number {
  const own = 1 << kinds.indexOf(node.kind);
  switch (node.kind) {
    case 'capture':
    case 'atomic':
    case 'look':
      return own | kindsIn(node.body);
    case 'sequence':
      return own | kindsOfAll(node.items);
    case 'choice': {
      // Patterns share these, and have the same ones many times.
      const known = kindsOf.get(node);
      if (known !== undefined) return known;
      const all = own | kindsOfAll(node.items);
      kindsOf.set(node, all);
      return all;
    }
    case 'repeat':
      return own | kindsIn(node.item);
    default:
      return own;
  }
}

function kindsOfAll(items: readonly Node[]): number {
  let all = 0;
  for (const item of items) all |= kindsIn(item);
  return all;
}

const kindsOf = new WeakMap<Node, number>();
