/**
 * Literals of similar length, searched for by grams (runs of one, two or four octets): of each literal a window is
 * chosen, all grams in it are kept, and of the text only every `stride`-th gram is looked up. Each occurrence is met
 * once that way. In grams, octets are folded by `| 0x20`: more is found than is there, but nothing is missed.
 *
 * Memory: 2^12 to 2^20 bits of filter, and 16 octets for each kept gram, of which a literal has at most `STRIDE_LIMIT`.
 */
import { probability } from './rarity.js';

export interface GramGroup {
  /** Octets of a gram: 1, 2 or 4. */
  readonly width: number;
  readonly stride: number;
  /** One bit for each hash of a gram, 2^(32 - shift) of them. */
  readonly filter: Int32Array;
  readonly shift: number;
  /** By the hash of a gram: 1 + the index of an entry, 0 for none. */
  readonly heads: Int32Array;
  readonly headShift: number;
  /** Four numbers an entry: gram, next entry as in `heads`, id of the literal, offset of the gram in it. */
  readonly entries: Int32Array;
}

const STRIDE_LIMIT = 5;
/** With very many literals, fewer grams of each. */
const MANY = 4000;
/** Octets that are compared. */
const LONGEST = 64;

/** By the octet: its lower case in Latin-1, as literals have it. */
export const lowerCase: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  String.fromCharCode(octet).toLowerCase().charCodeAt(0),
);

/** Octets of a literal as they are compared. */
export function foldedOctets(text: string): Uint8Array {
  return Uint8Array.from(text.slice(0, LONGEST), (character) => lowerCase[character.charCodeAt(0)] as number);
}

export function hashOf(gram: number, shift: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> shift;
}

/** `ids` of the literals of which the group is made; none is empty. */
export function gramGroup(literals: readonly Uint8Array[], ids: readonly number[]): GramGroup {
  const least = Math.min(...ids.map((id) => (literals[id] as Uint8Array).length));
  const width = least >= 4 ? 4 : least >= 2 ? 2 : 1;
  const stride = Math.min(least - width + 1, ids.length > MANY ? 2 : STRIDE_LIMIT);
  const count = ids.length * stride;
  const shift = 32 - Math.min(20, Math.max(12, Math.ceil(Math.log2(count)) + 6));
  const headShift = 32 - Math.min(20, Math.max(4, Math.ceil(Math.log2(count)) + 1));
  const filter = new Int32Array(2 ** (32 - shift - 5));
  const heads = new Int32Array(2 ** (32 - headShift));
  const entries = new Int32Array(4 * count);
  const used = new Map<number, number>();
  let made = 0;
  for (const id of ids) {
    const octets = literals[id] as Uint8Array;
    const window = windowOf(octets, width, stride, used);
    for (let offset = window; offset < window + stride; offset++) {
      const gram = gramAt(octets, offset, width);
      used.set(gram, (used.get(gram) ?? 0) + 1);
      const hash = hashOf(gram, shift);
      filter[hash >>> 5] = (filter[hash >>> 5] as number) | (1 << (hash & 31));
      const head = hashOf(gram, headShift);
      entries.set([gram, heads[head] as number, id, offset], 4 * made);
      heads[head] = ++made;
    }
  }
  return { width, stride, filter, shift, heads, headShift, entries };
}

/** Of a folded text. */
export function gramAt(octets: Uint8Array, at: number, width: number): number {
  let gram = 0;
  for (let i = 0; i < width; i++) gram |= ((octets[at + i] as number) | 0x20) << (8 * i);
  return gram;
}

/** Where the grams are rare in mail, and not those of many other literals. */
function windowOf(octets: Uint8Array, width: number, stride: number, used: ReadonlyMap<number, number>): number {
  const text = String.fromCharCode(...octets);
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let from = 0; from + stride + width - 1 <= octets.length; from++) {
    let sum = 0;
    for (let at = from; at < from + stride; at++) {
      sum += probability(text, at, at + width) + 1e-6 * (used.get(gramAt(octets, at, width)) ?? 0);
    }
    if (sum < least) {
      least = sum;
      best = from;
    }
  }
  return best;
}
