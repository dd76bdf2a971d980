/**
 * UTF-7 (RFC 2152), which the platform does not decode and spammers use. Lenient, linear, never fails.
 */
import { encodeLatin1 } from '../../../values/bytes.js';
import { decodeLenientBase64 } from './base64.js';

/** Something in it is encoded. */
export function hasShifts(octets: string): boolean {
  return /\+[A-Za-z0-9+/-]/.test(octets);
}

/** `octets`: as Latin-1. */
export function decodeUtf7(octets: string): string {
  return octets.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, shifted: string) => (shifted === '' ? '+' : utf16Of(shifted)));
}

/** RFC 2152 section 1, rule 2: UTF-16 in base64 without padding. */
function utf16Of(shifted: string): string {
  const bytes = decodeLenientBase64(encodeLatin1(shifted));
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    text += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
  }
  return text;
}
