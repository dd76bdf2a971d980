/**
 * Where fields begin and end, for octets that may still be arriving. Finds the same boundaries for any division
 * into chunks: a line is judged when its line end is there, or when it runs over a limit and its kind is certain.
 * Works on offsets only; header-block.ts makes the fields. What is a field: Postfix's is_header(), see header-block.ts.
 */
import { CR, LF } from './bytes.js';
import { COLON, isNameOctet, isWhiteSpace } from './header-field.js';
import type { HeaderLimits, HeaderOverLimit } from './header-limits.js';

export interface Scan {
  readonly limits: HeaderLimits;
  /** Three numbers a field: where it begins, length of its name (0: mailbox line), where its value begins. */
  readonly offsets: number[];
  lineStart: number;
  /** No LF between `lineStart` and here. */
  searched: number;
  /** How far the name of the line at `lineStart` was checked, so that no octet is checked twice. */
  named: number;
  /** Where the name of that line ends, or -1 while it goes on. */
  nameEnd: number;
  continued: boolean;
}

/** Why the header ended: its offsets are complete. `headerEnd` is where the last field ends, `bodyStart` the body. */
export interface ScanEnd {
  readonly kind: 'ended';
  readonly by: 'empty-line' | 'end-of-input' | 'leading-continuation' | 'not-a-field';
  readonly headerEnd: number;
  readonly bodyStart: number;
}

type Step = ScanEnd | HeaderOverLimit | 'line' | 'wait';
/** Offset of the colon, or why there is none. */
type Colon = number | 'none' | 'unknown';

export function newScan(limits: HeaderLimits): Scan {
  return { limits, offsets: [], lineStart: 0, searched: 0, named: 0, nameEnd: -1, continued: false };
}

/** `bytes` are all octets so far, from the first one; undefined while more are needed to tell. */
export function scanSoFar(scan: Scan, bytes: Uint8Array): ScanEnd | HeaderOverLimit | undefined {
  for (;;) {
    const step = scanLine(scan, bytes, false);
    if (step === 'wait') return undefined;
    if (step !== 'line') return step;
  }
}

/** `bytes` are all octets there will be. */
export function scanAll(scan: Scan, bytes: Uint8Array): ScanEnd | HeaderOverLimit {
  for (;;) {
    const step = scanLine(scan, bytes, true);
    if (typeof step === 'object') return step;
  }
}

function scanLine(scan: Scan, bytes: Uint8Array, final: boolean): Step {
  const start = scan.lineStart;
  if (start === bytes.length) return final ? ended('end-of-input', start) : 'wait';
  const lf = bytes.indexOf(LF, scan.searched);
  const end = lf === -1 ? bytes.length : lf + 1;
  scan.searched = end;
  if (lf === start || (lf === start + 1 && bytes[start] === CR)) return ended('empty-line', start, end);
  const complete = final || lf !== -1;
  // A line is judged early only to enforce a limit, and never before `>From ` and a lone CR can be told apart.
  if (!complete && (end - start < 6 || end <= boundary(scan, fieldStart(scan, bytes)))) return 'wait';
  if (isWhiteSpace(bytes[start])) {
    if (!scan.continued) return ended('leading-continuation', start);
    return within(scan, fieldStart(scan, bytes), end) ?? nextLine(scan, end);
  }
  const colon = findColon(scan, bytes, end, complete);
  if (colon === 'unknown') return 'wait';
  if (colon === 'none') {
    return isMailboxLine(scan, bytes) ? open(scan, 0, start, end, false) : ended('not-a-field', start);
  }
  return open(scan, scan.nameEnd - start, colon + 1, end, true);
}

function open(scan: Scan, nameLength: number, valueStart: number, end: number, continued: boolean): Step {
  const start = scan.lineStart;
  if (scan.offsets.length >= 3 * scan.limits.headerFields)
    return { kind: 'over-limit', limit: 'header-fields', at: start };
  const over = within(scan, start, end);
  if (over !== undefined) return over;
  scan.offsets.push(start, nameLength, valueStart);
  scan.continued = continued;
  return nextLine(scan, end);
}

function nextLine(scan: Scan, end: number): 'line' {
  scan.lineStart = end;
  scan.named = end;
  scan.nameEnd = -1;
  return 'line';
}

function ended(by: ScanEnd['by'], headerEnd: number, bodyStart: number = headerEnd): ScanEnd {
  return { kind: 'ended', by, headerEnd, bodyStart };
}

/** Where the field begins that the current line belongs to. */
function fieldStart(scan: Scan, bytes: Uint8Array): number {
  const continues = scan.continued && isWhiteSpace(bytes[scan.lineStart]);
  return continues ? (scan.offsets[scan.offsets.length - 3] as number) : scan.lineStart;
}

/** The offset that a field beginning at `start` may not cross. */
function boundary(scan: Scan, start: number): number {
  return Math.min(start + scan.limits.fieldBytes, scan.limits.headerBytes);
}

function within(scan: Scan, start: number, end: number): HeaderOverLimit | undefined {
  const at = boundary(scan, start);
  if (end <= at) return undefined;
  return { kind: 'over-limit', limit: at === start + scan.limits.fieldBytes ? 'field-bytes' : 'header-bytes', at };
}

/**
 * Name, optional white space, colon. A name that has no end within the field limit is no name, so that this is
 * decided after a bounded number of octets.
 */
function findColon(scan: Scan, bytes: Uint8Array, end: number, complete: boolean): Colon {
  const last = Math.min(end, scan.lineStart + scan.limits.fieldBytes);
  let at = scan.named;
  while (scan.nameEnd === -1 && at < last && isNameOctet(bytes[at] as number)) at++;
  if (scan.nameEnd === -1 && at < last) scan.nameEnd = at;
  while (at < last && isWhiteSpace(bytes[at])) at++;
  scan.named = at;
  if (at === last) return complete || last < end ? 'none' : 'unknown';
  return bytes[at] === COLON && scan.nameEnd > scan.lineStart ? at : 'none';
}

/** `From ` or `>From ` before any field but another such line. */
function isMailboxLine(scan: Scan, bytes: Uint8Array): boolean {
  if (scan.offsets.length > 0 && scan.offsets[scan.offsets.length - 2] !== 0) return false;
  const at = bytes[scan.lineStart] === 62 ? scan.lineStart + 1 : scan.lineStart;
  return FROM_SPACE.every((octet, i) => bytes[at + i] === octet);
}

const FROM_SPACE: readonly number[] = [70, 114, 111, 109, 32];
