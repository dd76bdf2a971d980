/**
 * Octets and text: the few conversions that mail needs, on Uint8Array alone. Latin-1 here is the true one (octet N
 * is code unit N), not the windows-1252 that `TextDecoder('latin1')` stands for (WHATWG Encoding section 4.2).
 * No character set but Latin-1 and UTF-8 is known here, and no MIME.
 */

// A byte order mark is part of the mail: ignoreBOM means "do not strip it".
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

export const LF = 10;
export const CR = 13;

/** One UTF-16 code unit per octet; never fails. `encodeLatin1` is its inverse. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = '';
  if (bytes.length <= 16) {
    // Names of header fields, mostly: a call of the decoder costs more than it saves.
    for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
    return text;
  }
  // Octets below 128 are the same in both, and the native UTF-8 decoder is several times faster: of a long text it also
  // tells fastest whether there are others, for each of them makes the text shorter than the octets.
  if (bytes.length >= 1024) {
    const decoded = decodeUtf8(bytes);
    if (decoded?.length === bytes.length) return decoded;
  } else if (isAscii(bytes)) {
    return strictUtf8.decode(bytes);
  }
  for (let at = 0; at < bytes.length; at += 8192) {
    // In pieces: each element becomes an argument on the stack.
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192) as unknown as number[]);
  }
  return text;
}

/** The low octet of each code unit; a code unit above 255 has none and becomes `?`. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[i] = unit > 255 ? 0x3f : unit;
  }
  return bytes;
}

/** The text when `bytes` are valid UTF-8 (RFC 3629), a byte order mark kept; undefined otherwise. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-8; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** UTF-8 when it is valid, Latin-1 otherwise: text of unknown origin, without loss of any octet's distinctness. */
export function decodeText(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? decodeLatin1(bytes);
}

/** True when no octet is above 127. */
export function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i] as number;
  return all < 128;
}

/** A new array with all parts one after the other. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Index of the next LF at or after `from`, or -1. */
export function indexOfLf(bytes: Uint8Array, from = 0): number {
  return bytes.indexOf(LF, from);
}

/** Index of the CR of the next CRLF at or after `from`, or -1. */
export function indexOfCrlf(bytes: Uint8Array, from = 0): number {
  let lf = bytes.indexOf(LF, from + 1);
  while (lf !== -1 && bytes[lf - 1] !== CR) lf = bytes.indexOf(LF, lf + 1);
  return lf === -1 ? -1 : lf - 1;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Equal when `A` to `Z` count as `a` to `z` and every other octet as itself. */
export function equalIgnoringAsciiCase(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (lowerOctet(a[i] as number) !== lowerOctet(b[i] as number)) return false;
  return true;
}

function lowerOctet(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet;
}
