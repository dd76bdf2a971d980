/**
 * Whether the client's address has a name that points back to it: "iprev" of RFC 8601 sections 2.7.3 and 3, also called
 * forward-confirmed reverse DNS. Which stage makes it: `reverseDns`.
 */
import { type FindingKey, finding } from '../core/finding.js';

/**
 * RFC 8601 section 2.7.3. `pass`: a name points back; `fail`: there are names, none points back; `temperror`: the DNS could not
 * tell; `permerror`: the address has no name. `none`: nothing was looked up, for there is no address.
 */
export type ReverseDnsResult = 'pass' | 'fail' | 'temperror' | 'permerror' | 'none';

export interface ReverseDnsFinding {
  readonly result: ReverseDnsResult;
  /** A-label form, lower case, as far as they were looked at: at most ten. What is no host name is left out. */
  readonly names: readonly string[];
  /** Those that point back to the address. Of names that the server verified at connect, that one alone is known. */
  readonly verified: readonly string[];
  /** What could not be told, for `temperror`. */
  readonly why: string | undefined;
}

export const reverseDnsFinding: FindingKey<'reverseDns', ReverseDnsFinding> = finding('reverseDns');
