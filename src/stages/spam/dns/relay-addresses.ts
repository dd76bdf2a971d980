/**
 * Which hosts of a message's way a list is asked about, by the end of the set's name (Mail::SpamAssassin::Conf(3), "check_rbl"):
 * `-lastexternal` the one that handed it to our networks, `-notfirsthop` all outside but the one it comes from, `-firsttrusted` the
 * one whose address we can believe, `-untrusted` all behind that; else all untrusted ones, the oldest first.
 */
import { parseIp, reverseLabels } from '../../../values/ip.js';
import type { Relay, Relays } from '../relays/relay.js';

/** `nice`: the rule is for good hosts, so that trusted ones are asked about too. `limit`: addresses at most. */
export function addressesFor(set: string, relays: Relays, nice: boolean, limit: number): readonly string[] {
  const untrusted = publicAddresses(relays.untrusted);
  // All of the Internet is trusted, then.
  if (untrusted.length === 0) return [];
  const chosen = bySuffix(set, relays, untrusted).slice(0, limit);
  if (nice) return chosen;
  const trusted = new Set(relays.trusted.map(({ ip }) => ip));
  const first = chosen.findIndex((ip) => !trusted.has(ip));
  return first < 0 ? [] : chosen.slice(first);
}

function bySuffix(set: string, relays: Relays, untrusted: readonly string[]): readonly string[] {
  const suffix = /-(notfirsthop|lastexternal|firsttrusted|untrusted)$/.exec(set)?.[1];
  switch (suffix) {
    case 'lastexternal':
      return outside(relays).slice(0, 1);
    case 'notfirsthop': {
      const all = outside(relays);
      // One hop alone: a user may use the server of the provider.
      return all.length > 1 ? all.slice(0, -1) : all;
    }
    case 'firsttrusted':
      return untrusted.slice(0, 1);
    case 'untrusted':
      return untrusted.slice(1);
    default:
      return untrusted.toReversed();
  }
}

function outside({ trusted, untrusted }: Relays): readonly string[] {
  return publicAddresses([...trusted.filter(({ internal }) => !internal), ...untrusted]);
}

function publicAddresses(relays: readonly Relay[]): readonly string[] {
  return [...new Set(relays.filter(({ ip, ipPrivate }) => ip !== '' && !ipPrivate).map(({ ip }) => ip))];
}

/** `1.2.0.192`; undefined for what is no address. */
export function reversed(address: string): string | undefined {
  const ip = parseIp(address);
  return ip.kind === 'parsed' ? reverseLabels(ip.value) : undefined;
}
