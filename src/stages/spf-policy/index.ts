export * from './spf-policy.js';
export type { WhitelisterVerdict } from './verdict.js';
export * from './whitelister-conf.js';
