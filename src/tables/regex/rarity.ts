/**
 * How often a string may be expected in mail, roughly: enough to choose the better of two. Characters are taken to be
 * independent of each other, with the frequencies of English text, tags, and base64 mixed.
 */

const letters = 'etaoinsrhldcumfpgwybvkxjqz';
const frequencies: Float64Array = new Float64Array(256).fill(0.001);
for (const [rank, letter] of [...letters].entries()) {
  const upper = letter.charCodeAt(0) - 32;
  frequencies[upper] = 0.012;
  frequencies[upper + 32] = 0.015 + 0.07 * 0.85 ** rank;
}
for (const [characters, frequency] of [
  ['0123456789', 0.012],
  ['.,:;/-=_<>"()\'+', 0.008],
  [' ', 0.12],
  ['\r\n', 0.015],
] as const) {
  for (const character of characters) frequencies[character.charCodeAt(0)] = frequency;
}

/** Expected at an octet of a text, upper case being as good as lower case. */
export function rarity(strings: readonly string[]): number {
  let sum = 0;
  for (const text of strings) sum += probability(text, 0, Math.min(text.length, 12));
  return sum;
}

/** Of the characters from `from` to before `to`. */
export function probability(text: string, from: number, to: number): number {
  let product = 1;
  for (let at = from; at < to; at++) product *= frequencies[text.charCodeAt(at) & 255] as number;
  return product;
}
