/** For tests: a mail store in memory, and the suite that every mail store must pass. No Node module, no framework. */
export { type MailStoreConformance, mailStoreConformance } from './conformance.js';
export { type MemoryStore, type MemoryStoreOptions, memoryStore, type StoredMessage } from './memory-store.js';
