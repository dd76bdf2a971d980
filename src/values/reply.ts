/** What the peer is told: an SMTP reply (RFC 5321 section 4.2) with its enhanced code (RFC 3463). */
export interface Reply {
  readonly kind: 'reply';
  /** 200-599. */
  readonly code: number;
  /** `5.7.1`; its class agrees with `code`. Undefined where the protocol has none (greeting, EHLO). */
  readonly enhanced: string | undefined;
  /** One line, printable, without CR and LF, at most 400 octets; several lines come as an array. */
  readonly lines: readonly string[];
}
