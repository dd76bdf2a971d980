/**
 * The header block of a message, byte for byte (RFC 5322 section 2.2), in one linear pass, with the leniency of
 * Postfix's cleanup(8): white space before the colon is accepted (RFC 5322 section 4.5.8), line ends are LF or CRLF
 * in any mixture, values hold any octets. A line that is neither a field, nor a continuation, nor empty ends the
 * header and is the first line of the body. Nothing is repaired, so the parts put together are the input.
 */
import { LF } from './bytes.js';
import type { HeaderField } from './header.js';
import { fieldOver, mailboxLineOver } from './header-field.js';
import { DEFAULT_HEADER_LIMITS, type HeaderLimits, type HeaderOverLimit } from './header-limits.js';
import { newScan, type Scan, type ScanEnd, scanAll, scanSoFar } from './header-scan.js';

/** What is wrong with a header. Each is a fact, not an error: the parts still are all of the message. */
export interface HeaderDefect {
  /**
   * `mailbox-line`: an mbox `From ` (or `>From `) line came first. It is kept as a field named `X-Mailbox-Line` (as
   * Postfix's smtpd(8) renames it), so that the real header after it is still read.
   * `leading-continuation`: the first line begins with white space; it begins the body.
   * `not-a-field`: a line without a name and colon ended the header; it begins the body.
   * `unterminated`: the last field has no line end; there is no body.
   */
  readonly kind: 'mailbox-line' | 'leading-continuation' | 'not-a-field' | 'unterminated';
  /** Offset in the message of the line. */
  readonly at: number;
}

export interface HeaderBlock {
  readonly fields: readonly HeaderField[];
  /** The empty line that ended the header: CRLF, LF, or nothing where the message has none. */
  readonly separator: Uint8Array;
  /** Offset in the message of the body's first octet. */
  readonly bodyStart: number;
  readonly defects: readonly HeaderDefect[];
}

export type ParsedHeaderBlock = { readonly kind: 'parsed'; readonly value: HeaderBlock } | HeaderOverLimit;

/** The fields' `bytes` are views of `bytes`, which must not change afterwards. Limits left out have their defaults. */
export function parseHeaderBlock(bytes: Uint8Array, limits: Partial<HeaderLimits> = {}): ParsedHeaderBlock {
  const scan = newScan({ ...DEFAULT_HEADER_LIMITS, ...limits });
  return toBlock(scan, scanAll(scan, bytes), bytes);
}

/** Reads a header block from a stream; holds its octets until it ends, never more than the limits and one chunk. */
export interface HeaderReader {
  /** The outcome once the header has ended; then call no more. */
  push(chunk: Uint8Array): HeaderRead | undefined;
  /** The outcome when the stream ends inside the header. */
  end(): HeaderRead;
}

export interface HeaderRead {
  readonly header: ParsedHeaderBlock;
  /** The octets of the body that were pushed with the header's end. */
  readonly rest: Uint8Array;
}

export interface HeaderReaderOptions {
  /** The chunks will not change: fields may be views of them. Default false. */
  readonly keep?: boolean;
}

/** The outcome is the same for any division of the stream into chunks, and the same as that of `parseHeaderBlock`. */
export function createHeaderReader(
  limits: Partial<HeaderLimits> = {},
  { keep = false }: HeaderReaderOptions = {},
): HeaderReader {
  const scan = newScan({ ...DEFAULT_HEADER_LIMITS, ...limits });
  let held = empty;
  let size = 0;
  return {
    push(chunk) {
      if (size === 0) {
        // Most headers come in one piece, which needs no buffer.
        const end = scanSoFar(scan, chunk);
        if (end !== undefined) return headerRead(scan, end, chunk, keep);
        held = new Uint8Array(Math.max(FIRST_BUFFER_BYTES, 2 * chunk.length));
        held.set(chunk);
        size = chunk.length;
        return undefined;
      }
      if (size + chunk.length > held.length) held = grown(held, size, size + chunk.length);
      held.set(chunk, size);
      size += chunk.length;
      const end = scanSoFar(scan, held.subarray(0, size));
      return end === undefined ? undefined : headerRead(scan, end, held.subarray(0, size), false);
    },
    end: () => headerRead(scan, scanAll(scan, held.subarray(0, size)), held.subarray(0, size), false),
  };
}

const FIRST_BUFFER_BYTES = 4096;
const empty: Uint8Array = new Uint8Array(0);

function headerRead(scan: Scan, end: ScanEnd | HeaderOverLimit, held: Uint8Array, keep: boolean): HeaderRead {
  if (end.kind === 'over-limit') return { header: end, rest: empty };
  const bytes = held.subarray(0, end.bodyStart);
  // A copy, so that the fields do not keep the larger buffer alive.
  return { header: toBlock(scan, end, keep ? bytes : new Uint8Array(bytes)), rest: held.subarray(end.bodyStart) };
}

/** At least doubled, so that all copying together is linear. */
function grown(held: Uint8Array, size: number, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.max(needed, 2 * held.length));
  larger.set(held.subarray(0, size));
  return larger;
}

function toBlock(scan: Scan, end: ScanEnd | HeaderOverLimit, bytes: Uint8Array): ParsedHeaderBlock {
  if (end.kind === 'over-limit') return end;
  const fields: HeaderField[] = [];
  const { offsets } = scan;
  for (let i = 0; i < offsets.length; i += 3) {
    const start = offsets[i] as number;
    const nameLength = offsets[i + 1] as number;
    const valueStart = offsets[i + 2] as number;
    const own = bytes.subarray(start, offsets[i + 3] ?? end.headerEnd);
    fields.push(nameLength === 0 ? mailboxLineOver(own) : fieldOver(own, nameLength, valueStart - start, 'received'));
  }
  const separator = bytes.subarray(end.headerEnd, end.bodyStart);
  const value = { fields, separator, bodyStart: end.bodyStart, defects: defectsOf(scan, end, bytes) };
  return { kind: 'parsed', value };
}

function defectsOf(scan: Scan, end: ScanEnd, bytes: Uint8Array): readonly HeaderDefect[] {
  const defects: HeaderDefect[] = [];
  if (scan.offsets[1] === 0) defects.push({ kind: 'mailbox-line', at: 0 });
  if (end.by === 'not-a-field' || end.by === 'leading-continuation') defects.push({ kind: end.by, at: end.headerEnd });
  const unterminated = end.by === 'end-of-input' && end.headerEnd > 0 && bytes[end.headerEnd - 1] !== LF;
  if (unterminated) defects.push({ kind: 'unterminated', at: scan.offsets[scan.offsets.length - 3] ?? 0 });
  return defects;
}
