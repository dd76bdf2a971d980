/** Entry point: a replacement of saslauthd for programs with Cyrus SASL. Needs Node. */
export type { LogFields, Logger } from '../shared/logger.js';
export type { RunningUnixServer } from '../shared/unix-server.js';
export type { UnixServerOptions } from '../shared/unix-settings.js';
export { type SaslauthdCall, type SaslauthdServerOptions, saslauthdServer } from './server.js';
