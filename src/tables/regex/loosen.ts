/**
 * A pattern made to match more, so that an automaton can have it, and is small: without look-around, without long counts, and what a
 * group may hold in place of a reference to it. Where this one does not match, the pattern does not either.
 */
import { addOtherCaseOfLatin1, setOf } from './byte-set.js';
import { groupNumbers } from './stepwise/program.js';
import { anything, choice, contains, type Node, sequence, withoutAssertions } from './syntax.js';

/** Longer counts are no counts any more. */
const SHORT = 6;

export function loosened(node: Node): Node {
  const bodies = new Map<number, Node>();
  if (contains(node, 'reference')) {
    for (const [group, number] of groupNumbers(node)) if (group.kind === 'capture') bodies.set(number, group.body);
  }
  return loosen(node, bodies);
}

function loosen(node: Node, bodies: ReadonlyMap<number, Node>): Node {
  switch (node.kind) {
    case 'look':
      return sequence([]);
    case 'capture':
    case 'atomic':
      return loosen(node.body, bodies);
    case 'sequence':
      return sequence(node.items.map((item) => loosen(item, bodies)));
    case 'choice':
      return bodies.size > 0 ? choice(node.items.map((item) => loosen(item, bodies))) : loosenedChoice(node);
    case 'repeat': {
      const max = node.max > SHORT ? Number.POSITIVE_INFINITY : node.max;
      return { ...node, item: loosen(node.item, bodies), min: Math.min(node.min, SHORT), max };
    }
    case 'reference': {
      const body = bodies.get(node.group);
      if (body === undefined) return anything;
      // What stood there is looked for without what stood around it.
      const plain = loosen(withoutAssertions(body), new Map());
      return node.fold ? inAnyCase(plain) : plain;
    }
    default:
      return node;
  }
}

/** Patterns have the same ones many times. */
const choices = new WeakMap<Node, Node>();

function loosenedChoice(node: Extract<Node, { kind: 'choice' }>): Node {
  let made = choices.get(node);
  if (made === undefined) {
    made = choice(node.items.map((item) => loosen(item, none)));
    choices.set(node, made);
  }
  return made;
}

const none: ReadonlyMap<number, Node> = new Map();

function inAnyCase(node: Node): Node {
  switch (node.kind) {
    case 'literal':
      return sequence(
        Array.from(node.text, (character) => eitherCase(setOf([character.charCodeAt(0), character.charCodeAt(0)]))),
      );
    case 'set':
      return eitherCase(node.set.slice());
    case 'sequence':
    case 'choice':
      return { ...node, items: node.items.map(inAnyCase) };
    case 'repeat':
      return { ...node, item: inAnyCase(node.item) };
    default:
      return node;
  }
}

function eitherCase(set: Uint8Array): Node {
  addOtherCaseOfLatin1(set);
  return { kind: 'set', set };
}
