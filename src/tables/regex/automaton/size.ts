/**
 * How large the automaton of a pattern is, without building it: counted repetitions are written out, nested ones multiply.
 */
import type { Node } from '../syntax.js';

/** States, as `nfaOf` makes them. */
export function statesOf(node: Node): number {
  switch (node.kind) {
    case 'literal':
      return node.text.length;
    case 'set':
    case 'assert':
    case 'look':
    case 'reference':
      return 1;
    case 'capture':
    case 'atomic':
      return statesOf(node.body);
    case 'sequence':
      return sum(node.items);
    case 'choice':
      return ofChoice(node);
    case 'repeat': {
      const item = statesOf(node.item);
      if (node.max === Number.POSITIVE_INFINITY) return item * Math.max(1, node.min) + 1;
      return item * node.max + node.max - node.min;
    }
  }
}

function ofChoice(node: Extract<Node, { kind: 'choice' }>): number {
  const known = sizes.get(node);
  if (known !== undefined) return known;
  const states = sum(node.items) + node.items.length - 1;
  sizes.set(node, states);
  return states;
}

/** Patterns have the same ones many times. */
const sizes = new WeakMap<Node, number>();

function sum(items: readonly Node[]): number {
  let all = 0;
  for (const item of items) all += statesOf(item);
  return all;
}
