export { type CheckHostOptions, checkHost } from './check-host.js';
export { type EnforceSpfOptions, type EnforceSpfStage, enforceSpf, type SpfAction } from './enforce-spf.js';
export { DEFAULT_SPF_LIMITS, type SpfLimits } from './limits.js';
export { isSpfRecord, type ParsedSpfRecord, parseSpfRecord, type SpfSyntaxError } from './parse-record.js';
export type * from './record.js';
export { renderSpfRecord } from './record.js';
export { type SpfOptions, type SpfStage, spf } from './spf.js';
