/** Entry point: a Postfix configuration as policies and settings. Needs Node alone. */

export { type RestrictionsFinding, restrictionsFinding } from '../stages/restrictions/index.js';
export type { Abilities, PolicyServiceEndpoint, PolicyServiceTimes } from './abilities.js';
export { type AccountFiles, systemAccounts } from './accounts.js';
export type { ParameterStatus } from './catalogue/status.js';
export type { Listen } from './endpoint.js';
export type { PostfixTexts } from './files.js';
export type { MapOptions } from './maps.js';
export {
  checkPostfix,
  type PostfixCheck,
  type PostfixOptions,
  type PostfixReading,
  readPostfix,
} from './read-postfix.js';
export type { ReportRow } from './report.js';
export type { PostfixLogin, PostfixServer, PostfixServerLimits } from './server-settings.js';
export type { ServerTls } from './server-tls.js';
export type { PostfixService } from './services.js';
export type { PostfixMailboxes, PostfixSettings } from './settings.js';
export type { ClientTls, PipeTransport, PostfixTransport, SmtpTransport } from './transports.js';
