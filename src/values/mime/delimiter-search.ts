/**
 * Finds lines that begin with `--`. Hyphens are searched for, which base64 has none of and prose few; only where they
 * are dense is every octet looked at.
 */
import { LF } from '../bytes.js';

const HYPHEN = 45;
/** Octets looked at one by one behind a hyphen that begins no such line. */
const NEAR = 48;

/**
 * The first offset from `from` up to `end` at which a line begins with `--`; -1 for none. Octets before `from` are not
 * looked at: it begins a line when `atLineStart`.
 */
export function nextDashes(bytes: Uint8Array, from: number, end: number, atLineStart: boolean): number {
  if (atLineStart && bytes[from] === HYPHEN && bytes[from + 1] === HYPHEN) return from;
  let at = from + 1;
  while (at < end) {
    const near = Math.min(end, at + NEAR);
    for (; at < near; at++) {
      if (bytes[at] === HYPHEN && bytes[at - 1] === LF && bytes[at + 1] === HYPHEN) return at;
    }
    const hyphen = bytes.indexOf(HYPHEN, at);
    if (hyphen === -1) return -1;
    at = hyphen;
  }
  return -1;
}
