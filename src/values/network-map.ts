/**
 * Many networks, one question: which entry, first in order, contains this address? This is the first match of
 * Postfix's cidr_table(5), not the longest prefix. One hash map for each prefix length that occurs, so that a look-up
 * costs the number of lengths (at most 33 or 129), whatever the number of entries.
 */
import type { IpAddress, Network } from './ip.js';
import { maskWord } from './network.js';

export interface NetworkEntry<T> {
  readonly network: Network;
  readonly value: T;
}

export interface NetworkMap<T> {
  readonly kind: 'network-map';
  /** Entries as given, those that can never match included. */
  readonly size: number;
  /** The first entry, in the order given, whose network contains `ip`. */
  find(ip: IpAddress): NetworkEntry<T> | undefined;
}

/** The networks of one version and one prefix length: key of masked words to the position of its first entry. */
interface Level {
  readonly prefix: number;
  readonly positions: Map<number | string, number>;
  /** The lowest position in it: when a better one is found already, the level need not be asked. */
  readonly first: number;
}

/** Compiles `entries`; later changes to the array are not seen. */
export function networkMap<T>(entries: readonly NetworkEntry<T>[]): NetworkMap<T> {
  const kept = [...entries];
  const levels = { 4: levelsOf(kept, 4), 6: levelsOf(kept, 6) };
  return {
    kind: 'network-map',
    size: kept.length,
    find: (ip) => {
      const position = firstPosition(levels[ip.version], ip);
      return position === undefined ? undefined : kept[position];
    },
  };
}

function levelsOf(entries: readonly NetworkEntry<unknown>[], version: 4 | 6): readonly Level[] {
  const byPrefix = new Map<number, Level>();
  for (const [position, { network }] of entries.entries()) {
    if (network.address.version !== version) continue;
    let level = byPrefix.get(network.prefix);
    if (level === undefined) {
      level = { prefix: network.prefix, positions: new Map(), first: position };
      byPrefix.set(network.prefix, level);
    }
    const key = keyOf(network.address, network.prefix);
    if (!level.positions.has(key)) level.positions.set(key, position);
  }
  return [...byPrefix.values()].sort((a, b) => a.first - b.first);
}

function firstPosition(levels: readonly Level[], ip: IpAddress): number | undefined {
  let best: number | undefined;
  for (const level of levels) {
    if (best !== undefined && best < level.first) break;
    const position = level.positions.get(keyOf(ip, level.prefix));
    if (position !== undefined && (best === undefined || position < best)) best = position;
  }
  return best;
}

/** The masked bits: a number while they fit exactly (48 bits), else a string of 16-bit code units. */
function keyOf(ip: IpAddress, prefix: number): number | string {
  const [a = 0, b = 0, c = 0, d = 0] = ip.words;
  if (prefix <= 32) return maskWord(a, prefix);
  const second = maskWord(b, prefix - 32);
  if (prefix <= 48) return a * 0x10000 + (second >>> 16);
  const third = maskWord(c, prefix - 64);
  const fourth = maskWord(d, prefix - 96);
  // String.fromCharCode keeps the low 16 bits of each argument.
  return String.fromCharCode(a >>> 16, a, second >>> 16, second, third >>> 16, third, fourth >>> 16, fourth);
}
