/**
 * A text in pieces that patterns are held against one by one: paragraphs of a body, URIs, one header field. The pieces lie one
 * behind the other in one array of octets, so that one search for literals serves them all.
 */

export interface Pieces {
  readonly octets: Uint8Array;
  /** Where each piece ends, in octets: piece `i` is `ends[i - 1] ?? 0` to before `ends[i]`. */
  readonly ends: readonly number[];
}

export const noPieces: Pieces = Object.freeze({ octets: new Uint8Array(0), ends: [] });
