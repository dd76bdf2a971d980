/**
 * How large a header may be. A header beyond a limit is refused whole: Postfix cuts an oversized field and goes
 * on, but a cut field is no longer what the sender signed.
 */

export interface HeaderLimits {
  /** Octets of all fields together, the empty line not counted. Default 1,048,576 (Exim's header_maxsize). */
  readonly headerBytes: number;
  /** Number of fields. Default 10,000. */
  readonly headerFields: number;
  /** Octets of one field, folds and line ends counted. Default 102,400 (Postfix's header_size_limit). */
  readonly fieldBytes: number;
}

export const DEFAULT_HEADER_LIMITS: HeaderLimits = Object.freeze({
  headerBytes: 1_048_576,
  headerFields: 10_000,
  fieldBytes: 102_400,
});

/** SMTP servers answer it with 552 5.3.4 (RFC 3463: message too big for system). */
export interface HeaderOverLimit {
  readonly kind: 'over-limit';
  readonly limit: 'header-bytes' | 'header-fields' | 'field-bytes';
  /** Offset in the message of the first octet beyond the limit; for `header-fields`, of the field too many. */
  readonly at: number;
}
