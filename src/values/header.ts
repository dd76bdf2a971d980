/** One header field with its exact bytes. Identity matters: an edit names the object. */
export interface HeaderField {
  readonly kind: 'field';
  /** As it was written, before the colon, white space before the colon left out. */
  readonly name: string;
  /** `name` in lower case: what is compared. */
  readonly lowerName: string;
  /** What follows the colon: unfolded (each line end before white space removed), trimmed of white space at both ends, decoded as UTF-8 when it
   * is valid UTF-8 and as Latin-1 otherwise. RFC 2047 words are not decoded. Computed on first use and not an own property: `{ ...field }` has none. */
  readonly value: string;
  /** The field as received, folds and final line end included. */
  readonly bytes: Uint8Array;
  /** `received`: part of the message as it came. `added`: made by us; takes the message's line ending when written. */
  readonly origin: 'received' | 'added';
}
