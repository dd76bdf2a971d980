/** With which octets a match of a pattern may begin, or go on at a step: what need not be tried elsewhere. */
import { addOtherCase, type ByteSet, setOf } from '../byte-set.js';
import type { Node } from '../syntax.js';
import type { Step } from './program.js';

/** Undefined: with any, or with none at all. */
export function firstOctets(node: Node): ByteSet | undefined {
  const set = new Uint8Array(256);
  return collect(node, set) === 'something' ? set : undefined;
}

/** Adds to `set`. `nothing`: the node may match no octets, so that what follows counts too. */
function collect(node: Node, set: Uint8Array): 'something' | 'nothing' | 'unknown' {
  switch (node.kind) {
    case 'literal':
      if (node.text === '') return 'nothing';
      add(set, octetSet(node.text.charCodeAt(0), node.fold));
      return 'something';
    case 'set':
      add(set, node.set);
      return 'something';
    case 'assert':
    case 'look':
      return 'nothing';
    case 'reference':
      return 'unknown';
    case 'capture':
    case 'atomic':
      return collect(node.body, set);
    case 'sequence':
      for (const item of node.items) {
        const found = collect(item, set);
        if (found !== 'nothing') return found;
      }
      return 'nothing';
    case 'choice': {
      const all = node.items.map((item) => collect(item, set));
      if (all.includes('unknown')) return 'unknown';
      return all.includes('nothing') ? 'nothing' : 'something';
    }
    case 'repeat': {
      if (node.max === 0) return 'nothing';
      const found = collect(node.item, set);
      return found === 'something' && node.min === 0 ? 'nothing' : found;
    }
  }
}

/** False: what comes from the step on begins with an octet, and none of `set`. */
export function mayGoOn(step: Step, set: ByteSet, seen: Set<Step> = new Set()): boolean {
  if (seen.has(step)) return false;
  seen.add(step);
  switch (step.kind) {
    case 'set':
      return meet(step.set, set);
    case 'run':
      return meet(step.set, set) || (step.min === 0 && mayGoOn(step.next, set, seen));
    case 'split':
      return mayGoOn(step.first, set, seen) || mayGoOn(step.second, set, seen);
    case 'open':
    case 'close':
    case 'assert':
      return mayGoOn(step.next, set, seen);
    case 'look':
    case 'atomic':
    case 'reference':
    case 'match':
      return true;
  }
}

function meet(a: ByteSet, b: ByteSet): boolean {
  for (let octet = 0; octet < 256; octet++) if (a[octet] === 1 && b[octet] === 1) return true;
  return false;
}

function octetSet(octet: number, fold: boolean): ByteSet {
  const set = setOf([octet, octet]);
  if (fold) addOtherCase(set);
  return set;
}

function add(set: Uint8Array, other: ByteSet): void {
  for (let octet = 0; octet < 256; octet++) if (other[octet] === 1) set[octet] = 1;
}
