/**
 * Patterns held against the pieces of a text together: one search for the literals that they need says on which pieces each of them
 * is run; those without literals are searched for together, by automata that read everything once.
 */

import { type RoughSet, roughSet } from '../../../tables/regex/automaton/rough-set.js';
import { type LiteralSearch, literalSearch, searchedText } from '../../../tables/regex/literal-search.js';
import { rarity } from '../../../tables/regex/rarity.js';
import type { Clause } from '../../../tables/regex/required-literals.js';
import type { Pieces } from '../mail/pieces.js';
import { compiledOf } from './compile.js';
import type { MakePatternSet, SetMember } from './pattern-set.js';

/** Strings that are expected more often, for each octet, leave little out. */
const COMMON = 0.001;
/** Patterns of fewer octets match nearly everywhere, or are found as fast by themselves. */
const SHORT = 2;

interface Prepared {
  readonly literals: LiteralSearch | undefined;
  /** By the index of a literal: the members that need it. */
  readonly membersOf: readonly (readonly number[])[];
  readonly rough: RoughSet | undefined;
  /** By the index in `rough`: the member. */
  readonly roughMembers: readonly number[];
  /** Of which nothing is known. */
  readonly always: readonly number[];
}

export const makePatternSet: MakePatternSet = (members) => {
  let made: Prepared | undefined;
  const prepared = (): Prepared => (made ??= prepare(members));
  return {
    run(text, hit) {
      if (text.ends.length === 0) return;
      const candidates = candidatesIn(prepared(), members.length, text);
      for (const [index, pieces] of candidates) {
        const count = countIn(members[index] as SetMember, text, pieces);
        if (count > 0) hit(index, count);
      }
    },
    warm: () => void prepared(),
  };
};

function countIn({ pattern, most }: SetMember, text: Pieces, pieces: readonly number[]): number {
  let count = 0;
  for (const piece of pieces) {
    count += pattern.count(text, piece, most - count);
    if (count >= most) break;
  }
  return count;
}

function prepare(members: readonly SetMember[]): Prepared {
  const lists = new Map<string, number[]>();
  const without: number[] = [];
  const always: number[] = [];
  for (const [index, { pattern }] of members.entries()) {
    const compiled = compiledOf(pattern);
    const best: Clause | undefined = compiled?.required[0];
    if (best !== undefined && rarity(best) < COMMON) for (const literal of best) listed(lists, literal).push(index);
    else if (compiled === undefined || compiled.least < SHORT) always.push(index);
    else without.push(index);
  }
  const rough = without.flatMap((index) => compiledOf((members[index] as SetMember).pattern)?.beginning() ?? []);
  return {
    literals: lists.size === 0 ? undefined : literalSearch([...lists.keys()]),
    membersOf: [...lists.values()],
    rough: without.length === 0 ? undefined : roughSet(rough),
    roughMembers: without,
    always,
  };
}

function listed(lists: Map<string, number[]>, literal: string): number[] {
  const known = lists.get(literal);
  if (known !== undefined) return known;
  const list: number[] = [];
  lists.set(literal, list);
  return list;
}

/** By the member: the pieces in which it may match, in order. */
function candidatesIn(prepared: Prepared, members: number, text: Pieces): ReadonlyMap<number, readonly number[]> {
  const { literals, membersOf, rough, roughMembers, always } = prepared;
  const { octets, ends } = text;
  const found = new Map<number, number[]>();
  const add = (member: number, piece: number): void => {
    const list = found.get(member);
    if (list === undefined) found.set(member, [piece]);
    else if (list[list.length - 1] !== piece) list.push(piece);
  };
  const size = ends[ends.length - 1] as number;
  literals?.each(searchedText(octets), 0, size, (literal, from) => {
    const piece = pieceAt(ends, from);
    for (const member of membersOf[literal] as readonly number[]) add(member, piece);
  });
  for (const pieces of found.values()) ordered(pieces);
  let from = 0;
  for (const [piece, to] of ends.entries()) {
    rough?.seenIn({ octets, from, to }, (index) => add(roughMembers[index] as number, piece));
    for (const member of always) add(member, piece);
    from = to;
  }
  return members === 0 ? new Map() : found;
}

/** Two searches, for short and for long literals, tell pieces in their order each. */
function ordered(pieces: number[]): void {
  if (pieces.length < 2) return;
  pieces.sort((a, b) => a - b);
  let kept = 1;
  for (let i = 1; i < pieces.length; i++) if (pieces[i] !== pieces[i - 1]) pieces[kept++] = pieces[i] as number;
  pieces.length = kept;
}

function pieceAt(ends: readonly number[], at: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
