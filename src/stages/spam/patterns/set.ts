/**
 * Patterns held against the pieces of a text together: one search for the literals that they need says on which pieces each of them
 * is run; those without literals are searched for together, by automata that read everything once.
 */

import { type RoughSet, roughSet } from '../../../tables/regex/automaton/rough-set.js';
import { type LiteralSearch, literalSearch, searchedText } from '../../../tables/regex/literal-search.js';
import { rarity } from '../../../tables/regex/rarity.js';
import type { Clause } from '../../../tables/regex/required-literals.js';
import { compiledOf } from './compile.js';
import type { PatternSet, SetMember } from './pattern-set.js';

/** Strings that are expected more often, for each octet, leave little out. */
const COMMON = 0.001;
/** Patterns of fewer octets match nearly everywhere, or are found as fast by themselves. */
const SHORT = 2;
/** Bits of a number for the clauses of a member. */
const CLAUSE_BITS = 2;

interface Prepared {
  readonly literals: LiteralSearch | undefined;
  /** By the index of a literal: the members that need it, each with the number of the clause in which they do. */
  readonly needers: readonly (readonly number[])[];
  /** By the member: a bit for each clause of which it needs a literal. */
  readonly needed: Uint8Array;
  readonly rough: RoughSet | undefined;
  /** By the index in `rough`: the member. */
  readonly roughMembers: readonly number[];
  /** Of which nothing is known. */
  readonly always: readonly number[];
  /** By the member: what of it was seen in a piece. All 0 between runs. */
  readonly seen: Uint8Array;
  /** By the member: its matches in the pieces so far. All 0 between runs. */
  readonly counts: Float64Array;
}

export function makePatternSet(members: readonly SetMember[]): PatternSet {
  let made: Prepared | undefined;
  const prepared = (): Prepared => (made ??= prepare(members));
  return {
    run(text, hit, gaveUp) {
      if (text.ends.length > 0 && members.length > 0) runAll(prepared(), members, text, hit, gaveUp);
    },
    warm: () => void prepared(),
  };
}

const runAll = (prepared: Prepared, members: readonly SetMember[], ...args: Parameters<PatternSet['run']>): void => {
  const [text, hit, gaveUp] = args;
  const { literals, rough, roughMembers, always, needed, seen, counts } = prepared;
  const { octets, ends } = text;
  const found: number[] = [];
  let running = 0;
  const told = gaveUp && (() => gaveUp(running));
  const runOn = (piece: number, member: number): void => {
    const { pattern, most } = members[member] as SetMember;
    const before = counts[member] as number;
    if (before >= most) return;
    running = member;
    const count = pattern.count(text, piece, most - before, told);
    if (count === 0) return;
    if (before === 0) found.push(member);
    counts[member] = before + count;
  };
  const met: number[] = [];
  const note = (member: number, bits: number): void => {
    if (seen[member] === 0) met.push(member);
    seen[member] = (seen[member] as number) | bits;
  };
  const noteLiteral = (literal: number): void => {
    const needers = prepared.needers[literal] as readonly number[];
    for (let i = 0; i < needers.length; i++) {
      const needer = needers[i] as number;
      note(needer >> CLAUSE_BITS, 1 << (needer & ((1 << CLAUSE_BITS) - 1)));
    }
  };
  const noteRough = (index: number): void => {
    const member = roughMembers[index] as number;
    note(member, needed[member] as number);
  };
  const search = literals && searchedText(octets);
  let from = 0;
  for (let piece = 0; piece < ends.length; piece++) {
    const to = ends[piece] as number;
    if (search !== undefined) literals?.each(search, from, to, noteLiteral);
    rough?.seenIn({ octets, from, to }, noteRough);
    for (let i = 0; i < met.length; i++) {
      const member = met[i] as number;
      if (seen[member] === needed[member]) runOn(piece, member);
      seen[member] = 0;
    }
    met.length = 0;
    for (let i = 0; i < always.length; i++) runOn(piece, always[i] as number);
    from = to;
  }
  for (const member of found) {
    const count = counts[member] as number;
    counts[member] = 0;
    hit(member, count);
  }
};

function prepare(members: readonly SetMember[]): Prepared {
  const lists = new Map<string, number[]>();
  const needed = new Uint8Array(members.length).fill(1);
  const without: number[] = [];
  const always: number[] = [];
  for (const [index, { pattern }] of members.entries()) {
    const compiled = compiledOf(pattern);
    const clauses = (compiled?.required ?? []).filter(saysMuch);
    for (const [number, clause] of clauses.entries()) {
      for (const literal of clause) listed(lists, literal).push((index << CLAUSE_BITS) + number);
    }
    if (clauses.length > 0) needed[index] = (1 << clauses.length) - 1;
    else if (compiled === undefined || compiled.least < SHORT) always.push(index);
    else without.push(index);
  }
  const rough = without.flatMap((index) => compiledOf((members[index] as SetMember).pattern)?.beginning() ?? []);
  return {
    literals: lists.size === 0 ? undefined : literalSearch([...lists.keys()]),
    needers: [...lists.values()],
    needed,
    rough: without.length === 0 ? undefined : roughSet(rough),
    roughMembers: without,
    always,
    seen: new Uint8Array(members.length),
    counts: new Float64Array(members.length),
  };
}

function saysMuch(clause: Clause, index: number): boolean {
  return rarity(clause) < COMMON && (index === 0 || clause.every((literal) => literal.length >= 4));
}

function listed(lists: Map<string, number[]>, literal: string): number[] {
  const known = lists.get(literal);
  if (known !== undefined) return known;
  const list: number[] = [];
  lists.set(literal, list);
  return list;
}
