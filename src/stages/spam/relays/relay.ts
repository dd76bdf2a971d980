/**
 * The hosts that a message came through, as its Received fields tell them (Mail::SpamAssassin::Conf(3), "X-Spam-Relays-*"), and how
 * far they can be believed.
 */

export interface Relay {
  /** The address that the host was seen with; empty where there is none. */
  readonly ip: string;
  /** Its verified host name; empty where there is none. */
  readonly rdns: string;
  readonly helo: string;
  /** Who wrote the field. */
  readonly by: string;
  readonly ident: string;
  readonly envFrom: string;
  readonly id: string;
  /** How the client had logged in; empty: not. */
  readonly auth: string;
  readonly internal: boolean;
  readonly msa: boolean;
  /** Of RFC 1918, RFC 6598, loopback or link-local. */
  readonly ipPrivate: boolean;
  /** Who wrote the field looks names up: an empty `rdns` means that the host has none. */
  readonly looksUp: boolean;
  /** Nothing is known of its name, of which nothing is said then: not that it has none. */
  readonly nameless?: true;
}

export interface Relays {
  /** All, the last hop first. */
  readonly all: readonly Relay[];
  readonly trusted: readonly Relay[];
  readonly untrusted: readonly Relay[];
  readonly internal: readonly Relay[];
  readonly external: readonly Relay[];
  /** Received fields that were not understood. */
  readonly unparseable: number;
  /**
   * `X-Spam-Relays-Trusted`, `-Untrusted`, `-Internal`, `-External` and `EnvelopeFrom` in any letter case; `ALL-TRUSTED`,
   * `ALL-UNTRUSTED`, `ALL-INTERNAL`, `ALL-EXTERNAL` in this one, with `:raw` as received. Undefined for other names, and where there is
   * nothing: no known envelope sender, no fields in that part.
   */
  pseudoField(name: string): string | undefined;
}
