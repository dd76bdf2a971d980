/** Entry point: a replacement of Courier's authdaemond. Needs Node. */
export type { Credentials, CredentialsCall, Identity } from '../../ports/credentials.js';
export type { LogFields, Logger } from '../shared/logger.js';
export type { RunningUnixServer } from '../shared/unix-server.js';
export type { UnixServerOptions } from '../shared/unix-settings.js';
export type { AuthdaemonAccount } from './protocol.js';
export { type AccountAsked, type AuthdaemondOptions, authdaemond } from './server.js';
