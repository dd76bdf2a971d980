/**
 * Who may log in: the port behind AUTH (RFC 4954). The three answers stay apart: `found` is a right password, `not-found`
 * a wrong one or an unknown name (the peer is not told which), `cannot-tell` a directory that is down. Never an empty
 * password: a directory may take that for an anonymous bind (RFC 4513 section 5.1.2), so servers refuse it themselves.
 */
import type { PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';
import type { IpAddress } from '../values/ip.js';

export interface Credentials {
  /** Never rejects for an expected fault; a rejection counts as `cannot-tell`. Must not log the password. */
  verify(login: string, password: string, call: CredentialsCall): Promise<Answer<Identity>>;
}

/** Whom a right password showed. */
export interface Identity {
  /** The name that policies and logs see: the login as given, or the canonical form of it. */
  readonly name: string;
}

export interface CredentialsCall extends PortCall {
  /** Undefined for mail that came without an address. */
  readonly client: IpAddress | undefined;
}
