/**
 * The letters of an automaton with look-around: a letter of the alphabet together with the look-arounds that hold before it. Of
 * the many combinations few are met: each gets its number when it first is.
 */
import type { Alphabet } from './alphabet.js';
import type { Letters } from './dfa.js';

/** What an automaton without look-around reads. */
export function plainLetters({ size }: Alphabet): Letters {
  return { size, plain: (letter) => letter, looks: () => 0 };
}

export interface CombinedLetters extends Letters {
  /** Makes letters of the alphabet these letters with the look-arounds that hold at their places. */
  combine(plain: Uint16Array, looks: Uint16Array): void;
}

export function combinedLetters({ size }: Alphabet, looks: number): CombinedLetters {
  const numbers = new Int32Array(size << looks);
  const met: number[] = [0];
  return {
    get size() {
      // In steps: each growth makes a table anew.
      let room = 32;
      while (room < met.length) room *= 2;
      return room;
    },
    plain: (letter) => (met[letter] as number) % size,
    looks: (letter) => Math.trunc((met[letter] as number) / size),
    combine(plain, held) {
      for (let at = 0; at < plain.length; at++) {
        const combined = (held[at] as number) * size + (plain[at] as number);
        if (numbers[combined] === 0) numbers[combined] = met.push(combined) - 1;
        plain[at] = numbers[combined] as number;
      }
    },
  };
}
