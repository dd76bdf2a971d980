/**
 * A nondeterministic automaton made deterministic while it reads (lazily), as RE2 does it: a state is a set of states of the other,
 * with what stood before it. What was worked out is kept in a table within a budget; when that is spent all is forgotten. A step
 * costs at most the size of the pattern, so that time is linear in the text whatever both are.
 */
import { LF } from '../byte-set.js';
import type { Alphabet } from './alphabet.js';
import { closureOf, onlyAtStart } from './closure.js';
import type { Nfa } from './nfa.js';

/** Entry of the table: nothing more can match. */
export const DEAD = -1;

/** Entries of the table are 0 (not known yet), DEAD, the place of the next state, or its negative: something matched before the letter. */
export interface Dfa {
  table: Int32Array;
  /** Places of states are multiples of it. */
  width: number;
  /** The place of the state in which a text begins. */
  readonly initial: number;
  /** The place of the state in which nothing has begun. `before`: what assertions see. The table may be another one afterwards. */
  startAt(before: number): number;
  /** Forgets all, and makes room for the letters that there are now. */
  clear(): void;
  /** Works out an entry. The table may be another one afterwards. */
  fill(place: number, letter: number): number;
  /** What matched: of the entry that was worked out last. */
  matched: readonly number[];
  /** What matched: of an entry of the table that is negative. */
  matchedAt(place: number, letter: number): readonly number[];
}

/** Letters of positions: those of the alphabet, and where the pattern has look-around, more of them. */
export interface Letters {
  readonly size: number;
  /** The letter of the alphabet. */
  plain(letter: number): number;
  /** Look-arounds that hold, a bit each. */
  looks(letter: number): number;
}

export interface DfaOptions {
  /** Matches begin anywhere. Else: where the text begins, which is where it ends when the automaton reads backwards. */
  readonly anywhere: boolean;
  /** Entries of the table. */
  readonly budget: number;
  /**
   * Finds where the match ends that Perl would find: alternatives are kept in their order, and none that is worse than one that has
   * matched. Default: false.
   */
  readonly first?: boolean;
}

/** Beside what stood before: a match was found, so that no other one begins. */
const FOUND = 8;

