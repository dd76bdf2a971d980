/**
 * What a text must contain for a pattern to match: lists of strings, of each of which at least one is there. All are
 * in lower case, and so must be the text that is asked, so that they hold for every use of letter case. Sound by
 * construction: where nothing can be said, nothing is. Small classes and alternatives are multiplied out, within limits.
 */
import type { ByteSet } from './byte-set.js';
import { rarity } from './rarity.js';
import type { Node } from './syntax.js';

/** At least one of these strings. */
export type Clause = readonly string[];

/** Exact: the node matches these strings and no others. Loose: a match begins and ends so, and has what the clauses say. */
type Facts =
  | { readonly kind: 'exact'; readonly strings: Clause }
  | { readonly kind: 'loose'; readonly begin: Clause; readonly end: Clause; readonly clauses: readonly Clause[] };

const CLAUSE_LIMIT = 3;
/** Strings in a clause. */
const STRING_LIMIT = 16;
/** Beyond these lengths more characters make a string no rarer, and more strings make a clause worse. */
const ENOUGH = 8;
/** Strings that are worth making longer all the same. */
const FEW = 4;
const LENGTH_LIMIT = 64;

const nothing: Facts = { kind: 'loose', begin: [''], end: [''], clauses: [] };
const empty: Facts = { kind: 'exact', strings: [''] };

/** The best few lists for a pattern, the best first; empty when nothing is required. */
export function requiredLiterals(node: Node): readonly Clause[] {
  const clauses = clausesOf(factsOf(node)).map(reduced);
  const scored = clauses.map((clause) => ({ clause, worth: rarity(clause) })).sort((a, b) => a.worth - b.worth);
  // One character is in nearly every text: not worth a look beside something better.
  return scored
    .slice(0, CLAUSE_LIMIT)
    .map(({ clause }) => clause)
    .filter((clause, i) => i === 0 || shortest(clause) > 1);
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
      return { kind: 'exact', strings: [node.text.toLowerCase()] };
    case 'set':
      return known(setFacts, node.set, () => workedOutOf(node.set));
    case 'assert':
      // `$` may be rendered so that it takes the final LF: what follows does not touch what is before.
      return node.what === 'end-or-final-lf' ? nothing : empty;
    case 'look':
    case 'reference':
      return nothing;
    case 'capture':
    case 'atomic':
      return factsOf(node.body);
    case 'sequence':
      return inSequence(node.items);
    case 'choice':
      return known(choiceFacts, node, () => ofChoice(node.items));
    case 'repeat':
      return ofRepeat(node);
  }
}

/** A long pattern has the same sets and groups many times, and patterns share them. */
const setFacts = new WeakMap<object, Facts>();
const choiceFacts = new WeakMap<object, Facts>();

function known(facts: WeakMap<object, Facts>, of: object, workOut: () => Facts): Facts {
  let found = facts.get(of);
  if (found === undefined) {
    found = workOut();
    facts.set(of, found);
  }
  return found;
}

function workedOutOf(set: ByteSet): Facts {
  const strings = new Set<string>();
  for (let octet = 0; octet < 256; octet++) {
    if (set[octet] === 1) strings.add(String.fromCharCode(octet).toLowerCase());
    if (strings.size > STRING_LIMIT / 2) return nothing;
  }
  return { kind: 'exact', strings: [...strings] };
}

/** Strings that touch are joined; where that makes too many, what is joined so far is one clause. */
function inSequence(items: readonly Node[]): Facts {
  const clauses: Clause[] = [];
  let begin: Clause | undefined;
  let run: Clause = [''];
  const flush = (next: Clause): void => {
    begin ??= run;
    clauses.push(run);
    run = next;
  };
  for (const item of items) {
    const facts = factsOf(item);
    if (facts.kind === 'exact') {
      const joined = joinedWith(run, facts.strings);
      if (joined === undefined) flush(facts.strings);
      else run = joined;
      continue;
    }
    const joined = joinedWith(run, facts.begin);
    if (joined === undefined) flush(facts.begin);
    else run = joined;
    flush(facts.end);
    clauses.push(...facts.clauses);
  }
  if (begin === undefined) return { kind: 'exact', strings: run };
  return { kind: 'loose', begin, end: run, clauses: [...clauses, run].filter(says) };
}

/** Each of `a` before each of `b`; undefined when these are too many, or too long. */
function joinedWith(a: Clause, b: Clause): Clause | undefined {
  if (a.length * b.length > STRING_LIMIT) return undefined;
  if (b.length > 1 && a.length * b.length > FEW && shortest(a) >= ENOUGH) return undefined;
  if (a.some((text) => text.length > LENGTH_LIMIT)) return undefined;
  if (a.length === 1 && b.length === 1) return [`${a[0]}${b[0]}`];
  return [...new Set(a.flatMap((first) => b.map((second) => first + second)))];
}

/** Strings for every branch, when every branch has some. */
function ofChoice(items: readonly Node[]): Facts {
  // Nearly sure to be too many, whatever is in them.
  if (items.length > 4 * STRING_LIMIT) return nothing;
  const all = items.map(factsOf);
  const exact = union(all.map((facts) => (facts.kind === 'exact' ? facts.strings : undefined)));
  if (exact !== undefined) return { kind: 'exact', strings: exact };
  const begin = union(all.map((facts) => (facts.kind === 'exact' ? facts.strings : facts.begin))) ?? [''];
  const end = union(all.map((facts) => (facts.kind === 'exact' ? facts.strings : facts.end))) ?? [''];
  const best = union(all.map((facts) => bestOf(clausesOf(facts))));
  return { kind: 'loose', begin, end, clauses: best === undefined ? [] : [best] };
}

function union(clauses: readonly (Clause | undefined)[]): Clause | undefined {
  const all = new Set<string>();
  for (const clause of clauses) {
    if (clause === undefined) return undefined;
    for (const text of clause) all.add(text);
    if (all.size > STRING_LIMIT) return undefined;
  }
  return [...all];
}

function ofRepeat({ item, min, max }: Extract<Node, { kind: 'repeat' }>): Facts {
  if (max === 0) return empty;
  const facts = factsOf(item);
  if (min === 0) {
    const maybe = max === 1 && facts.kind === 'exact' ? union([facts.strings, ['']]) : undefined;
    return maybe === undefined ? nothing : { kind: 'exact', strings: maybe };
  }
  if (facts.kind === 'loose') return facts;
  let power = facts.strings;
  for (let times = 1; times < min; times++) {
    const joined = joinedWith(power, facts.strings);
    if (joined === undefined) return { kind: 'loose', begin: power, end: power, clauses: [power].filter(says) };
    power = joined;
  }
  if (min === max) return { kind: 'exact', strings: power };
  return { kind: 'loose', begin: power, end: power, clauses: [power].filter(says) };
}

function clausesOf(facts: Facts): readonly Clause[] {
  return (facts.kind === 'exact' ? [facts.strings] : facts.clauses).filter(says);
}

/** The empty string is in every text; of nothing at all a text has nothing. */
function says(clause: Clause): boolean {
  return !clause.includes('');
}

function bestOf(clauses: readonly Clause[]): Clause | undefined {
  let best = clauses[0];
  for (const clause of clauses) if (best !== undefined && rarity(clause) < rarity(best)) best = clause;
  return best;
}

/** Without those that contain another of them. */
function reduced(clause: Clause): Clause {
  return clause.filter((text) => !clause.some((other) => other !== text && text.includes(other)));
}

function shortest(clause: Clause): number {
  let least = Number.POSITIVE_INFINITY;
  for (const text of clause) least = Math.min(least, text.length);
  return least;
}
