export * from './arc.js';
export * from './arc-seal.js';
export * from './dkim.js';
export * from './dkim-sign.js';
export { type DkimLimits, defaultDkimLimits } from './limits.js';
export { defaultOversignedFields, defaultSignedFields, type SigningKeyOptions } from './signing.js';
