/**
 * Patterns that match one octet: counted without an automaton.
 */
import { addOtherCase, type ByteSet, setOf } from '../byte-set.js';
import type { Node } from '../syntax.js';
import type { Automaton } from './automaton.js';

/** The octets that the pattern matches, when these are single ones. */
export function singleSet(node: Node): ByteSet | undefined {
  if (node.kind === 'capture') return singleSet(node.body);
  if (node.kind === 'set') return node.set;
  if (node.kind !== 'literal' || node.text.length !== 1) return undefined;
  const octet = node.text.charCodeAt(0);
  const set = setOf([octet, octet]);
  if (node.fold) addOtherCase(set);
  return set;
}

export function singleOctets(set: ByteSet): Automaton {
  const members = [...set.keys()].filter((octet) => set[octet] === 1);
  const [only = -1] = members.length === 1 ? members : [];
  const count: Automaton['count'] = ({ octets, from, to }, most) => {
    if (only >= 0 && most === 1) return octets.subarray(from, to).includes(only) ? 1 : 0;
    let found = 0;
    for (let at = from; at < to && found < most; at++) found += set[octets[at] as number] as number;
    return found;
  };
  return { count, test: (span) => count(span, 1) > 0 };
}
