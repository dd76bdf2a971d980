/**
 * Automata over texts: whether a pattern matches, which of several do, and at which positions a match begins or ends.
 */
import type { Alphabet } from './alphabet.js';
import { DEAD, type Dfa } from './dfa.js';

/** A part of an array of octets that is a text by itself. */
export interface Span {
  readonly octets: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Forwards. Stops at the first match. */
export function matchesSpan(dfa: Dfa, { letterOf, edge, lastLf }: Alphabet, { octets, from, to }: Span): boolean {
  let { table } = dfa;
  let place = dfa.initial;
  // An LF at the end may be another letter.
  const last = to > from && octets[to - 1] === 10 ? to - 1 : to;
  for (let at = from; at < last; at++) {
    const letter = letterOf[octets[at] as number] as number;
    let entry = table[place + letter] as number;
    if (entry <= 0) {
      if (entry === 0) {
        entry = dfa.fill(place, letter);
        table = dfa.table;
      }
      if (entry < 0) return entry !== DEAD;
    }
    place = entry;
  }
  if (last < to) {
    const entry = entryOf(dfa, place, lastLf);
    if (entry < 0) return entry !== DEAD;
    place = entry;
  }
  return entryOf(dfa, place, edge) < DEAD;
}

/** Which of the patterns of a set match. A pattern may be told more than once. */
export function collectFrom(
  dfa: Dfa,
  { letterOf, edge, lastLf }: Alphabet,
  { octets, from, to }: Span,
  seen: (members: readonly number[]) => void,
): void {
  let { table } = dfa;
  let place = dfa.initial;
  const last = to > from && octets[to - 1] === 10 ? to - 1 : to;
  for (let at = from; at <= to; at++) {
    const letter = at < last ? (letterOf[octets[at] as number] as number) : at < to ? lastLf : edge;
    let entry = table[place + letter] as number;
    if (entry <= 0) {
      if (entry === 0) {
        entry = dfa.fill(place, letter);
        table = dfa.table;
        if (entry < DEAD) seen(dfa.matched);
      } else if (entry < DEAD) seen(dfa.matchedAt(place, letter));
      if (entry === DEAD) return;
      if (entry < 0) entry = -entry;
    }
    place = entry;
  }
}

/** Forwards over given letters: `letters[i]` is that of position `i`, `count` that of the text. */
export function matchesLetters(dfa: Dfa, letters: Uint16Array, count: number): boolean {
  let { table } = dfa;
  let place = dfa.initial;
  for (let at = 0; at <= count; at++) {
    const letter = letters[at] as number;
    let entry = table[place + letter] as number;
    if (entry <= 0) {
      if (entry === 0) {
        entry = dfa.fill(place, letter);
        table = dfa.table;
      }
      if (entry < 0) return entry !== DEAD;
    }
    place = entry;
  }
  return false;
}

/** Forwards: sets `bit` where a match ends. */
export function markEnds(dfa: Dfa, letters: Uint16Array, count: number, marks: Uint16Array, bit: number): void {
  let place = dfa.initial;
  for (let at = 0; at <= count; at++) {
    let entry = entryOf(dfa, place, letters[at] as number);
    if (entry === DEAD) return;
    if (entry < 0) {
      marks[at] = (marks[at] as number) | bit;
      entry = -entry;
    }
    place = entry;
  }
}

/**
 * Backwards: sets `bit` where a match begins. `letters[i]` is that of the position before `i`, that is of the octet which comes next
 * when one goes down from `i`.
 */
export function markBeginnings(dfa: Dfa, letters: Uint16Array, count: number, marks: Uint16Array, bit: number): void {
  let place = dfa.initial;
  for (let at = count; at >= 0; at--) {
    let entry = entryOf(dfa, place, letters[at] as number);
    if (entry === DEAD) return;
    if (entry < 0) {
      marks[at] = (marks[at] as number) | bit;
      entry = -entry;
    }
    place = entry;
  }
}

/** Positions that may yet be read. */
export interface Reading {
  left: number;
}

/** With an automaton for first matches: where the first match from `from` on ends; -1 when there is none, or none may be looked for. */
export function endOfFirst(
  dfa: Dfa,
  { sides, edge }: Alphabet,
  plain: (letter: number) => number,
  letters: Uint16Array,
  from: number,
  reading: Reading,
): number {
  let place = dfa.startAt(sides[from === 0 ? edge : plain(letters[from - 1] as number)] as number);
  let end = -1;
  const { left } = reading;
  for (let at = from; at < letters.length; at++) {
    reading.left = left + from - at;
    if (reading.left < 0) return -1;
    let entry = entryOf(dfa, place, letters[at] as number);
    if (entry === DEAD) return end;
    if (entry < 0) {
      end = at;
      entry = -entry;
    }
    place = entry;
  }
  return end;
}

function entryOf(dfa: Dfa, place: number, letter: number): number {
  const entry = dfa.table[place + letter] as number;
  return entry === 0 ? dfa.fill(place, letter) : entry;
}
