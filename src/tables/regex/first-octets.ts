/** With what a match of a node may begin, and how many ways there are to match it: what is needed to prove things of it. */
import { addAll, addOtherCase, type ByteSet, complement, LF, setOf } from './byte-set.js';
import type { Node } from './syntax.js';

/** What comes behind a node. */
export interface Follow {
  /** Nothing at all: whatever the node matched first is the match. */
  readonly nothing: boolean;
  /** The octets with which it may begin. */
  readonly first: ByteSet;
  /** False where an assertion stands first that may hold before other octets. */
  readonly plain: boolean;
}

export const theEnd: Follow = { nothing: true, first: new Uint8Array(256), plain: true };

/** With what the node and then what follows it may begin. */
export function firstOf(node: Node, follow: Follow): Follow {
  const { first, plain, empty } = ownFirst(node);
  if (!empty) return { nothing: false, first, plain };
  const consumes = first.includes(1) || !plain;
  return consumes ? either({ first, plain }, follow) : follow;
}

interface Own {
  readonly first: ByteSet;
  readonly plain: boolean;
  /** It may match nothing, so that what follows counts too. */
  readonly empty: boolean;
}

function ownFirst(node: Node): Own {
  switch (node.kind) {
    case 'literal':
      return node.text === '' ? skipped : beginning(octetOf(node.text, 0, node.fold));
    case 'set':
      return beginning(node.set);
    case 'assert':
      return ofAssertion(node.what);
    case 'capture':
    case 'atomic':
      return ownFirst(node.body);
    case 'look':
    case 'reference':
      return { ...skipped, plain: false };
    case 'sequence':
      return ofSequence(node.items);
    case 'choice':
      return node.items.map(ownFirst).reduce((a, b) => ({ ...either(a, b), empty: a.empty || b.empty }));
    case 'repeat': {
      if (node.max === 0) return skipped;
      const own = ownFirst(node.item);
      return { ...own, empty: own.empty || node.min === 0 };
    }
  }
}

const skipped: Own = { first: new Uint8Array(256), plain: true, empty: true };

function ofSequence(items: readonly Node[]): Own {
  let all = skipped;
  for (const item of items) {
    const own = ownFirst(item);
    all = { ...either(all, own), empty: own.empty };
    if (!own.empty) break;
  }
  return all;
}

/** Before an octet that is there, the end is not. */
function ofAssertion(what: Extract<Node, { kind: 'assert' }>['what']): Own {
  if (what === 'end') return beginning(new Uint8Array(256));
  if (what === 'end-or-final-lf' || what === 'line-end') return beginning(setOf([LF, LF]));
  return { ...skipped, plain: false };
}

function beginning(first: ByteSet): Own {
  return { first, plain: true, empty: false };
}

export function either(a: Omit<Follow, 'nothing'>, b: Omit<Follow, 'nothing'>): Follow {
  return {
    nothing: false,
    first: union(a.first, b.first),
    plain: a.plain && b.plain,
  };
}

export function disjoint(a: ByteSet, b: ByteSet): boolean {
  for (let octet = 0; octet < 256; octet++) if (a[octet] === 1 && b[octet] === 1) return false;
  return true;
}

function union(a: ByteSet, b: ByteSet): ByteSet {
  if (a === b) return a;
  const both = a.slice();
  addAll(both, b);
  return both;
}

/** The character of a literal as a set. */
function octetOf(text: string, at: number, fold: boolean): ByteSet {
  const set = setOf([text.charCodeAt(at), text.charCodeAt(at)]);
  if (fold) addOtherCase(set);
  return set;
}

/** The sets of octets that the node matches one behind the other; undefined when it is not as simple as that. */
export function octetsOf(node: Node): readonly ByteSet[] | undefined {
  switch (node.kind) {
    case 'literal':
      return Array.from(node.text, (_, at) => octetOf(node.text, at, node.fold));
    case 'set':
      return [node.set];
    case 'sequence': {
      const all = node.items.map(octetsOf);
      return all.includes(undefined) ? undefined : all.flatMap((sets) => sets ?? []);
    }
    case 'repeat': {
      const sets = node.min === node.max && node.max <= 8 ? octetsOf(node.item) : undefined;
      return sets && Array.from({ length: node.max }, () => sets).flat();
    }
    case 'choice': {
      const all = node.items.map(octetsOf);
      if (!all.every((sets) => sets?.length === 1)) return undefined;
      return [
        all
          .map((sets) => sets?.[0] as ByteSet)
          .reduce((a, b) => a.map((member, octet) => member | (b[octet] as number))),
      ];
    }
    default:
      return undefined;
  }
}

/** What is not these octets one behind the other, without saying how many there are: nodes that each match some of it. */
export function otherThan(sets: readonly ByteSet[]): readonly Node[] {
  return sets.map((set, at) => ({
    kind: 'sequence',
    items: [...sets.slice(0, at), complement(set)].map((one) => ({ kind: 'set', set: one })),
  }));
}
