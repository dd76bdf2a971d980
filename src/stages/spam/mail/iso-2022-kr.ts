/**
 * ISO-2022-KR (RFC 1557), which the platform does not decode, as the EUC-KR that it shifts. Lenient, linear, never fails.
 */
import { decodeLatin1, encodeLatin1 } from '../../../values/bytes.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is meant
const DESIGNATOR = /\x1b\$\)C/g;
// An SO without its SI shifts nothing: it must not hide the text behind it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the shifts of RFC 1557
const SHIFTED = /\x0e([^\x0e\x0f]*)\x0f/g;

/** Without designators; between SO and SI the high bit is set. */
export function shiftedToEucKr(bytes: Uint8Array): Uint8Array {
  return encodeLatin1(
    decodeLatin1(bytes)
      .replace(DESIGNATOR, '')
      .replace(SHIFTED, (_, shifted: string) => withHighBit(shifted)),
  );
}

function withHighBit(shifted: string): string {
  return shifted.replace(/[!-~]/g, (octet) => String.fromCharCode(octet.charCodeAt(0) | 0x80));
}
