/**
 * Many networks, one question: which entry, first in order, contains this address? This is the first match of
 * Postfix's cidr_table(5), not the longest prefix. Hash maps for each prefix length that occurs, so that a look-up
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

/** Maps nested by 32-bit word of the masked address, as many as the prefix has words; position of an entry at the end. */
type WordMap = Map<number, WordMap | number>;

/** The networks of one version and one prefix length. */
interface Level {
  readonly prefix: number;
  readonly root: WordMap;
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
      level = { prefix: network.prefix, root: new Map(), first: position };
      byPrefix.set(network.prefix, level);
    }
    addFirst(level, network.address.words, position);
  }
  return [...byPrefix.values()].sort((a, b) => a.first - b.first);
}

/** An entry whose network has one already can never be the first. */
function addFirst({ prefix, root }: Level, words: readonly number[], position: number): void {
  let map = root;
  for (let i = 0; ; i++) {
    const key = keyOf(words, i, prefix);
    const next = map.get(key);
    if (32 * (i + 1) >= prefix) {
      if (next === undefined) map.set(key, position);
      return;
    }
    const inner: WordMap = typeof next === 'object' ? next : new Map();
    if (next === undefined) map.set(key, inner);
    map = inner;
  }
}

function firstPosition(levels: readonly Level[], ip: IpAddress): number | undefined {
  let best: number | undefined;
  for (const level of levels) {
    if (best !== undefined && best < level.first) break;
    let found = level.root.get(keyOf(ip.words, 0, level.prefix));
    for (let i = 1; typeof found === 'object'; i++) found = found.get(keyOf(ip.words, i, level.prefix));
    if (found !== undefined && (best === undefined || found < best)) best = found;
  }
  return best;
}

/** The masked word as a signed integer: V8 keeps 32 bits with a sign unboxed, and looks them up three times faster. */
function keyOf(words: readonly number[], i: number, prefix: number): number {
  return maskWord(words[i] ?? 0, prefix - 32 * i) | 0;
}
