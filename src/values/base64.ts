/**
 * Base64 (RFC 4648 section 4): octets to text and back, strict. White space is the caller's to remove. Not the encoding
 * of MIME bodies (line lengths), not base64url.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: Int8Array = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const group = (a << 16) | (b << 8) | c;
    for (let sextet = 0; sextet < 4; sextet++) {
      text += at + sextet > bytes.length ? '=' : ALPHABET[(group >> (18 - 6 * sextet)) & 63];
    }
  }
  return text;
}

/**
 * The octets, or undefined for what is not Base64: a wrong character, a wrong number of them, padding elsewhere than at the
 * end. Padding may be absent, and bits that pad may be set: signers exist that do either.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const length = lengthWithoutPadding(text);
  if (length === undefined || length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let group = 0;
  let bits = 0;
  let size = 0;
  for (let i = 0; i < length; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[size++] = group >> bits;
  }
  return bytes;
}

function lengthWithoutPadding(text: string): number | undefined {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === 0x3d) length--;
  const padding = text.length - length;
  return padding === 0 || (padding <= 2 && text.length % 4 === 0) ? length : undefined;
}
