/** What is asked of a text at one position: assertions, and whether a part of it stands there again. */
import { LF, wordSet } from '../byte-set.js';
import type { Assertion } from '../syntax.js';

/** A part of an array of octets that is a text by itself. */
export interface StepText {
  readonly octets: Uint8Array;
  readonly from: number;
  readonly to: number;
}

export function holds(what: Assertion, { octets, from, to }: StepText, at: number): boolean {
  switch (what) {
    case 'start':
      return at === from;
    case 'line-start':
      return at === from || (at < to && octets[at - 1] === LF);
    case 'end':
      return at === to;
    case 'line-end':
      return at === to || octets[at] === LF;
    case 'end-or-final-lf':
      return at === to || (at === to - 1 && octets[at] === LF);
    case 'word-edge':
    case 'no-word-edge': {
      const before = at > from && wordSet[octets[at - 1] as number] === 1;
      const after = at < to && wordSet[octets[at] as number] === 1;
      return (before !== after) === (what === 'word-edge');
    }
  }
}

/** Where it ends when what lies in `from` to before `to` is at `at` too; -1 when it is not. */
export function repeatedTo(text: StepText, from: number, to: number, at: number, fold: boolean): number {
  const { octets } = text;
  if (at + to - from > text.to) return -1;
  for (let i = 0; i < to - from; i++) {
    const a = octets[from + i] as number;
    const b = octets[at + i] as number;
    if (a !== b && !(fold && folded[a] === folded[b])) return -1;
  }
  return at + to - from;
}

/** Lower case of Latin-1. */
const folded: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) => {
  const upper = (octet >= 0x41 && octet <= 0x5a) || (octet >= 0xc0 && octet <= 0xde && octet !== 0xd7);
  return upper ? octet + 32 : octet;
});

/** The octet, ASCII and Latin-1 letters in lower case. */
export function foldedOctet(octets: Uint8Array, at: number): number {
  return folded[octets[at] as number] as number;
}
