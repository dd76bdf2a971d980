/** Directories over LDAP, with `ldapts`: Active Directory, OpenLDAP and others. */
export { type LdapDirectory, type LdapDirectoryFacts, ldapDirectory } from './directory.js';
export type { LdapDirectoryOptions } from './directory-settings.js';
export { type LdapSearchClient, ldapSearch } from './ldap-search.js';
export type { LdapSchema, SchemaKind } from './schema.js';
export type { LdapServerOptions, LdapTlsOptions } from './settings.js';
export { type LdapTables, type LdapTablesOptions, ldapTables } from './tables.js';
