/**
 * Single texts as pieces that patterns can be held against.
 */
import { encodeLatin1 } from '../../../values/bytes.js';
import type { Pieces } from '../mail/pieces.js';

/** Each text one piece. */
export function piecesOf(texts: readonly string[]): Pieces {
  const joined = encodeLatin1(texts.length === 1 ? (texts[0] as string) : texts.join(''));
  let at = 0;
  return { octets: joined, ends: texts.map((text) => (at += text.length)) };
}

/** Without the first piece, which in a body is the subject. */
export function withoutFirst({ octets, ends }: Pieces): Pieces {
  const from = ends[0] ?? 0;
  return { octets: octets.subarray(from), ends: ends.slice(1).map((end) => end - from) };
}
