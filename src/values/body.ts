/**
 * The body of a message: memory, or a file behind `open` (adapters/spool). Nothing here looks into it.
 */
import type { LineEndCounts } from './line-ends.js';

/** The bytes after the header's end. Can be opened any number of times, also at once. */
export interface Body {
  readonly kind: 'body';
  /** Octets. */
  readonly size: number;
  /** The whole body when it is in memory; undefined when it lives elsewhere (see `open`). */
  readonly bytes: Uint8Array | undefined;
  /** The body in chunks of at most 64 KiB, from its beginning. Rejects when the storage behind it is gone. */
  open(): AsyncIterable<Uint8Array>;
  /** Known when somebody counted on the way in: spares a pass when the size in other line ends is asked. */
  readonly lineEnds?: LineEndCounts;
}

export const BODY_CHUNK_BYTES: number = 65_536;

/** A body over `bytes`, which are kept, not copied, and must not change afterwards. */
export function memoryBody(bytes: Uint8Array): Body {
  return { kind: 'body', size: bytes.length, bytes, open: () => chunksOf(bytes) };
}

export function emptyBody(): Body {
  return memoryBody(new Uint8Array(0));
}

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += BODY_CHUNK_BYTES) yield bytes.subarray(at, at + BODY_CHUNK_BYTES);
}
