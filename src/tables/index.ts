export {
  type AddressKey,
  accessKeys,
  addressKeys,
  domainKeys,
  type KeyOptions,
  mailboxKeys,
  NULL_SENDER_KEY,
  nameKeys,
  transportKeys,
  virtualKeys,
} from './address-keys.js';
export { aliasTable } from './alias-table.js';
export { type CidrTable, type CidrTableOptions, cidrTable } from './cidr-table.js';
export { type HashTable, type HashTableOptions, hashTable } from './hash-table.js';
export { type LdapOpener, type LdapTable, type LdapTableOptions, ldapTable } from './ldap/ldap-table.js';
export type { LdapParameter, LdapParameters } from './ldap/parameters.js';
export { type Continuation, type LogicalLine, lineAt, logicalLines } from './logical-lines.js';
export type { EnumerableTable, MemoryTable, PatternTable } from './memory-table.js';
export {
  type FileRead,
  indexedTypes,
  type OpenTableOptions,
  openRules,
  openTable,
  openTableList,
  splitTableName,
  type TableFiles,
  type TrustedTables,
} from './open-table.js';
export { type ReloadableTable, reloadableTable } from './reloadable.js';
export {
  failTable,
  type InlineTableOptions,
  inlineTable,
  pipeTable,
  randomTable,
  staticTable,
  tableList,
  unionTable,
} from './simple-tables.js';
