/**
 * How the parts of a message stand one after the other, and how many octets that is: the one place that knows, for
 * sizes and for rendering alike.
 */
import type { Body } from './body.js';
import { CR, LF } from './bytes.js';
import type { HeaderField } from './header.js';
import { convertLineEnds, type LineEnding } from './line-ends.js';

export interface MessageParts {
  readonly header: readonly HeaderField[];
  readonly separator: Uint8Array;
  readonly body: Body;
  readonly lineEnding: LineEnding;
}

/**
 * Header and separator as written with the message's own line ending, in pieces. Received bytes as they are, but for
 * one case: a field that came without a line end gets one when anything now follows it.
 */
export function headerPieces(parts: MessageParts): Uint8Array[] {
  const { header, separator, body, lineEnding } = parts;
  const pieces: Uint8Array[] = [];
  const nothingAfter = separator.length === 0 && body.size === 0;
  header.forEach((field, i) => {
    const own = field.origin === 'added' && lineEnding === 'lf' ? convertLineEnds(field.bytes, 'lf') : field.bytes;
    pieces.push(own);
    const last = nothingAfter && i === header.length - 1;
    if (!last && own[own.length - 1] !== LF) pieces.push(lineEndBytes(lineEnding));
  });
  if (separator.length > 0) pieces.push(separator);
  return pieces;
}

/** Octets of header, separator and body: of what `headerPieces` gives, without making the pieces. */
export function sizeOf(parts: MessageParts): number {
  const { header, separator, body, lineEnding } = parts;
  let size = separator.length + body.size;
  for (let i = 0; i < header.length; i++) {
    const { bytes, origin } = header[i] as HeaderField;
    size += origin === 'added' && lineEnding === 'lf' ? convertLineEnds(bytes, 'lf').length : bytes.length;
    const last = i === header.length - 1 && separator.length === 0 && body.size === 0;
    if (!last && bytes[bytes.length - 1] !== LF) size += lineEnding === 'crlf' ? 2 : 1;
  }
  return size;
}

/** The line ending of the first line that has one in memory. */
export function lineEndingOf(header: readonly HeaderField[], separator: Uint8Array, body: Body): LineEnding {
  const first = header.find((field) => field.origin === 'received')?.bytes;
  return endingIn(first) ?? endingIn(separator) ?? endingIn(body.bytes) ?? 'crlf';
}

export function lineEndBytes(ending: LineEnding): Uint8Array {
  return ending === 'crlf' ? Uint8Array.of(CR, LF) : Uint8Array.of(LF);
}

function endingIn(bytes: Uint8Array | undefined): LineEnding | undefined {
  const lf = bytes?.indexOf(LF) ?? -1;
  if (bytes === undefined || lf === -1) return undefined;
  return bytes[lf - 1] === CR ? 'crlf' : 'lf';
}
