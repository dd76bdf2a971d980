/**
 * A pattern's tree as a nondeterministic automaton (Thompson's construction), to be read forwards, or backwards for texts that are
 * searched from their end. Built from its end to its beginning: each node is told what follows it.
 * Look-around is one more assertion here, whose truth at each position is worked out before. Back-references and atomic groups
 * are nothing for automata.
 */
import { addOtherCase, type ByteSet, setOf } from '../byte-set.js';
import { type Assertion, type Node, PatternFault } from '../syntax.js';
import type { SideNeeds } from './alphabet.js';

export type LookNode = Extract<Node, { kind: 'look' }>;

/** Takes an octet of the set `argument`, then goes to `out`. */
export const SET = 0;
/** Goes to `out`, or if that does not lead to a match, to `other`. */
export const SPLIT = 1;
/** Goes to `out` where the assertion `argument` holds. */
export const ASSERT = 2;
/** Goes to `out` where the look-around `argument` holds. */
export const LOOK = 3;
/** The pattern `argument` has matched. */
export const MATCH = 4;

export interface Nfa {
  readonly operation: readonly number[];
  readonly argument: readonly number[];
  readonly out: readonly number[];
  readonly other: readonly number[];
  /** Where the patterns begin, in their order. */
  readonly starts: readonly number[];
  readonly sets: readonly ByteSet[];
  readonly looks: readonly LookNode[];
  readonly needs: Readonly<SideNeeds>;
  readonly backwards: boolean;
}

export const assertions: readonly Assertion[] = [
  'start',
  'line-start',
  'end',
  'line-end',
  'end-or-final-lf',
  'word-edge',
  'no-word-edge',
];

/** Counted repetitions are written out: this is where that ends. */
export const STATE_LIMIT: number = 60_000;

interface Builder {
  readonly operation: number[];
  readonly argument: number[];
  readonly out: number[];
  readonly other: number[];
  readonly sets: ByteSet[];
  readonly setNumbers: Map<string | number, number>;
  readonly looks: LookNode[];
  readonly lookNumbers: Map<string, number>;
  /** By the look-around, or the set: repetitions write the same one many times. */
  readonly known: Map<Node | ByteSet, number>;
  readonly needs: SideNeeds;
  readonly backwards: boolean;
}

export interface NfaOptions {
  readonly backwards?: boolean;
}

/** Throws PatternFault for what is too large. */
export function nfaOf(nodes: readonly Node[], options: NfaOptions = {}): Nfa {
  const builder: Builder = {
    operation: [],
    argument: [],
    out: [],
    other: [],
    sets: [],
    setNumbers: new Map(),
    looks: [],
    lookNumbers: new Map(),
    known: new Map(),
    needs: { edge: false, word: false, newline: false, lastNewline: false },
    backwards: options.backwards ?? false,
  };
  const starts = nodes.map((node, member) => build(builder, node, state(builder, MATCH, member, 0, 0)));
  return { ...builder, starts };
}

function state(builder: Builder, operation: number, argument: number, out: number, other: number): number {
  const { length } = builder.operation;
  if (length >= STATE_LIMIT) {
    throw new PatternFault('unsupported', '{n,m}', 'its counted repetitions make too large an automaton', 0);
  }
  builder.operation.push(operation);
  builder.argument.push(argument);
  builder.out.push(out);
  builder.other.push(other);
  return length;
}

