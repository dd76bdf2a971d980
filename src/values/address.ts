import type { Domain } from './domain.js';
import type { IpAddress } from './ip.js';

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 section 4.1.3). */
export interface AddressLiteral {
  readonly kind: 'address-literal';
  readonly ip: IpAddress;
  /** With its brackets, canonical. */
  readonly text: string;
}

export interface Mailbox {
  readonly kind: 'mailbox';
  /** Without quotes and escapes; case kept (RFC 5321 section 2.4). */
  readonly localPart: string;
  readonly domain: Domain | AddressLiteral;
  /** `local@domain`, quoted only where it must be, domain in A-labels, lower case. The key of comparisons by bytes. */
  readonly text: string;
}

/** `<>`: a case of its own, never an empty string. */
export interface NullPath {
  readonly kind: 'null-path';
}

export type ReversePath = Mailbox | NullPath;
