/**
 * Networks in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3), as Postfix writes them in cidr tables and
 * mynetworks: `192.0.2.0/24`, `2001:db8::/32`, `[2001:db8::]/32`, or a bare address. What is written as IPv6 is a network of
 * IPv6: one of IPv4-mapped addresses (`::ffff:0:0/96`) holds no IPv4 client. Many networks at once: see network-map.ts. Host
 * names, `!` and file names of mynetworks are no part of this.
 */
import { excerpt } from './characters.js';
import { type IpAddress, type Network, parseIpWords, unmappedIp } from './ip.js';
import { malformed, type Parsed, parsed } from './parsed.js';

export interface NetworkOptions {
  /** What to do with `192.0.2.1/24`, whose address has bits behind the prefix. Default `refuse`, as Postfix does. */
  readonly hostBits?: 'refuse' | 'mask';
}

/**
 * A bare address is a network of its full length. `::ffff:192.0.2.0/120` contains nothing: IPv4-mapped addresses are read as
 * IPv4 (parseIp), and no IPv6 network has those, as in Postfix. Write `192.0.2.0/24`.
 */
export function parseNetwork(text: string, options: NetworkOptions = {}): Parsed<Network> {
  const parts = splitNetwork(text);
  if (parts.kind === 'malformed') return parts;
  const words = parseIpWords(parts.value.address);
  if (words.kind === 'malformed') return malformed(words.why, words.at + parts.value.at);
  const length = words.value.length * 32;
  const prefix = parts.value.prefix ?? length;
  if (prefix > length) return malformed(`bad prefix length in ${excerpt(text)}, at most ${length} expected`);
  const masked = maskWords(words.value, prefix);
  const network = networkOf(masked, prefix);
  if (options.hostBits !== 'mask' && masked.some((word, i) => word !== words.value[i])) {
    return malformed(
      `non-null host address bits in ${excerpt(text)}, perhaps you should use "${network.text}" instead`,
    );
  }
  return parsed(network);
}

export function networkContains(network: Network, ip: IpAddress): boolean {
  if (network.address.version !== ip.version) return false;
  return network.address.words.every((word, i) => word === maskWord(ip.words[i] ?? 0, network.prefix - 32 * i));
}

/** `word` with only its first `bits` bits; any number of bits is taken, below 0 as 0 and above 32 as 32. */
export function maskWord(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : (word & (-1 << (32 - bits))) >>> 0;
}

function maskWords(words: readonly number[], prefix: number): readonly number[] {
  return words.map((word, i) => maskWord(word, prefix - 32 * i));
}

function networkOf(words: readonly number[], prefix: number): Network {
  const address = unmappedIp(words);
  return { kind: 'network', address, prefix, text: `${address.text}/${prefix}` };
}

interface NetworkParts {
  readonly address: string;
  /** Where `address` begins. */
  readonly at: number;
  readonly prefix: number | undefined;
}

function splitNetwork(text: string): Parsed<NetworkParts> {
  const at = text.startsWith('[') ? 1 : 0;
  const close = at === 1 ? text.indexOf(']') : -1;
  if (at === 1 && close < 0) return malformed(`missing "]" after ${excerpt(text)}`, text.length);
  const slash = text.indexOf('/', Math.max(close, 0));
  const end = slash < 0 ? text.length : slash;
  if (close >= 0 && end !== close + 1) {
    return malformed(`garbage after ${excerpt(text.slice(0, close + 1))}`, close + 1);
  }
  const address = text.slice(at, close < 0 ? end : close);
  if (slash < 0) return parsed({ address, at, prefix: undefined });
  const digits = text.slice(slash + 1);
  if (!/^[0-9]{1,3}$/.test(digits))
    return malformed(`bad prefix length in ${excerpt(text)}, digits expected`, slash + 1);
  return parsed({ address, at, prefix: Number(digits) });
}
