export {
  type AddressKey,
  accessKeys,
  addressKeys,
  domainKeys,
  type KeyOptions,
  NULL_SENDER_KEY,
  nameKeys,
  transportKeys,
  virtualKeys,
} from './address-keys.js';
export { aliasTable } from './alias-table.js';
export { type CidrTable, type CidrTableOptions, cidrTable } from './cidr-table.js';
export { type HashTable, type HashTableOptions, hashTable } from './hash-table.js';
export { type LogicalLine, logicalLines } from './logical-lines.js';
export type { EnumerableTable, MemoryTable, PatternTable } from './memory-table.js';
export {
  failTable,
  type InlineTableOptions,
  inlineTable,
  staticTable,
  tableList,
  unionTable,
} from './simple-tables.js';
