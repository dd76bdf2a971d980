/**
 * RSA public keys as `p=` has them (RFC 6376 section 3.6.1, RFC 8017 appendix A.1.1): a DER SubjectPublicKeyInfo, or the bare
 * RSAPublicKey that the RFC's text names. Read to the octet, so that size and exponent are known before any cryptography, and
 * written anew. No other ASN.1.
 */
import { concatBytes, equalBytes } from '../../values/bytes.js';

export interface RsaKey {
  /** Size of the modulus. */
  readonly bits: number;
  /** Big-endian, without leading zeros. */
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
  /** DER of SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
/** SEQUENCE { OID rsaEncryption, NULL } (RFC 8017 appendix A.1). */
const RSA_ALGORITHM = Uint8Array.of(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0);

/** Undefined for anything that is not such a key. */
export function readRsaKey(der: Uint8Array): RsaKey | undefined {
  const outer = element(der, SEQUENCE);
  if (outer === undefined || outer.rest.length > 0) return undefined;
  const inner = unwrapped(outer.content) ?? outer.content;
  const modulus = element(inner, INTEGER);
  const exponent = modulus === undefined ? undefined : element(modulus.rest, INTEGER);
  if (modulus === undefined || exponent === undefined || exponent.rest.length > 0) return undefined;
  const n = positive(modulus.content);
  const e = positive(exponent.content);
  if (n === undefined || e === undefined) return undefined;
  const bits = 8 * n.length - Math.clz32(n[0] as number) + 24;
  return { bits, modulus: n, exponent: e, spki: spkiOf(n, e) };
}

/** What the RSAPublicKey inside of a SubjectPublicKeyInfo holds. */
function unwrapped(content: Uint8Array): Uint8Array | undefined {
  const head = content.subarray(0, RSA_ALGORITHM.length);
  if (!equalBytes(head, RSA_ALGORITHM)) return undefined;
  const bits = element(content.subarray(RSA_ALGORITHM.length), BIT_STRING);
  // The first octet counts the unused bits of the last one.
  if (bits === undefined || bits.rest.length > 0 || bits.content[0] !== 0) return undefined;
  const key = element(bits.content.subarray(1), SEQUENCE);
  return key === undefined || key.rest.length > 0 ? undefined : key.content;
}

interface Element {
  readonly content: Uint8Array;
  readonly rest: Uint8Array;
}

function element(der: Uint8Array, tag: number): Element | undefined {
  if (der[0] !== tag) return undefined;
  let length = der[1] ?? 0;
  let start = 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 3) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (der[start++] ?? 0);
  }
  if (start + length > der.length) return undefined;
  return { content: der.subarray(start, start + length), rest: der.subarray(start + length) };
}

/** Without leading zeros; undefined for zero and for numbers below it. */
function positive(octets: Uint8Array): Uint8Array | undefined {
  if (((octets[0] ?? 0x80) & 0x80) !== 0) return undefined;
  let start = 0;
  while (start < octets.length && octets[start] === 0) start++;
  return start === octets.length ? undefined : octets.subarray(start);
}

function spkiOf(n: Uint8Array, e: Uint8Array): Uint8Array {
  const key = encoded(SEQUENCE, [integer(n), integer(e)]);
  return encoded(SEQUENCE, [RSA_ALGORITHM, encoded(BIT_STRING, [Uint8Array.of(0), key])]);
}

function integer(octets: Uint8Array): Uint8Array {
  const high = ((octets[0] as number) & 0x80) !== 0;
  return encoded(INTEGER, high ? [Uint8Array.of(0), octets] : [octets]);
}

function encoded(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : length < 0x10000
          ? [tag, 0x82, length >> 8, length & 255]
          : [tag, 0x83, length >> 16, (length >> 8) & 255, length & 255];
  return concatBytes([Uint8Array.from(head), content]);
}
