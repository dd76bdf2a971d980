/**
 * Line ends of a message before it is taken apart: CRLF become LF, long runs of blank lines are cut. Octets that need no change are not copied.
 */
import { CR, LF } from '../../../values/bytes.js';
import { isSpace } from './encoded-words.js';

const MAX_BLANK_LINES = 20;

/** Its first or last line ends in CRLF. */
export function usesCrlf(bytes: Uint8Array): boolean {
  const first = bytes.indexOf(LF);
  if (first > 0 && bytes[first - 1] === CR) return true;
  const last = bytes.lastIndexOf(LF);
  return last === bytes.length - 1 && last > 0 && bytes[last - 1] === CR;
}

/** Every CRLF as LF. Octets without CR are not copied. */
export function toLf(bytes: Uint8Array): Uint8Array {
  if (bytes.indexOf(CR) === -1) return bytes;
  const out = new Uint8Array(bytes.length);
  let size = 0;
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(LF, at);
    if (lf === -1) {
      out.set(bytes.subarray(at), size);
      size += bytes.length - at;
      break;
    }
    const end = lf > at && bytes[lf - 1] === CR ? lf - 1 : lf;
    out.set(bytes.subarray(at, end), size);
    size += end - at;
    out[size++] = LF;
    at = lf + 1;
  }
  return out.subarray(0, size);
}

/** Of more than 20 blank lines in a row, 20 stay. */
export function squeezeBlankLines(bytes: Uint8Array): Uint8Array {
  let out: Uint8Array | undefined;
  let size = 0;
  // One more at the very beginning.
  let blank = -1;
  let kept = 0;
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(LF, at);
    const next = lf === -1 ? bytes.length : lf + 1;
    blank = isBlank(bytes, at, next) ? blank + 1 : 0;
    if (blank > MAX_BLANK_LINES) {
      out ??= new Uint8Array(bytes.length);
      out.set(bytes.subarray(kept, at), size);
      size += at - kept;
      kept = next;
    }
    at = next;
  }
  if (out === undefined) return bytes;
  out.set(bytes.subarray(kept), size);
  return out.subarray(0, size + bytes.length - kept);
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!isSpace(bytes[i] as number)) return false;
  return true;
}
