/** The port LdapSearch over the servers of one directory: for tables in the form of ldap_table(5), and whatever else
 * searches. */
import type { PortCall } from '../../core/stage.js';
import type { LdapEntry, LdapQuery, LdapSearch } from '../../ports/ldap-search.js';
import type { Answer } from '../../values/answer.js';
import { ldapService } from './service.js';
import { type LdapServerOptions, ldapSettings } from './settings.js';

export interface LdapSearchClient extends LdapSearch, AsyncDisposable {
  search(query: LdapQuery, call?: PortCall): Promise<Answer<readonly LdapEntry[]>>;
  /** Ends every search as "could not tell", later ones too; resolves when no connection is left. */
  close(): Promise<void>;
}

/** Throws ConfigurationError (code `options`) for wrong options, (code `package`) where ldapts is not installed.
 * Connects for the first search. */
export function ldapSearch(options: LdapServerOptions): LdapSearchClient {
  const service = ldapService(ldapSettings(options));
  const close = (): Promise<void> => service.close();
  return {
    name: service.name,
    search: (query, call) => service.search(query, call),
    close,
    [Symbol.asyncDispose]: close,
  };
}
