/**
 * What a text must contain for a pattern to match: lists of strings, of each of which at least one is there. All are
 * in lower case, and so must be the text that is asked, so that they hold for every use of letter case. Sound by
 * construction: where nothing can be said, nothing is.
 */
import type { ByteSet } from './byte-set.js';
import type { Node } from './syntax.js';

/** At least one of these strings. */
type Clause = readonly string[];

interface Facts {
  /** All that the node matches, when that is one string (in lower case); '' for what has no width. */
  readonly exact: string | undefined;
  readonly clauses: readonly Clause[];
}

const nothing: Facts = { exact: undefined, clauses: [] };
const CLAUSE_LIMIT = 3;
const STRING_LIMIT = 16;

/** The best few lists for a pattern; empty when nothing is required. */
export function requiredLiterals(node: Node): readonly Clause[] {
  const { exact, clauses } = factsOf(node);
  const all = exact !== undefined && exact !== '' ? [[exact]] : clauses;
  const sorted = [...all].sort((a, b) => worth(b) - worth(a)).slice(0, CLAUSE_LIMIT);
  // One character is in nearly every text: not worth a look beside something better.
  return sorted.filter((clause, i) => i === 0 || shortest(clause) > 1);
}

/** True when `folded`, a text in lower case, has what is required. */
export function mayMatch(required: readonly Clause[], folded: string): boolean {
  for (const clause of required) if (!includesOne(folded, clause)) return false;
  return true;
}

function includesOne(folded: string, clause: Clause): boolean {
  for (const text of clause) if (folded.includes(text)) return true;
  return false;
}

function factsOf(node: Node): Facts {
  switch (node.kind) {
    case 'literal':
      return { exact: node.text.toLowerCase(), clauses: [] };
    case 'set': {
      const only = onlyCharacter(node.set);
      return only === undefined ? nothing : { exact: only, clauses: [] };
    }
    case 'assert':
      return { exact: node.what === 'end-or-final-lf' ? undefined : '', clauses: [] };
    case 'capture':
      return factsOf(node.body);
    case 'sequence':
      return inSequence(node.items);
    case 'choice':
      return ofChoice(node.items);
    case 'repeat':
      return ofRepeat(node);
  }
}

/** Strings that touch are joined. */
function inSequence(items: readonly Node[]): Facts {
  const clauses: Clause[] = [];
  let run = '';
  let exact = true;
  for (const item of items) {
    const facts = factsOf(item);
    if (facts.exact !== undefined) {
      run += facts.exact;
      continue;
    }
    exact = false;
    if (run !== '') clauses.push([run]);
    run = '';
    clauses.push(...facts.clauses);
  }
  if (exact) return { exact: run, clauses: [] };
  if (run !== '') clauses.push([run]);
  return { exact: undefined, clauses };
}

/** One clause with the best of each branch, when every branch has one. */
function ofChoice(items: readonly Node[]): Facts {
  const strings: string[] = [];
  for (const item of items) {
    const best = requiredLiterals(item)[0];
    if (best === undefined) return nothing;
    strings.push(...best);
    if (strings.length > STRING_LIMIT) return nothing;
  }
  return { exact: undefined, clauses: [[...new Set(strings)]] };
}

function ofRepeat({ item, min, max }: Extract<Node, { kind: 'repeat' }>): Facts {
  if (min === 0) return nothing;
  const facts = factsOf(item);
  if (facts.exact === undefined || (min === 1 && max === 1)) return facts;
  return facts.exact === '' ? nothing : { exact: undefined, clauses: [[facts.exact]] };
}

function onlyCharacter(set: ByteSet): string | undefined {
  let only: string | undefined;
  for (let octet = 0; octet < 256; octet++) {
    if (set[octet] !== 1) continue;
    const character = String.fromCharCode(octet).toLowerCase();
    if (only !== undefined && only !== character) return undefined;
    only = character;
  }
  return only;
}

function shortest(clause: Clause): number {
  return Math.min(...clause.map((text) => text.length));
}

/** Long strings are rare ones; many alternatives make them common again. */
function worth(clause: Clause): number {
  return shortest(clause) - clause.length / 8;
}
