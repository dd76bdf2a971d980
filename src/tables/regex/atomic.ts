/**
 * Atomic groups and possessive quantifiers, where they mean the same as without: where trying again inside could not make
 * what follows match (`[^:]*+:`, `\R` before a letter, at the end of a pattern). Elsewhere they are refused.
 */
import { disjoint, either, type Follow, firstOf, octetsOf, theEnd } from './first-octets.js';
import { choice, type Node, PatternFault, sequence } from './syntax.js';

/** The tree without atomic nodes. Throws PatternFault `unsupported`. */
export function withoutAtomic(node: Node, follow: Follow = theEnd): Node {
  switch (node.kind) {
    case 'literal':
    case 'set':
    case 'assert':
    case 'reference':
      return node;
    case 'capture':
      return { kind: 'capture', body: withoutAtomic(node.body, follow) };
    case 'look':
      return { ...node, body: withoutAtomic(node.body) };
    case 'sequence':
      return sequence(inSequence(node.items, follow, withoutAtomic));
    case 'choice':
      return choice(node.items.map((item) => withoutAtomic(item, follow)));
    case 'repeat': {
      const again = either(firstOf(node.item, follow), follow);
      return { ...node, item: withoutAtomic(node.item, node.max > 1 ? again : follow) };
    }
    case 'atomic': {
      const body = withoutAtomic(node.body, follow);
      if (oneWay(body, follow)) return body;
      const why = 'needs a backtracking engine, unless nothing that it matches may begin what follows';
      throw new PatternFault(
        'unsupported',
        node.construct,
        `an atomic group, or a possessive quantifier, ${why}`,
        node.at,
      );
    }
  }
}

/** Each item, with what is behind it. */
function inSequence<T>(items: readonly Node[], follow: Follow, each: (item: Node, follow: Follow) => T): T[] {
  const out: T[] = [];
  let behind = follow;
  for (const item of [...items].reverse()) {
    out.unshift(each(item, behind));
    behind = firstOf(item, behind);
  }
  return out;
}

/** True when no other way to match the node could make what follows match, the first one having failed. */
function oneWay(node: Node, follow: Follow): boolean {
  if (follow.nothing) return true;
  switch (node.kind) {
    case 'literal':
    case 'set':
    case 'assert':
      return true;
    case 'capture':
      return oneWay(node.body, follow);
    case 'sequence':
      return inSequence(node.items, follow, oneWay).every((one) => one);
    case 'choice':
      return branchesDiffer(node.items, follow);
    case 'repeat':
      return endsRun(node, follow);
    default:
      return false;
  }
}

/** A run of octets of one set, as long as can be, before something else. */
function endsRun({ item, min, max, lazy }: Extract<Node, { kind: 'repeat' }>, follow: Follow): boolean {
  const sets = octetsOf(item);
  if (min === max) return sets !== undefined;
  const [set] = sets ?? [];
  return !lazy && sets?.length === 1 && set !== undefined && follow.plain && disjoint(set, follow.first);
}

/** Of two branches that may both match, the first is no shorter, and what follows cannot begin inside of it. */
function branchesDiffer(items: readonly Node[], follow: Follow): boolean {
  const branches = items.map(octetsOf);
  return (
    branches.every((first, at) =>
      branches.slice(at + 1).every((second) => {
        if (first === undefined || second === undefined) return false;
        const common = Math.min(first.length, second.length);
        const apart = first.slice(0, common).some((set, i) => disjoint(set, second[i] as Uint8Array));
        if (apart || first.length === second.length) return true;
        const inside = first[common];
        return inside !== undefined && follow.plain && disjoint(inside, follow.first);
      }),
    ) && branches.every((branch) => branch !== undefined)
  );
}
