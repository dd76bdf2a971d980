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

/** The same logger, whose faults are its own: no reply and no delivery depends on a log line. */
export function guarded(logger: Logger): Logger {
  const at =
    (level: keyof Logger) =>
    (fields: LogFields, text: string): void => {
      try {
        logger[level](fields, text);
      } catch {
        // There is nowhere to tell it.
      }
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
