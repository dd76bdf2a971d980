/**
 * What is known of the peer and of ourselves. Plain data: a session can be written to a tape and read back.
 */
import type { Domain } from '../values/domain.js';
import type { IpAddress } from '../values/ip.js';

export interface Session {
  readonly client: Client;
  readonly server: Server;
  /** The protocol spoken: `smtp` until the client says EHLO. `local`: none, this host itself sends (a pipe, a file). It is
   * this, never a missing address, that makes a client one of ours. */
  readonly protocol: 'smtp' | 'esmtp' | 'lmtp' | 'local';
  /** Undefined on a clear-text connection. */
  readonly tls: TlsFacts | undefined;
  /** Undefined when the client has not logged in. */
  readonly login: Login | undefined;
  /** True once the client has sent more behind a command, before it had the answer, where RFC 2920 section 3.1 does not let it:
   * behind any without EHLO, behind EHLO, DATA, NOOP and VRFY with it. It stays true for the rest of the session. */
  readonly pipelined?: boolean;
}

export interface Client {
  /** Undefined for a `local` session, and for a client whose address a front could not tell: a stranger. */
  readonly ip: IpAddress | undefined;
  readonly port: number | undefined;
  readonly name: ClientName;
}

/** The client's host name and how it is known (RFC 8601 section 3, "iprev"). */
export type ClientName =
  /** The name that the address points to, and which points back to the address. */
  | { readonly kind: 'verified'; readonly name: Domain }
  /** The address points to this name, the name does not point back. */
  | { readonly kind: 'unverified'; readonly name: Domain }
  /** The address has no name. */
  | { readonly kind: 'none' }
  /** Nobody asked. */
  | { readonly kind: 'not-looked-up' }
  /** `reverse`: the name that the address points to, when only its addresses could not be told. */
  | { readonly kind: 'cannot-tell'; readonly why: string; readonly reverse?: Domain };

export interface Server {
  /** Our own name, as in the greeting and in Received fields. */
  readonly name: Domain;
  /** The port that the client reached; undefined where there is none. */
  readonly port: number | undefined;
}

export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** The subject's common name of a client certificate that our trust anchors verify. */
  readonly verifiedClient: string | undefined;
  /** Of the client's certificate and of its public key, verified or not: colons between upper-case octets, as
   * smtpd_tls_fingerprint_digest has them. Undefined where nobody computed them. */
  readonly fingerprints?: readonly string[];
}

/** An authenticated identity (RFC 4954). */
export interface Login {
  readonly name: string;
  /** `PLAIN`, `LOGIN`. */
  readonly mechanism: string;
}
