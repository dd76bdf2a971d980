/**
 * Searches in an LDAP directory (RFC 4511 section 4.5), as tables in the form of ldap_table(5) need them. Bound with the rights that
 * were configured, always: an anonymous search that finds nothing has told nothing.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';

export interface LdapQuery {
  /** A distinguished name (RFC 4514); '' for the root DSE. */
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  /** RFC 4515, values escaped. */
  readonly filter: string;
  /** Names of attributes; empty for all. */
  readonly attributes: readonly string[];
  /** Entries; more are "could not tell" for good. 0: no limit of ours. */
  readonly sizeLimit: number;
}

export interface LdapEntry {
  readonly dn: string;
  /** By name in lower case without options; never an empty list. Ranges (`member;range=`) are put together. */
  readonly attributes: ReadonlyMap<string, readonly Uint8Array[]>;
}

export interface LdapSearch {
  /** For the log and the trace: `ldap ldaps://dc1.school.example`. */
  readonly name: string;
  /** Found: the entries, perhaps none. Not-found: there is no entry at the base (noSuchObject). References are not followed. */
  search(query: LdapQuery, call?: PortCall): MaybePromise<Answer<readonly LdapEntry[]>>;
}
