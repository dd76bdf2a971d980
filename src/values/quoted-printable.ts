/**
 * Decodes quoted-printable bodies (RFC 2045 section 6.7), lenient as readers of mail are: lower-case hexadecimal digits count, an `=` that
 * begins nothing stays, white space before a line end goes. Never fails; linear.
 */
import { CR, LF } from './bytes.js';

const EQUALS = 61;
const DIGITS: Int8Array = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  const digit = i.toString(16);
  DIGITS[digit.charCodeAt(0)] = i;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = i;
}

export interface QuotedPrintableOptions {
  /** Line ends of the result: CRLF become LF where true. Default false. */
  readonly lf?: boolean;
}

export function decodeQuotedPrintable(bytes: Uint8Array, options: QuotedPrintableOptions = {}): Uint8Array {
  const { lf = false } = options;
  const out = new Uint8Array(bytes.length);
  let size = 0;
  // How long the result is without white space that was written as itself and is last.
  let solid = 0;
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] as number;
    if (octet > EQUALS || (octet > 32 && octet < EQUALS)) {
      out[size++] = octet;
      solid = size;
    } else if (octet === 32 || octet === 9) {
      out[size++] = octet;
    } else if (octet === LF || (octet === CR && bytes[i + 1] === LF)) {
      // RFC 2045 section 6.7 rule 3: white space at the end of a line was added on the way.
      size = solid;
      if (octet === CR) {
        i++;
        if (!lf) out[size++] = CR;
      }
      if (lf && octet === LF && out[size - 1] === CR) size--;
      out[size++] = LF;
      solid = size;
    } else if (octet === EQUALS) {
      const end = softBreakEnd(bytes, i + 1);
      if (end !== -1) {
        i = end;
        solid = size;
        continue;
      }
      const high = DIGITS[bytes[i + 1] ?? 0] as number;
      const low = DIGITS[bytes[i + 2] ?? 0] as number;
      if (high >= 0 && low >= 0) {
        out[size++] = high * 16 + low;
        if (lf && low === 10 && high === 0 && out[size - 2] === CR) {
          size--;
          out[size - 1] = LF;
        }
        i += 2;
      } else out[size++] = octet;
      solid = size;
    } else {
      out[size++] = octet;
      solid = size;
    }
  }
  return out.subarray(0, size);
}

/** Index of the LF of a soft line break (rule 5) whose `=` is before `from`; white space before the LF is passed over. -1: none. */
function softBreakEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  if (bytes[at] === CR && bytes[at + 1] === LF) return at + 1;
  return bytes[at] === LF ? at : -1;
}
