export interface IpAddress {
  readonly kind: 'ip';
  readonly version: 4 | 6;
  /** Canonical text: dotted decimal, or RFC 5952. An IPv4-mapped IPv6 address is the IPv4 address. */
  readonly text: string;
  /** Unsigned 32-bit words in network order: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
}

export interface Network {
  readonly kind: 'network';
  readonly address: IpAddress;
  /** Bits, 0-32 or 0-128. */
  readonly prefix: number;
  /** `192.0.2.0/24`. */
  readonly text: string;
}