export function dfaOf(nfa: Nfa, alphabet: Alphabet, letters: Letters, options: DfaOptions): Dfa {
  const { argument, out, sets } = nfa;
  const { sides, sample, octets, edge } = alphabet;
  const first = options.first ?? false;
  const anywhere = options.anywhere && (first || !onlyAtStart(nfa));
  const places = new Map<string, number>();
  const kernels: (readonly number[])[] = [];
  const befores: number[] = [];
  let matchedBy = new Map<number, readonly number[]>();
  let startSteps = new Map<number, Step>();
  let spent = 0;
  /** By what stands before: the place. */
  let starts: (number | undefined)[] = [];
  const closure = closureOf(nfa, first);
  const letterLists: (number[] | undefined)[] = [];

  const dfa: Dfa = {
    table: new Int32Array(0),
    width: letters.size,
    initial: 0,
    matched: [],
    matchedAt: (place, letter) => matchedBy.get(place + letter) ?? [],
    startAt: (before) => (starts[before] ??= placeOf(anywhere ? [] : nfa.starts, before)),
    fill: first ? fillFirst : fill,
    clear: reset,
  };

  function reset(): void {
    dfa.width = Math.max(letters.size, 2);
    places.clear();
    kernels.length = 0;
    befores.length = 0;
    matchedBy = new Map();
    startSteps = new Map();
    starts = [];
    spent = 0;
    // Index 0 is nobody's: its place would be the entry "not known".
    kernels.push([], []);
    befores.push(0, 0);
    dfa.table = new Int32Array(dfa.width * 8);
    dfa.table.fill(DEAD, dfa.width, 2 * dfa.width);
    (dfa as { initial: number }).initial = placeOf(anywhere ? [] : nfa.starts, sides[edge] as number);
  }

  /** Of the state with these members. */
  function placeOf(kernel: readonly number[], before: number): number {
    const key = String.fromCharCode(before, ...kernel);
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = kernels.length * dfa.width;
    if (place + dfa.width > dfa.table.length) {
      const larger = new Int32Array(dfa.table.length * 2);
      larger.set(dfa.table);
      dfa.table = larger;
    }
    kernels.push(kernel);
    befores.push(before);
    places.set(key, place);
    spent += dfa.width + kernel.length;
    return place;
  }

  function fill(place: number, letter: number): number {
    if (letter >= dfa.width) throw new Error('a letter that the table has no room for');
    const index = place / dfa.width;
    const before = befores[index] as number;
    const step = stepFrom(kernels[index] as readonly number[], before, letter);
    const after = sides[letters.plain(letter)] as number;
    let matched = step.matched;
    let kernel = step.kernel;
    if (anywhere) {
      const start = startStep(before, letter);
      if (start.matched.length > 0) matched = [...new Set([...matched, ...start.matched])];
      kernel = kernel.length === 0 ? start.kernel : merged(kernel, start.kernel);
    }
    dfa.matched = matched;
    const dead = kernel.length === 0 && !anywhere;
    const full = spent > options.budget;
    if (full) reset();
    const next = dead ? dfa.width : placeOf(kernel, after);
    const entry = matched.length > 0 ? -next : dead ? DEAD : next;
    if (!full) {
      dfa.table[place + letter] = entry;
      if (matched.length > 0) matchedBy.set(place + letter, matched);
    }
    return entry;
  }

  /** The same where the order counts. */
  function fillFirst(place: number, letter: number): number {
    const index = place / dfa.width;
    const flags = befores[index] as number;
    const kernel = kernels[index] as readonly number[];
    const step = stepFrom((flags & FOUND) === 0 ? [...kernel, ...nfa.starts] : kernel, flags & 7, letter);
    const found = (flags & FOUND) !== 0 || step.matched.length > 0;
    const dead = found && step.kernel.length === 0;
    const full = spent > options.budget;
    if (full) reset();
    const after = sides[letters.plain(letter)] as number;
    const next = dead ? dfa.width : placeOf(step.kernel, found ? after | FOUND : after);
    const entry = step.matched.length > 0 ? -next : dead ? DEAD : next;
    if (!full) dfa.table[place + letter] = entry;
    return entry;
  }

  /** All patterns begun at a position: the same each time. */
  function startStep(before: number, letter: number): Step {
    const own = nfa.looks.length > 0 ? letter : letters.plain(letter);
    const key = own * 8 + before;
    const known = startSteps.get(key);
    if (known !== undefined) return known;
    if (nfa.looks.length > 0) {
      const step = stepFrom(nfa.starts, before, letter);
      startSteps.set(key, step);
      return step;
    }
    // Of many patterns: for all letters that are the same to assertions at once.
    const after = sides[own] as number;
    const { reached, matched } = closure(nfa.starts, before, after, 0);
    const kernels: number[][] = Array.from({ length: alphabet.size }, () => []);
    for (const at of reached) {
      for (const each of lettersOf(argument[at] as number)) (kernels[each] as number[]).push(out[at] as number);
    }
    for (const [each, kernel] of kernels.entries()) {
      if (sides[each] === after) startSteps.set(each * 8 + before, { kernel: sortedUnique(kernel), matched });
    }
    return startSteps.get(key) as Step;
  }

  /** Letters whose octets are in the set. */
  function lettersOf(set: number): readonly number[] {
    let list = letterLists[set];
    if (list === undefined) {
      list = [];
      for (let letter = 0; letter < alphabet.size; letter++) if (takes(set, letter)) list.push(letter);
      letterLists[set] = list;
    }
    return list;
  }

  function takes(set: number, plain: number): boolean {
    if (plain === edge) return false;
    return (sets[set] as Uint8Array)[plain < octets ? (sample[plain] as number) : LF] === 1;
  }

  function stepFrom(from: readonly number[], before: number, letter: number): Step {
    const plain = letters.plain(letter);
    const { reached, matched } = closure(from, before, sides[plain] as number, letters.looks(letter));
    const kernel: number[] = [];
    for (const at of reached) if (takes(argument[at] as number, plain)) kernel.push(out[at] as number);
    return { kernel: first ? [...new Set(kernel)] : sortedUnique(kernel), matched };
  }

  reset();
  return dfa;
}

interface Step {
  readonly kernel: readonly number[];
  readonly matched: readonly number[];
}

function sortedUnique(list: number[]): readonly number[] {
  if (list.length < 2) return list;
  list.sort((a, b) => a - b);
  let kept = 1;
  for (let i = 1; i < list.length; i++) if (list[i] !== list[i - 1]) list[kept++] = list[i] as number;
  list.length = kept;
  return list;
}

/** Both sorted. */
function merged(a: readonly number[], b: readonly number[]): readonly number[] {
  if (b.length === 0) return a;
  return sortedUnique([...a, ...b]);
}
