/**
 * Lists of addresses with `*` and `?` (Mail::SpamAssassin::Conf(3), "welcomelist_from"): letter case does not matter. A look-up costs the
 * length of the address for each pattern with wildcards; those without are found at once.
 */
import { lowerAscii } from '../../../values/characters.js';

export interface AddressGlobs {
  has(address: string): boolean;
}

/** True where it fits the whole text. */
export type Glob = (text: string) => boolean;

export function addressGlobs(patterns: Iterable<string>): AddressGlobs {
  const plain = new Set<string>();
  const globs: Glob[] = [];
  for (const pattern of patterns) {
    const lower = lowerAscii(pattern);
    plain.add(lower);
    if (/[*?]/.test(lower)) globs.push(glob(lower));
  }
  return {
    has: (address) => {
      const lower = lowerAscii(address.slice(0, 1000));
      return plain.has(lower) || globs.some((fits) => fits(lower));
    },
  };
}

/** `*` is any text, `?` any character; the pieces between the stars are looked for in order, which is enough. */
export function glob(pattern: string): Glob {
  const pieces = pattern.split(/\*+/);
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return (text) => text.length === pattern.length && fitsAt(text, pattern, 0);
  const middle = pieces.slice(1, -1);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !fitsAt(text, last, end) || !fitsAt(text, first, 0)) return false;
    let at = first.length;
    for (const piece of middle) {
      while (at + piece.length <= end && !fitsAt(text, piece, at)) at++;
      at += piece.length;
      if (at > end) return false;
    }
    return true;
  };
}

function fitsAt(text: string, piece: string, start: number): boolean {
  if (!piece.includes('?')) return text.startsWith(piece, start);
  for (let at = 0; at < piece.length; at++) {
    if (piece[at] !== '?' && piece[at] !== text[start + at]) return false;
  }
  return start + piece.length <= text.length;
}
