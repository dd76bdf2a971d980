/**
 * The logger that servers are given: the shape of pino, so that `pino()` itself fits. The default is silence. No body
 * and no password is ever passed to it.
 */

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  error(fields: LogFields, text: string): void;
}
