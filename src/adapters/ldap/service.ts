/**
 * What the directory and the tables ask of a group of LDAP servers. Searches run on connections that are bound with the
 * configured rights; passwords are checked on others. After any loss a fresh connection is made and bound before it is
 * searched.
 */
import type { PortCall } from '../../core/stage.js';
import type { LdapEntry, LdapQuery, LdapSearch } from '../../ports/ldap-search.js';
import type { Answer } from '../../values/answer.js';

export interface ServiceQuery extends LdapQuery {
  /** Nothing that is found beside a reference to what is below the base in another server (RFC 4511 section 4.5.3) is
   * "could not tell": it may be there. Naming contexts of the server itself do not count, nor those that every domain
   * of Active Directory has (CN=Configuration, DC=DomainDnsZones, DC=ForestDnsZones). Default: references are passed
   * over. */
  readonly whole?: boolean;
}

export interface LdapService extends LdapSearch {
  search(query: ServiceQuery, call?: PortCall): Promise<Answer<readonly LdapEntry[]>>;
  /** A simple bind (RFC 4513 section 5.1.3). `password` is not empty. */
  bind(dn: string, password: string, call?: PortCall): Promise<Answer<BindResult>>;
  /** Attributes of the root DSE (RFC 4512 section 5.1), asked once for each new server and kept. */
  rootDse(call?: PortCall): Promise<Answer<LdapEntry>>;
  close(): Promise<void>;
}

export type BindResult =
  | { readonly kind: 'bound' }
  /** The server has said no: invalidCredentials (49), inappropriateAuthentication (48) ... `message` is its diagnostic
   * message. `missing`: of several servers this one does not have the entry, and so has not looked at the password. */
  | { readonly kind: 'refused'; readonly code: number; readonly message: string; readonly missing?: boolean };

export { ldapService } from './client.js';
