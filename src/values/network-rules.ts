/**
 * Many networks in order, one question: which rule is the first that holds for this address? Rules may be negated and grouped, as in
 * Postfix's cidr_table(5). The address space is cut where any network begins or ends; each piece gets its rule once, when
 * the rules are compiled, so that a look-up is a binary search whatever the rules are. What is negated, or in a block, of
 * one IP version says nothing about addresses of the other.
 */
import type { IpAddress, Network } from './ip.js';

export interface NetworkMatch {
  readonly network: Network;
  /** Holds for the addresses of the network's version outside it. */
  readonly negated: boolean;
}

export type NetworkRule<T> =
  | { readonly kind: 'rule'; readonly match: NetworkMatch; readonly value: T }
  /** `rules` are asked where `match` holds. */
  | { readonly kind: 'block'; readonly match: NetworkMatch; readonly rules: readonly NetworkRule<T>[] };

/** The value of the first rule that holds for an address. */
export type NetworkSearch<T> = (ip: IpAddress) => T | undefined;

/** Compiles `rules`: n log n, and each rule costs as much again as blocks around it are negated. A look-up costs log n. */
export function networkRules<T>(rules: readonly NetworkRule<T>[]): NetworkSearch<T> {
  const four = compile(rules, 4);
  const six = compile(rules, 6);
  return (ip) => {
    const { starts, owners, values } = ip.version === 4 ? four : six;
    const owner = owners[pieceOf(starts, ip.words)] ?? NOBODY;
    return owner === NOBODY ? undefined : values[owner];
  };
}

interface Compiled<T> {
  /** The words of each piece's first address, in order; the first piece begins at 0. */
  readonly starts: Uint32Array;
  /** For each piece the position of its rule in `values`. */
  readonly owners: Int32Array;
  readonly values: readonly T[];
}

const NOBODY = -1;

/** Where a piece begins; `piece` is known when all are in order. */
interface Edge {
  readonly words: readonly number[];
  piece: number;
}

/** The rules of one version, with the edges of their networks; `end` is undefined where a network ends with the address space. */
interface Node<T> {
  readonly from: Edge;
  readonly end: Edge | undefined;
  readonly negated: boolean;
  readonly of: { readonly value: T } | { readonly nodes: readonly Node<T>[] };
}

function compile<T>(rules: readonly NetworkRule<T>[], version: 4 | 6): Compiled<T> {
  const edges: Edge[] = [];
  const nodes = nodesOf(rules, version, edges);
  const starts = putInOrder(edges, version === 4 ? 1 : 4);
  const pieces = starts.length / (version === 4 ? 1 : 4);
  const painter = new Painter<T>(pieces);
  painter.paint(nodes, [{ from: 0, to: pieces }]);
  return { starts, owners: painter.owners, values: painter.values };
}

function nodesOf<T>(rules: readonly NetworkRule<T>[], version: 4 | 6, edges: Edge[]): readonly Node<T>[] {
  return rules.flatMap((rule) => {
    const { network, negated } = rule.match;
    if (network.address.version !== version) return [];
    const from = { words: network.address.words, piece: 0 };
    const behind = wordsBehind(network);
    const end = behind && { words: behind, piece: 0 };
    edges.push(from);
    if (end !== undefined) edges.push(end);
    const of = rule.kind === 'rule' ? { value: rule.value } : { nodes: nodesOf(rule.rules, version, edges) };
    return [{ from, end, negated, of }];
  });
}

/** The first address behind a network; undefined for none. */
function wordsBehind({ address, prefix }: Network): readonly number[] | undefined {
  const words = [...address.words];
  let step = 2 ** ((32 - (prefix % 32)) % 32);
  for (let i = Math.ceil(prefix / 32) - 1; i >= 0; i--) {
    const sum = (words[i] ?? 0) + step;
    words[i] = sum >>> 0;
    if (sum < 2 ** 32) return words;
    step = 1;
  }
  return undefined;
}

/** Numbers the pieces that `edges` cut, edges at the same place alike, and returns their first addresses. */
function putInOrder(edges: readonly Edge[], width: number): Uint32Array {
  const starts = [...Array<number>(width).fill(0)];
  let piece = 0;
  let last: readonly number[] = starts.slice();
  for (const edge of [...edges].sort((a, b) => compareWords(a.words, b.words))) {
    if (compareWords(last, edge.words) !== 0) {
      starts.push(...edge.words);
      last = edge.words;
      piece++;
    }
    edge.piece = piece;
  }
  return Uint32Array.from(starts);
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Pieces from `from` up to, and not with, `to`. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** Gives every piece the first rule that holds for it, and visits no piece twice that has one. */
class Painter<T> {
  readonly owners: Int32Array;
  readonly values: T[] = [];
  /** The next piece without a rule, from each piece on; shortened on the way. */
  readonly #next: Int32Array;

  constructor(pieces: number) {
    this.owners = new Int32Array(pieces).fill(NOBODY);
    this.#next = Int32Array.from({ length: pieces + 1 }, (_, piece) => piece);
  }

  /** `region`: where the blocks around the nodes hold, in order. */
  paint(nodes: readonly Node<T>[], region: readonly Run[]): void {
    for (const node of nodes) {
      const runs = within(region, node);
      if ('nodes' in node.of) {
        this.paint(node.of.nodes, runs);
        continue;
      }
      const owner = this.values.push(node.of.value) - 1;
      for (const run of runs) this.#give(run, owner);
    }
  }

  #give({ from, to }: Run, owner: number): void {
    for (let piece = this.#free(from); piece < to; piece = this.#free(piece)) {
      this.owners[piece] = owner;
      this.#next[piece] = piece + 1;
    }
  }

  #free(from: number): number {
    const next = this.#next;
    let piece = from;
    for (;;) {
      const further = next[piece] ?? piece;
      if (further === piece) return piece;
      const second = next[further] ?? further;
      next[piece] = second;
      piece = second;
    }
  }
}

/** The parts of `region` where the match of a node holds. */
function within<T>(region: readonly Run[], { from, end, negated }: Node<T>): readonly Run[] {
  const everything = region[region.length - 1]?.to ?? 0;
  const stop = end?.piece ?? everything;
  if (!negated) return cut(region, from.piece, stop);
  return [...cut(region, 0, from.piece), ...cut(region, stop, everything)];
}

function cut(region: readonly Run[], from: number, to: number): readonly Run[] {
  return region.flatMap((run) => {
    const cut = { from: Math.max(run.from, from), to: Math.min(run.to, to) };
    return cut.from < cut.to ? [cut] : [];
  });
}

/** The last piece that does not begin behind the address. */
function pieceOf(starts: Uint32Array, words: readonly number[]): number {
  const width = words.length;
  let low = 0;
  let high = starts.length / width;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (isBehind(starts, middle * width, words)) high = middle;
    else low = middle;
  }
  return low;
}

function isBehind(starts: Uint32Array, at: number, words: readonly number[]): boolean {
  for (let i = 0; i < words.length; i++) {
    const start = starts[at + i] ?? 0;
    const word = words[i] ?? 0;
    if (start !== word) return start > word;
  }
  return false;
}
