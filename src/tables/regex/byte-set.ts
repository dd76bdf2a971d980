/**
 * Sets of octets: what a character class comes to. All 256 members are written out, so that negation, letter case and
 * the named classes of POSIX and PCRE mean the same under every engine: those of the C locale, as in Postfix.
 */

/** Index is the octet, 1 for a member. Not changed once it is in a node. */
export type ByteSet = Uint8Array;

export function setOf(...ranges: readonly (readonly [number, number])[]): ByteSet {
  const set = new Uint8Array(256);
  for (const [from, to] of ranges) set.fill(1, from, to + 1);
  return set;
}

export function complement(set: ByteSet): ByteSet {
  return set.map((member) => 1 - member);
}

/** Adds the members of `other` to `set`, which is changed. */
export function addAll(set: ByteSet, other: ByteSet): void {
  for (let octet = 0; octet < 256; octet++) if (other[octet] === 1) set[octet] = 1;
}

/** Adds the other case of each ASCII letter in `set`, which is changed. */
export function addOtherCase(set: ByteSet): void {
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    if (set[upper] === 1) set[upper + 32] = 1;
    else if (set[upper + 32] === 1) set[upper] = 1;
  }
}

/** As Unicode has them: `\xc0` and `\xe0`, but not `\xd7` and `\xf7`. */
export function addOtherCaseOfLatin1(set: ByteSet): void {
  addOtherCase(set);
  for (let upper = 0xc0; upper <= 0xde; upper++) {
    if (upper === 0xd7) continue;
    if (set[upper] === 1) set[upper + 32] = 1;
    else if (set[upper + 32] === 1) set[upper] = 1;
  }
}

export const LF = 10;

const upper = setOf([0x41, 0x5a]);
const lower = setOf([0x61, 0x7a]);
const digit = setOf([0x30, 0x39]);
const alpha = setOf([0x41, 0x5a], [0x61, 0x7a]);
const alnum = setOf([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]);
const space = setOf([9, 13], [32, 32]);

export const anyOctet: ByteSet = setOf([0, 255]);
export const notLf: ByteSet = setOf([0, 9], [11, 255]);
export const wordSet: ByteSet = setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
export const spaceSet: ByteSet = space;
export const digitSet: ByteSet = digit;
/** pcre2pattern(3), `\h` in 8-bit mode. */
export const horizontalSet: ByteSet = setOf([9, 9], [32, 32], [0xa0, 0xa0]);
/** pcre2pattern(3), `\v`. */
export const verticalSet: ByteSet = setOf([10, 13], [0x85, 0x85]);

/** By the name between `[:` and `:]`. */
export const namedSets: ReadonlyMap<string, ByteSet> = new Map([
  ['alnum', alnum],
  ['alpha', alpha],
  ['ascii', setOf([0, 127])],
  ['blank', setOf([9, 9], [32, 32])],
  ['cntrl', setOf([0, 31], [127, 127])],
  ['digit', digit],
  ['graph', setOf([33, 126])],
  ['lower', lower],
  ['print', setOf([32, 126])],
  ['punct', setOf([33, 47], [58, 64], [91, 96], [123, 126])],
  ['space', space],
  ['upper', upper],
  ['word', wordSet],
  ['xdigit', setOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66])],
]);
