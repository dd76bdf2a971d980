/**
 * One SMTP session to be played to both servers, and what each of them answered. A step is one or more commands sent at once;
 * each gets its reply. The content of a message is sent only after 354.
 */
import { replyLine, SmtpWire, type WireReply } from './wire.js';

export type Step =
  /** Commands without line ends; more than one are pipelined. */
  | { readonly kind: 'commands'; readonly commands: readonly string[] }
  /** A message without the final dot, LF or CRLF line ends; dots are stuffed here. */
  | { readonly kind: 'content'; readonly message: string };

export interface Dialogue {
  readonly name: string;
  /** Which smtpd service of master.cf; the first where there are not so many. Default 0. */
  readonly service?: number;
  readonly steps: readonly Step[];
}

export interface Exchange {
  readonly sent: string;
  readonly reply: WireReply;
  /** Of a message: its field X-Case. */
  readonly id?: string;
}

export const say = (...commands: string[]): Step => ({ kind: 'commands', commands });
export const content = (message: string): Step => ({ kind: 'content', message });

/** XCLIENT NAME alone leaves Postfix the reverse name of the real client; Postern has one name for both. */
export const withReverseName = (command: string): string =>
  command.replace(/^(XCLIENT .*\bNAME=(\S+).*)$/, '$1 REVERSE_NAME=$2');

/**
 * Who comes from elsewhere by XCLIENT does not dial from an address of the server's own: of whom Postfix rewrites header fields
 * (local_header_rewrite_clients) is for it a matter of the real connection.
 */
function addressOf(steps: readonly Step[]): string {
  const isXclient = (step: Step): boolean =>
    step.kind === 'commands' && step.commands.some((one) => /^XCLIENT /i.test(one));
  return steps.some(isXclient) ? '127.0.0.2' : '127.0.0.1';
}

/** Plays to the end, or to where the server has gone. The greeting is the first exchange. */
export async function play(
  { steps, name }: Dialogue,
  port: number,
  adapt: (command: string) => string = (command) => command,
): Promise<readonly Exchange[]> {
  const wire = await SmtpWire.open(port, addressOf(steps));
  const exchanges: Exchange[] = [];
  const take = async (sent: string, id?: string): Promise<WireReply> => {
    const reply = await wire.reply();
    exchanges.push({ sent, reply, ...(id !== undefined && { id }) });
    return reply;
  };
  try {
    let last = await take('(connect)');
    for (const step of steps) {
      if (last.code === 0) break;
      if (step.kind === 'content') {
        if (last.code !== 354) continue;
        const text = step.message.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
        wire.send(`${text}${text.endsWith('\r\n') || text === '' ? '' : '\r\n'}.\r\n`);
        last = await take('(message)', /^X-Case: *(\S+)/m.exec(text)?.[1]);
        continue;
      }
      // What is sent now would be taken for the message.
      if (last.code === 354) continue;
      wire.send(step.commands.map((command) => `${adapt(command)}\r\n`).join(''));
      for (const command of step.commands) {
        last = await take(command);
        if (last.code === 0) break;
      }
    }
  } catch (error) {
    const said = exchanges.map(({ sent, reply }) => `${sent} -> ${replyLine(reply)}`).join('\n');
    throw new Error(`session ${name}: ${error instanceof Error ? error.message : String(error)}, after\n${said}`);
  } finally {
    wire.close();
  }
  return exchanges;
}