/** The state where `node` begins, and behind which `next` follows. */
function build(builder: Builder, node: Node, next: number): number {
  switch (node.kind) {
    case 'literal':
      return buildLiteral(builder, node, next);
    case 'set':
      return state(builder, SET, setNumber(builder, node.set), next, 0);
    case 'assert':
      return state(builder, ASSERT, assertion(builder, node.what), next, 0);
    case 'capture':
      return build(builder, node.body, next);
    case 'sequence':
      return builder.backwards
        ? node.items.reduce((behind, item) => build(builder, item, behind), next)
        : node.items.reduceRight((behind, item) => build(builder, item, behind), next);
    case 'choice':
      return node.items
        .map((item) => build(builder, item, next))
        .reduceRight((rest, first) => state(builder, SPLIT, 0, first, rest));
    case 'repeat':
      return buildRepeat(builder, node, next);
    case 'look':
      return state(builder, LOOK, lookNumber(builder, node), next, 0);
    case 'atomic':
      throw new PatternFault('unsupported', node.construct, 'an atomic group is nothing for an automaton', node.at);
    case 'reference':
      throw new PatternFault('unsupported', node.construct, 'a back-reference is nothing for an automaton', node.at);
  }
}

function buildLiteral(builder: Builder, node: Extract<Node, { kind: 'literal' }>, next: number): number {
  const { text, fold } = node;
  let behind = next;
  for (let i = 0; i < text.length; i++) {
    const octet = text.charCodeAt(builder.backwards ? i : text.length - 1 - i);
    const number = namedSet(builder, fold ? 512 + octet : 256 + octet, () => octetSet(octet, fold));
    behind = state(builder, SET, number, behind, 0);
  }
  return behind;
}

function octetSet(octet: number, fold: boolean): ByteSet {
  const set = setOf([octet, octet]);
  if (fold) addOtherCase(set);
  return set;
}

function buildRepeat(builder: Builder, node: Extract<Node, { kind: 'repeat' }>, next: number): number {
  const { item, min, max, lazy } = node;
  let entry = next;
  let copies = min;
  if (max === Number.POSITIVE_INFINITY) {
    const loop = state(builder, SPLIT, 0, 0, 0);
    const body = build(builder, item, loop);
    builder.out[loop] = lazy ? next : body;
    builder.other[loop] = lazy ? body : next;
    entry = min === 0 ? loop : body;
    copies = min - 1;
  } else {
    for (let i = min; i < max; i++) {
      const body = build(builder, item, entry);
      entry = state(builder, SPLIT, 0, lazy ? next : body, lazy ? body : next);
    }
  }
  for (let i = 0; i < copies; i++) entry = build(builder, item, entry);
  return entry;
}

function setNumber(builder: Builder, set: ByteSet): number {
  const known = builder.known.get(set);
  if (known !== undefined) return known;
  const number = namedSet(builder, bitsOf(set), () => set);
  builder.known.set(set, number);
  return number;
}

/** The same for equal sets. */
function bitsOf(set: ByteSet): string {
  let text = '';
  for (let from = 0; from < 256; from += 16) {
    let bits = 0;
    for (let i = 0; i < 16; i++) bits |= (set[from + i] as number) << i;
    text += String.fromCharCode(bits);
  }
  return text;
}

function namedSet(builder: Builder, name: string | number, make: () => ByteSet): number {
  const known = builder.setNumbers.get(name);
  if (known !== undefined) return known;
  const number = builder.sets.push(make()) - 1;
  builder.setNumbers.set(name, number);
  return number;
}

function lookNumber(builder: Builder, node: LookNode): number {
  const known = builder.known.get(node);
  if (known !== undefined) return known;
  const name = JSON.stringify({ ...node, construct: '', at: 0 }, (_, value: unknown) =>
    value instanceof Uint8Array ? bitsOf(value) : value === Number.POSITIVE_INFINITY ? 'many' : value,
  );
  const number = builder.lookNumbers.get(name) ?? builder.looks.push(node) - 1;
  builder.lookNumbers.set(name, number);
  builder.known.set(node, number);
  return number;
}

function assertion({ needs }: Builder, what: Assertion): number {
  if (what === 'word-edge' || what === 'no-word-edge') needs.word = true;
  else needs.edge = true;
  if (what === 'line-start' || what === 'line-end') needs.newline = true;
  if (what === 'end-or-final-lf') needs.lastNewline = true;
  return assertions.indexOf(what);
}
