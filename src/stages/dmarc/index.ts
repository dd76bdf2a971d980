export { type DmarcStage, dmarc } from './dmarc.js';
export type { DmarcMode, DmarcOptions, UnclearAuthorRule } from './options.js';
export { type DmarcRecord, type FailureOption, parseDmarcRecord } from './record.js';
