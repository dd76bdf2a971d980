/**
 * Checks a password: a directory by a bind, saslauthd, a file of hashes. Behind `Credentials`, which is what a server asks and where
 * the rules of a site stand (`directoryCredentials`). An empty password never reaches it (RFC 4513 section 5.1.2). The suite that one
 * must pass: `authenticatorConformance` of postern/testing.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';
import type { DirectoryUser } from './directory.js';

export interface Authenticator {
  /** For the log: `saslauthd /run/saslauthd/mux`. */
  readonly name: string;
  /** `account`: the name without a domain, of any letter case. Never `not-found`: an account that does not exist is `refused`, in the
   * same time as a wrong password as far as that can be had. "Could not tell": anything but a clear yes or no. The password is
   * neither kept nor logged. An empty one is `refused`. */
  authenticate(account: string, password: string, call?: PortCall): MaybePromise<Answer<Authentication>>;
}

export type Authentication =
  | {
      readonly kind: 'authenticated';
      /** The account's name as the directory spells it, where it tells; else as given. */
      readonly account: string;
      /** The entry, where the authenticator has seen it on the way. */
      readonly user: DirectoryUser | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly cause: LoginRefusal;
      /** In the directory's own words or numbers, for the log: `AD 52e`. */
      readonly detail: string | undefined;
    };

/** The peer is not told which. All but the first two are told apart only to who knows the password, where the directory does so. */
export type LoginRefusal =
  | 'wrong-password'
  /** Many directories say `wrong-password` for this. */
  | 'no-such-account'
  | 'disabled'
  | 'account-expired'
  | 'locked-out'
  | 'password-expired'
  | 'must-change-password'
  | 'logon-hours'
  | 'workstation'
  /** By a rule of the site: an invalid user, an account without the right to log in. */
  | 'not-permitted'
  /** The authenticator says no and not why. */
  | 'unspecified';
