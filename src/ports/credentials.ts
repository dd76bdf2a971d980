/**
 * Who may log in: the port behind AUTH (RFC 4954). The three answers stay apart: `found` is a right password,
 * `not-found` a wrong one or an unknown name (the peer is not told which), `cannot-tell` a directory that is down.
 * Never an empty password: a directory may take that for an anonymous bind (RFC 4513 section 5.1.2), so servers refuse
 * it themselves.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';
import type { IpAddress } from '../values/ip.js';

export interface Credentials {
  /** Never rejects for an expected fault; a rejection counts as `cannot-tell`. Must not log the password. */
  verify(login: string, password: string, call: CredentialsCall): Promise<Answer<Identity>>;
  /** The account that a login means, the same for each of its spellings, whether or not there is such an account:
   * what attempts are counted by. Not-found: none that could be one of ours. */
  accountOf?(login: string, call: CredentialsCall): MaybePromise<Answer<string>>;
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
