/**
 * Base64 as SpamAssassin decodes it in mail: what is no digit is passed over, padding may be missing, be too much, or stand in the middle.
 * Never fails; linear. Strict decoding is values/base64.ts.
 */

const PADDING = 64;
const SPACE = 65;
const OTHER = 66;
const CLASSES: Uint8Array = new Uint8Array(256).fill(OTHER);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let i = 0; i < 64; i++) CLASSES[ALPHABET.charCodeAt(i)] = i;
CLASSES[61] = PADDING;
for (const space of [9, 10, 11, 12, 13, 32]) CLASSES[space] = SPACE;

export function decodeLenientBase64(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.floor((bytes.length * 3) / 4) + 3);
  let size = 0;
  let group = 0;
  let digits = 0;
  let i = 0;
  for (; i < bytes.length; i++) {
    const value = CLASSES[bytes[i] as number] as number;
    if (value < 64) {
      group = (group << 6) | value;
      if ((++digits & 3) === 0) {
        out[size++] = group >> 16;
        out[size++] = group >> 8;
        out[size++] = group;
        group = 0;
      }
    } else if (value === PADDING && !paddingOnly(bytes, i)) return decodeOdd(bytes);
    else if (value === PADDING) break;
  }
  return out.subarray(0, lastGroup(out, size, group, digits & 3));
}

/** The end of `out` when `digits` (0 to 3) are left over in `group`; a single one has no octet. */
function lastGroup(out: Uint8Array, size: number, group: number, digits: number): number {
  if (digits < 2) return size;
  if (digits === 2) {
    out[size] = group >> 4;
    return size + 1;
  }
  out[size] = group >> 10;
  out[size + 1] = group >> 2;
  return size + 2;
}

function paddingOnly(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if ((CLASSES[bytes[i] as number] as number) < 64) return false;
  return true;
}

/** Padding in the middle stands for zeros where all else is right, otherwise for ones. */
function decodeOdd(bytes: Uint8Array): Uint8Array {
  const digits: number[] = [];
  let right = true;
  for (const octet of bytes) {
    const value = CLASSES[octet] as number;
    if (value === OTHER) right = false;
    if (value <= PADDING) digits.push(value);
  }
  if (digits.length % 4 !== 0) right = false;
  let end = digits.length;
  while (end > 0 && digits[end - 1] === PADDING) end--;
  const out = new Uint8Array(Math.floor((end * 3) / 4) + 3);
  let size = 0;
  let group = 0;
  for (let i = 0; i < end; i++) {
    const digit = digits[i] as number;
    group = (group << 6) | (digit === PADDING ? (right ? 0 : 63) : digit);
    if ((i & 3) !== 3) continue;
    out[size++] = group >> 16;
    out[size++] = group >> 8;
    out[size++] = group;
    group = 0;
  }
  return out.subarray(0, lastGroup(out, size, group, end & 3));
}
