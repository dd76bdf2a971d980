/**
 * The letters of an automaton: octets that no set of its pattern tells apart are one letter. One more stands for the ends of a text,
 * and where `$` asks for it, one for an LF that ends the text.
 */
import { type ByteSet, LF, wordSet } from '../byte-set.js';

/** What an assertion sees on one side of a position. */
export const EDGE = 0;
export const OTHER = 1;
export const WORD = 2;
export const NEWLINE = 3;
export const LAST_NEWLINE = 4;

export interface Alphabet {
  /** By the octet: its letter. */
  readonly letterOf: Uint8Array;
  /** Letters of octets are below; the two others follow. */
  readonly octets: number;
  readonly edge: number;
  /** Of an LF that ends the text; that of LF where it makes no difference. */
  readonly lastLf: number;
  readonly size: number;
  /** By the letter: any one octet of it. */
  readonly sample: Uint8Array;
  /** By the letter: what assertions see of it. */
  readonly sides: Uint8Array;
}

/** `sides`: which differences assertions ask for. */
export interface SideNeeds {
  edge: boolean;
  word: boolean;
  newline: boolean;
  lastNewline: boolean;
}

export function alphabetOf(sets: Iterable<ByteSet>, needs: SideNeeds): Alphabet {
  const letterOf = new Uint8Array(256);
  let octets = 1;
  // By the letter so far and whether it is in the set: the letter from now on.
  const split = new Int16Array(512);
  const refine = (set: ByteSet): void => {
    split.fill(-1, 0, 2 * octets);
    octets = 0;
    for (let octet = 0; octet < 256; octet++) {
      const key = (letterOf[octet] as number) * 2 + (set[octet] as number);
      if (split[key] === -1) split[key] = octets++;
      letterOf[octet] = split[key] as number;
    }
  };
  for (const set of sets) if (octets < 256) refine(set);
  if (needs.word) refine(wordSet);
  if (needs.newline || needs.lastNewline) refine(onlyLf);
  const sample = new Uint8Array(octets + 2);
  for (let octet = 255; octet >= 0; octet--) sample[letterOf[octet] as number] = octet;
  const edge = octets;
  const lastLf = needs.lastNewline ? octets + 1 : (letterOf[LF] as number);
  sample[octets + 1] = LF;
  const size = needs.lastNewline ? octets + 2 : octets + 1;
  const sides = Uint8Array.from({ length: size }, (_, letter) => {
    if (letter === edge) return needs.edge ? EDGE : OTHER;
    if (letter === lastLf && needs.lastNewline) return LAST_NEWLINE;
    const octet = sample[letter] as number;
    if (needs.newline && octet === LF) return NEWLINE;
    return needs.word && wordSet[octet] === 1 ? WORD : OTHER;
  });
  return { letterOf, octets, edge, lastLf, size, sample, sides };
}

const onlyLf: ByteSet = Uint8Array.from({ length: 256 }, (_, octet) => (octet === LF ? 1 : 0));
