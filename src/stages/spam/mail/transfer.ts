/**
 * Undoes transfer encodings (RFC 2045 section 6) as SpamAssassin does: base64 and quoted-printable; all others are taken for none.
 */
import { decodeQuotedPrintable } from '../../../values/quoted-printable.js';
import { decodeLenientBase64 } from './base64.js';
import { toLf } from './lines.js';

/** `text`: CRLF in it become LF. Octets that are not encoded are not copied. */
export function decodeTransfer(bytes: Uint8Array, encoding: string, text: boolean): Uint8Array {
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes, { lf: true });
  if (encoding !== 'base64') return bytes;
  const decoded = decodeLenientBase64(bytes);
  return text ? toLf(decoded) : decoded;
}
