/** Entry point: the SMTP server. */

export type { Credentials, CredentialsCall, Identity } from '../../ports/credentials.js';
export { defaultLimits, type ServerLimits } from '../shared/limits.js';
export type { LogFields, Logger } from '../shared/logger.js';
export type { ServerOptions, TlsOptions } from '../shared/options.js';
export { TRANSACTION_CHANNEL, type TransactionRecord } from '../shared/record.js';
export type { RunningServer } from '../shared/server.js';
export type { Transport, TransportDelivery, TransportRecipient, TransportResult } from '../shared/transport.js';
export { smtpAbilities } from './abilities.js';
export { type SmtpServerOptions, smtpServer } from './server.js';
