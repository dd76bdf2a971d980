/** dkim-quoted-printable (RFC 6376 section 2.11), of the tag `i=`: every octet as `=XX`, semicolons and spaces always. */
import { decodeText } from '../../values/bytes.js';
import { isControl } from '../../values/characters.js';

const ENCODED = /=([0-9A-F]{2})/g;

/** White space taken out before. Undefined for "=" before anything but two hexadecimal digits, and for what becomes a control. */
export function decodeQuotedPrintable(text: string): string | undefined {
  if (!text.includes('=')) return hasControl(text) ? undefined : text;
  const rest = text.replace(ENCODED, '');
  if (rest.includes('=')) return undefined;
  // In runs, since one character may be several octets of UTF-8.
  const decoded = text.replace(/(?:=[0-9A-F]{2})+/g, (run) => {
    const octets = [...run.matchAll(ENCODED)].map((match) => Number.parseInt(match[1] as string, 16));
    return decodeText(Uint8Array.from(octets));
  });
  return hasControl(decoded) ? undefined : decoded;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isControl(text.charCodeAt(i))) return true;
  return false;
}
