/**
 * Many networks, one question: which entry, first in order, contains this address? This is the first match of
 * Postfix's cidr_table(5), not the longest prefix. Negated and grouped networks: see network-rules.ts.
 */
import type { IpAddress, Network } from './ip.js';
import { type NetworkRule, networkRules } from './network-rules.js';

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

/** Compiles `entries`; later changes to the array are not seen. A look-up costs the logarithm of their number. */
export function networkMap<T>(entries: readonly NetworkEntry<T>[]): NetworkMap<T> {
  const rules = entries.map(
    (entry): NetworkRule<NetworkEntry<T>> => ({
      kind: 'rule',
      match: { network: entry.network, negated: false },
      value: entry,
    }),
  );
  return { kind: 'network-map', size: entries.length, find: networkRules(rules) };
}
