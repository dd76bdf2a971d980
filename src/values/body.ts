/** The bytes after the header's end. Can be opened any number of times, also at once. */
export interface Body {
  readonly kind: 'body';
  /** Octets. */
  readonly size: number;
  /** The whole body when it is in memory; undefined when it lives elsewhere (see `open`). */
  readonly bytes: Uint8Array | undefined;
  /** The body in chunks of at most 64 KiB, from its beginning. */
  open(): AsyncIterable<Uint8Array>;
}
