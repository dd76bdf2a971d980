/**
 * Many literals searched for at once in octets, without decoding them and without regard to letter case. It says where
 * one may be (only the first octets of long ones are compared), never that one is not there when it is. Time is linear in the text, but
 * for texts made of grams that many literals share: there an octet costs as many comparisons as such literals.
 */
import { foldedOctets, type GramGroup, gramAt, gramGroup, hashOf, lowerCase } from './gram-group.js';

export interface LiteralSearch {
  /** Where the first occurrence at or after `from` begins; the size of the text when there is none. */
  next(text: SearchedText, from: number): number;
  /** Tells the index of each literal that lies in `start` to before `end`, and where; some of them more than once. */
  each(text: SearchedText, start: number, end: number, seen: (literal: number, from: number) => void): void;
}

/** The octets of a text, with what is needed to read four at a time, and how far each group has been searched. */
export interface SearchedText {
  readonly octets: Uint8Array;
  readonly view: DataView;
  /** For each group: nothing begins from where the search began up to here. */
  readonly from: number[];
  readonly to: number[];
}

export function searchedText(octets: Uint8Array): SearchedText {
  return { octets, view: new DataView(octets.buffer, octets.byteOffset, octets.byteLength), from: [], to: [] };
}

/** `strings` in lower case; none is empty. */
export function literalSearch(strings: readonly string[]): LiteralSearch {
  const literals = strings.map(foldedOctets);
  const ids = literals.map((_, id) => id);
  // Short ones apart: they would make all others be searched for by short grams.
  const groups = [
    ids.filter((id) => (literals[id] as Uint8Array).length >= 4),
    ids.filter((id) => (literals[id] as Uint8Array).length < 4),
  ]
    .filter((members) => members.length > 0)
    .map((members) => gramGroup(literals, members));
  return {
    next(text, from) {
      let first = text.octets.length;
      for (const [index, group] of groups.entries())
        first = Math.min(first, nextOf(group, index, literals, text, from));
      return first;
    },
    each(text, start, end, seen) {
      for (const group of groups) eachOf(group, literals, text, start, end, seen);
    },
  };
}

/** Remembers where the search was and what it found: the next question begins behind. */
function nextOf(
  group: GramGroup,
  index: number,
  literals: readonly Uint8Array[],
  text: SearchedText,
  from: number,
): number {
  const known = text.to[index];
  if (known !== undefined && from <= known && from >= (text.from[index] as number)) return known;
  const found = firstOf(group, literals, text, from);
  text.from[index] = from;
  text.to[index] = found;
  return found;
}

function firstOf(group: GramGroup, literals: readonly Uint8Array[], text: SearchedText, from: number): number {
  const { octets } = text;
  for (let at = from; ; at += group.stride) {
    at = candidate(group, text, at, octets.length);
    if (at === octets.length) return at;
    let first = octets.length;
    verify(group, literals, octets, at, from, octets.length, (_, start) => {
      first = Math.min(first, start);
    });
    // One that is met later may begin earlier, but ends behind this one's beginning, and so does its piece.
    if (first < octets.length) return first;
  }
}

function eachOf(
  group: GramGroup,
  literals: readonly Uint8Array[],
  text: SearchedText,
  start: number,
  end: number,
  seen: (literal: number, from: number) => void,
): void {
  for (let at = start; ; at += group.stride) {
    at = candidate(group, text, at, end);
    if (at === end) return;
    verify(group, literals, text.octets, at, start, end, seen);
  }
}

/** The first place from `at` on, in steps of the stride, where a gram passes the filter; `end` when there is none. */
function candidate(group: GramGroup, text: SearchedText, from: number, end: number): number {
  if (group.width !== 4) return shortCandidate(group, text.octets, from, end);
  const { filter, shift, stride } = group;
  const { view } = text;
  const last = end - 4;
  for (let at = from; at <= last; at += stride) {
    const gram = view.getInt32(at, true) | 0x20202020;
    // hashOf, written out.
    const hash = Math.imul(gram, 0x9e3779b1) >>> shift;
    if ((((filter[hash >>> 5] as number) >>> (hash & 31)) & 1) !== 0 && isKept(group, gram)) return at;
  }
  return end;
}

function isKept({ heads, headShift, entries }: GramGroup, gram: number): boolean {
  for (let entry = heads[hashOf(gram, headShift)] as number; entry !== 0; ) {
    const base = 4 * (entry - 1);
    if (entries[base] === gram) return true;
    entry = entries[base + 1] as number;
  }
  return false;
}

function shortCandidate({ filter, shift, stride, width }: GramGroup, octets: Uint8Array, from: number, end: number) {
  const last = end - width;
  for (let at = from; at <= last; at += stride) {
    const gram =
      width === 1 ? (octets[at] as number) | 0x20 : (octets[at] as number) | ((octets[at + 1] as number) << 8) | 0x2020;
    const hash = Math.imul(gram, 0x9e3779b1) >>> shift;
    if ((((filter[hash >>> 5] as number) >>> (hash & 31)) & 1) !== 0) return at;
  }
  return end;
}

/** Tells the literals of which the gram at `at` is one that is kept, and that lie in `start` to before `end`. */
function verify(
  { width, heads, headShift, entries }: GramGroup,
  literals: readonly Uint8Array[],
  octets: Uint8Array,
  at: number,
  start: number,
  end: number,
  seen: (literal: number, from: number) => void,
): void {
  const gram = gramAt(octets, at, width);
  for (let entry = heads[hashOf(gram, headShift)] as number; entry !== 0; ) {
    const base = 4 * (entry - 1);
    entry = entries[base + 1] as number;
    if (entries[base] !== gram) continue;
    const id = entries[base + 2] as number;
    const literal = literals[id] as Uint8Array;
    const from = at - (entries[base + 3] as number);
    if (from >= start && from + literal.length <= end && isAt(literal, octets, from)) seen(id, from);
  }
}

function isAt(literal: Uint8Array, octets: Uint8Array, from: number): boolean {
  // From the end: what the gram is a part of is mostly there.
  for (let i = literal.length - 1; i >= 0; i--) {
    if (lowerCase[octets[from + i] as number] !== literal[i]) return false;
  }
  return true;
}
