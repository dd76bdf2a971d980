/**
 * Addresses inside Received fields, as sources of patterns: IPv4, IPv6 in its forms of RFC 4291 section 2.2, and the ways to say
 * `localhost`. They find; they do not judge (values/ip.ts does).
 */

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)';
const group = '[A-Fa-f0-9]{1,4}';
const dotted = `${octet}(?:\\.${octet}){3}`;
const ipv6Start = `(?:${anyCase('ipv6')}:|(?<![A-Fa-f0-9:]))`;
const ipv6End = '(?![A-Fa-f0-9:])';

/** With an IPv4 address for the last two groups. The number of groups left out is never fixed: it is at least one. */
const mapped = [
  `(?:${group}:){6}`,
  `::(?:${group}:){0,5}`,
  `(?:${group}:){1,5}:`,
  ...[1, 2, 3, 4].map((before) => `(?:${group}:){${before}}:(?:${group}:){1,${5 - before}}`),
].map((start) => start + dotted);

const pure = [
  `(?:${group}:){7}${group}`,
  `:(?::${group}){1,7}`,
  `(?:${group}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map((before) => `(?:${group}:){${before}}(?::${group}){1,${7 - before}}`),
  '::',
];

/** `192.0.2.1`, `2001:db8::1`, `IPv6:2001:db8::1`, `::ffff:192.0.2.1`. */
export const addressPattern: string = `(?:\\b(?<!:)${dotted}\\b|${ipv6Start}(?:${[...mapped, ...pure].join('|')})${ipv6End})`;

export const localhostPattern: string =
  `(?:${anyCase('localhost')}(?:\\.${anyCase('localdomain')})?|\\b(?<!:)127\\.0\\.0\\.1\\b` +
  `|${ipv6Start}(?:[0:]{2,30}[Ff]{4}:127\\.0\\.0\\.1|[0:]{2,38}1)${ipv6End})`;

function anyCase(text: string): string {
  return text.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
