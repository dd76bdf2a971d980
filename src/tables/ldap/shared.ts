/** Tables with the same servers share what searches them: one pool of connections for all tables of a configuration. */
import type { LdapSearch } from '../../ports/ldap-search.js';
import type { LdapOpener } from './ldap-table.js';

/** Calls `open` once for servers that are told alike. */
export function sharedLdap(open: LdapOpener): LdapOpener {
  const known = new Map<string, LdapSearch>();
  return (server, source) => {
    const key = JSON.stringify(server);
    const search = known.get(key) ?? open(server, source);
    known.set(key, search);
    return search;
  };
}
