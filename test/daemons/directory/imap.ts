/** A client's side of an IMAP session (RFC 3501), as much as tests need. */
import { openWire } from '../../../src/testing/dialogue/index.js';

export interface ImapSession {
  readonly greeting: string;
  /** All lines of the answer, the tagged one last and without its tag; it is missing where the server has gone. */
  say(command: string): Promise<readonly string[]>;
  end(): void;
}

const PATIENCE = 10_000;

export async function imapSession(port: number): Promise<ImapSession> {
  const wire = await openWire(port, '127.0.0.1', false);
  const greeting = (await wire.line(PATIENCE)) ?? '';
  let count = 0;
  return {
    greeting,
    async say(command) {
      count++;
      const tag = `a${count} `;
      wire.send(`${tag}${command}\r\n`);
      const lines: string[] = [];
      for (;;) {
        const text = await wire.line(PATIENCE);
        if (text === undefined) return lines;
        if (text.startsWith(tag)) return [...lines, text.slice(tag.length)];
        lines.push(text);
      }
    },
    end: () => wire.destroy(),
  };
}
