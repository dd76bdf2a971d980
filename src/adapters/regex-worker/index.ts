/** Backtracking patterns of tables that an operator trusts, run by JavaScript's RegExp in worker threads with a deadline. */
export { type RegexWorker, regexWorker } from './regex-worker.js';
export type { RegexWorkerOptions } from './settings.js';
