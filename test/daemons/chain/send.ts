/** Sends one message over a connection of its own; the last reply is that to its end. */
import { content, play, say, withReverseName } from '../dialogue.js';
import { replyLine, type WireReply } from '../wire.js';

export interface Server {
  readonly port: number;
  readonly isPostfix?: boolean;
}

export interface Client {
  readonly ip: string;
  readonly name: string;
  readonly helo: string;
}

/** From another host than ours, as XCLIENT has it. `message`: octets as Latin-1. */
export async function send(
  { port, isPostfix }: Server,
  message: string,
  { ip, name, helo }: Client,
): Promise<WireReply | undefined> {
  const steps = [
    say('EHLO relay.example'),
    say(`XCLIENT ADDR=${ip} NAME=${name}`),
    say(`EHLO ${helo}`),
    say('MAIL FROM:<eve.conrad@mail.example>'),
    say('RCPT TO:<head@school.example>'),
    say('DATA'),
    content(message),
  ];
  const exchanges = await play({ name: 'chain', steps }, port, isPostfix === true ? withReverseName : undefined);
  const refused = exchanges.slice(0, -1).find(({ reply }) => reply.code >= 400);
  if (refused !== undefined) throw new Error(`${refused.sent}: ${replyLine(refused.reply)}`);
  return exchanges.at(-1)?.reply;
}
