/** The mail store on Maildirs, and a reader of them. Needs Node alone. */
export type { CleanOptions, CleanReport } from './clean.js';
export type { FileFacts, MaildirFile, MaildirFileSystem } from './file-system.js';
export { nodeFileSystem } from './file-system.js';
export { type MaildirOptions, type MaildirStore, maildir } from './maildir.js';
export { type MaildirEntry, readMaildir } from './read.js';
