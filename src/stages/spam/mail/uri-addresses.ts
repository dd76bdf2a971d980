/**
 * Hosts of URIs that are addresses in disguise: one number, or four in hexadecimal and octal notation.
 */

/** The address in dots, as SpamAssassin writes it (a part that is 0 is left empty); undefined for other hosts. */
export function addressForm(host: string): string | undefined {
  if (host.length > 256) return undefined;
  if (/^(?:(?:0x[0-9a-f]+|\d+)\.){3}(?:0x[0-9a-f]+|\d+)$/i.test(host)) return host.split('.').map(readPart).join('.');
  if (/^0x[\da-f]+$/i.test(host)) return dotted(BigInt(`0x${host.slice(2).slice(-8)}`));
  return /^[0-9]+$/.test(host) ? dotted(BigInt(host)) : undefined;
}

function readPart(part: string): string {
  const hexadecimal = /^0x([0-9a-f]+)/i.exec(part)?.[1];
  const text = hexadecimal === undefined ? part : BigInt.asIntN(64, BigInt(`0x${hexadecimal}`)).toString();
  const octal = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : 0;
  return (octal > 0 && octal < 256 ? octal.toString() : text).replace(/^0+/, '');
}

const MAX = 0xffffffffffffffffn;

/** The first four octets of at least eight hexadecimal digits. */
function dotted(value: bigint): string {
  const digits = (value > MAX ? MAX : value).toString(16).padStart(8, '0');
  const octets = [0, 2, 4, 6].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
  return octets.join('.');
}
