/**
 * The first part of a pattern: what its matches begin with, some octets long. Where that is nowhere, the pattern does not match.
 */
import { type Node, sequence } from './syntax.js';

/** Cuts `node`, which has no look-around and no references, behind at least `octets` octets where it is longer. */
export function beginningOf(node: Node, octets: number): Node {
  return cut(node, octets) ?? node;
}

/** Undefined: there is nothing to cut off. */
function cut(node: Node, octets: number): Node | undefined {
  switch (node.kind) {
    case 'literal':
      return node.text.length > octets ? { ...node, text: node.text.slice(0, octets) } : undefined;
    case 'capture':
    case 'atomic':
      return cut(node.body, octets);
    case 'choice': {
      // Nothing follows what is cut: every branch must be long enough.
      if (leastOf(node) < octets) return undefined;
      return { kind: 'choice', items: node.items.map((item) => cut(item, octets) ?? item) };
    }
    case 'repeat': {
      const least = leastOf(node.item);
      if (node.min === 0 || least === 0) return undefined;
      if (least >= octets) return cut(node.item, octets) ?? node.item;
      const times = Math.ceil(octets / least);
      return times < node.min ? { ...node, min: times, max: times } : undefined;
    }
    case 'sequence':
      return cutSequence(node.items, octets);
    default:
      return undefined;
  }
}

function cutSequence(items: readonly Node[], octets: number): Node | undefined {
  const kept: Node[] = [];
  let left = octets;
  for (const item of items) {
    if (left <= 0) return sequence(kept);
    const shorter = cut(item, left);
    if (shorter !== undefined) return sequence([...kept, shorter]);
    kept.push(item);
    left -= leastOf(item);
  }
  return undefined;
}

/** Octets of the shortest match, look-around and references taken to be nothing. */
export function leastOf(node: Node): number {
  switch (node.kind) {
    case 'literal':
      return node.text.length;
    case 'set':
      return 1;
    case 'capture':
    case 'atomic':
      return leastOf(node.body);
    case 'sequence':
      return node.items.reduce((sum, item) => sum + leastOf(item), 0);
    case 'choice': {
      const known = leasts.get(node);
      if (known !== undefined) return known;
      const least = Math.min(...node.items.map(leastOf));
      leasts.set(node, least);
      return least;
    }
    case 'repeat':
      return node.min === 0 ? 0 : node.min * leastOf(node.item);
    default:
      return 0;
  }
}

/** Asked for at each level around. */
const leasts = new WeakMap<Node, number>();
