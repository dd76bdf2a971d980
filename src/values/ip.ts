/**
 * IP addresses: RFC 4291 section 2.2 text forms in, RFC 5952 text out. Strict on purpose: what other parsers read as
 * an address in their own way (`127.1`, `0177.0.0.1`, `0x7f.1`, `fe80::1%eth0`) is refused. The `IPv6:` tag of
 * RFC 5321 section 4.1.3 belongs to address literals (mailbox.ts), networks are in network.ts.
 */
import { excerpt } from './characters.js';
import { malformed, type Parsed, parsed } from './parsed.js';

export interface IpAddress {
  readonly kind: 'ip';
  readonly version: 4 | 6;
  /** Canonical text: dotted decimal, or RFC 5952. An IPv4-mapped IPv6 address is the IPv4 address. */
  readonly text: string;
  /** Unsigned 32-bit words in network order: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
}

export interface Network {
  readonly kind: 'network';
  readonly address: IpAddress;
  /** Bits, 0-32 or 0-128. */
  readonly prefix: number;
  /** `192.0.2.0/24`. */
  readonly text: string;
}

/** The longest text form: six groups of four and an embedded IPv4 address. */
const LONGEST = 45;

/** Four decimal octets without leading zeros, or IPv6 without brackets and zone. `::ffff:a.b.c.d` gives IPv4. */
export function parseIp(text: string): Parsed<IpAddress> {
  const words = parseIpWords(text);
  return words.kind === 'parsed' ? parsed(ipFromWords(words.value)) : words;
}

/** From network order: 4 or 16 bytes. */
export function ipFromBytes(bytes: Uint8Array): Parsed<IpAddress> {
  if (bytes.length !== 4 && bytes.length !== 16) {
    return malformed(`an IP address has 4 or 16 bytes, not ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) words.push(view.getUint32(at));
  return parsed(ipFromWords(words));
}

export function sameIp(a: IpAddress, b: IpAddress): boolean {
  return a.text === b.text;
}

/** `1.2.0.192` or 32 nibbles: the labels that DNS block lists and reverse zones are asked with (RFC 5782 section 2). */
export function reverseLabels(ip: IpAddress): string {
  if (ip.version === 4) return ip.text.split('.').reverse().join('.');
  const nibbles = ip.words.map((word) => word.toString(16).padStart(8, '0')).join('');
  return [...nibbles].reverse().join('.');
}

/** The name of its PTR records (RFC 1035 section 3.5, RFC 3596 section 2.5), without trailing dot. */
export function reverseName(ip: IpAddress): string {
  return `${reverseLabels(ip)}.${ip.version === 4 ? 'in-addr' : 'ip6'}.arpa`;
}

/** One word or four words, each unsigned. IPv4-mapped words (RFC 4291 section 2.5.5.2) become IPv4. */
export function ipFromWords(words: readonly number[]): IpAddress {
  const [first = 0, second, third, fourth = 0] = words;
  const mapped = words.length === 4 && first === 0 && second === 0 && third === 0xffff;
  return unmappedIp(mapped ? [fourth] : words);
}

/** The version by the number of words alone: for networks, where IPv4-mapped IPv6 stays what it is. */
export function unmappedIp(words: readonly number[]): IpAddress {
  return words.length === 1
    ? { kind: 'ip', version: 4, text: dotted(words[0] ?? 0), words }
    : { kind: 'ip', version: 6, text: colons(words), words };
}

/** The words as written: an IPv4-mapped address stays four words. Networks need this, for their prefix counts 128 bits. */
export function parseIpWords(text: string): Parsed<readonly number[]> {
  if (text.length > LONGEST) return malformed('longer than any IP address', LONGEST);
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Parsed<readonly number[]> {
  const parts = text.split('.');
  if (parts.length !== 4) return malformed(`not an IP address (four decimal parts expected): ${excerpt(text)}`);
  let word = 0;
  let at = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) {
      return malformed(`each part of an IPv4 address is 0 to 255 without leading zeros, not ${excerpt(part)}`, at);
    }
    word = word * 256 + Number(part);
    at += part.length + 1;
  }
  return parsed([word]);
}

function parseIpv6(text: string): Parsed<readonly number[]> {
  if (text.includes('%')) return malformed('an IPv6 address with a zone is of no use off its host', text.indexOf('%'));
  const gap = text.indexOf('::');
  const head = readGroups(gap < 0 ? text : text.slice(0, gap), 0, gap < 0);
  if (head.kind === 'malformed') return head;
  if (gap < 0) {
    return head.value.length === 8 ? parsed(toWords(head.value)) : malformed('an IPv6 address without :: has 8 groups');
  }
  const tail = readGroups(text.slice(gap + 2), gap + 2, true);
  if (tail.kind === 'malformed') return tail;
  const missing = 8 - head.value.length - tail.value.length;
  if (missing < 1) return malformed('too many groups beside ::, which stands for at least one', gap);
  return parsed(toWords([...head.value, ...new Array<number>(missing).fill(0), ...tail.value]));
}

/** Groups between colons; where `mayEndInIpv4`, the last one may be a dotted IPv4 address, which is two groups. */
function readGroups(text: string, start: number, mayEndInIpv4: boolean): Parsed<readonly number[]> {
  if (text === '') return parsed([]);
  const groups: number[] = [];
  const parts = text.split(':');
  let at = start;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as string;
    const group = hexGroup(part);
    if (group >= 0) {
      groups.push(group);
    } else if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4(part);
      if (embedded.kind === 'malformed') return malformed(embedded.why, at + embedded.at);
      const [word = 0] = embedded.value;
      groups.push(word >>> 16, word & 0xffff);
    } else {
      return malformed(`each group of an IPv6 address is 1 to 4 hexadecimal digits, not ${excerpt(part)}`, at);
    }
    at += part.length + 1;
  }
  return parsed(groups);
}

/** One to four hexadecimal digits, or -1. By hand: tables of networks parse an address for each look-up. */
function hexGroup(text: string): number {
  if (text.length === 0 || text.length > 4) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}

function toWords(groups: readonly number[]): readonly number[] {
  return [0, 2, 4, 6].map((i) => (((groups[i] ?? 0) << 16) | (groups[i + 1] ?? 0)) >>> 0);
}

function dotted(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952 section 4: lower case, no leading zeros, `::` for the first longest run of at least two zero groups. */
function colons(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let gap = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) {
      gap = i;
      length = end - i;
    }
    i = end;
  }
  const hex = groups.map((group) => group.toString(16));
  return gap < 0 ? hex.join(':') : `${hex.slice(0, gap).join(':')}::${hex.slice(gap + length).join(':')}`;
}
