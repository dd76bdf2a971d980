/** Entry point: a policy over .eml files, an mbox or a Maildir. Needs Node alone. */
export { batchAbilities } from './abilities.js';
export { type BatchCircumstances, type BatchOptions, type BatchRun, runBatch } from './batch.js';
export type {
  BatchEnvelope,
  BatchEvaluated,
  BatchFailed,
  BatchFailure,
  BatchItem,
  BatchResult,
  BatchSource,
  Loaded,
  Unreadable,
} from './items.js';
export { createMboxSplitter, type MboxEvent, type MboxFormat, type MboxSplitter } from './protocol.js';
export { emlFiles, inOrder, type MboxOptions, maildirFolder, mboxFile } from './sources.js';
