/** Structured log: one JSON object a line, on standard output. The servers write one for each decision. */
import type { Logger } from 'postern/servers/smtp';

type Level = keyof Logger;

export function jsonLog(write: (line: string) => void): Logger {
  const at =
    (level: Level) =>
    (fields: Readonly<Record<string, unknown>>, text: string): void =>
      write(`${JSON.stringify({ time: new Date().toISOString(), level, text, ...fields })}\n`);
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') };
}
