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
  /** Of attributes of which values came with options (`uid;lang-de`, RFC 4512 section 2.5): those that came without, perhaps none. */
  readonly plain?: ReadonlyMap<string, readonly Uint8Array[]>;
}

export interface LdapSearch {
  /** For the log and the trace: `ldap ldaps://dc1.school.example`. */
  readonly name: string;
  /** Found: the entries, perhaps none. Not-found: there is no entry at the base (noSuchObject). References are not followed. */
  search(query: LdapQuery, call?: PortCall): MaybePromise<Answer<readonly LdapEntry[]>>;
}

/** What an `ldap:` table says of its servers (ldap_table(5)), checked; who opens the table makes an `LdapSearch` of it. */
export interface LdapTableServer {
  /** `ldap://HOST:PORT` or `ldaps://HOST:PORT`, in the order in which they are tried; at least one. */
  readonly urls: readonly string[];
  /** A simple bind; undefined for an anonymous one. */
  readonly bind: { readonly dn: string; readonly password: string } | undefined;
  /** Milliseconds, for each search and for a connection to be made. */
  readonly timeout: number;
  /** StartTLS (RFC 4511 section 4.14) on connections of `ldap:`. */
  readonly startTls: boolean;
  /** Whom certificates are trusted from, and our own with its key: paths as they are written; undefined: not given. */
  readonly caFile: string | undefined;
  readonly caDirectory: string | undefined;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}
