/** An SMTP server that takes everything and remembers it: the far end for mail that Postfix sends on. */
import { createServer, type Socket } from 'node:net';

export interface SunkMail {
  readonly port: number;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Latin-1 octets, LF line ends, dots unstuffed. */
  readonly message: string;
}

export interface Sink {
  readonly port: number;
  readonly mails: readonly SunkMail[];
  close(): Promise<void>;
}

export async function startSink(): Promise<Sink> {
  const mails: SunkMail[] = [];
  const sockets = new Set<Socket>();
  let port = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, (mail) => mails.push({ ...mail, port }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    mails,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, take: (mail: Omit<SunkMail, 'port'>) => void): void {
  let buffer = '';
  let data: string[] | undefined;
  let sender = '';
  let recipients: string[] = [];
  const path = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';
  const say = (text: string): void => {
    socket.write(`${text}\r\n`);
  };
  const end = (lines: readonly string[]): void => {
    take({ sender, recipients, message: `${lines.join('\n')}\n` });
    data = undefined;
    recipients = [];
    say('250 2.0.0 taken');
  };
  const command = (text: string): void => {
    const verb = text.slice(0, 4).toUpperCase();
    if (verb === 'MAIL') sender = path(text);
    if (verb === 'RCPT') recipients.push(path(text));
    if (verb === 'RSET') recipients = [];
    if (verb === 'DATA') data = [];
    say(answers[verb] ?? '250 ok');
    if (verb === 'QUIT') socket.end();
  };
  const line = (text: string): void => {
    if (data === undefined) command(text);
    else if (text === '.') end(data);
    else data.push(text.startsWith('.') ? text.slice(1) : text);
  };
  socket.on('data', (chunk: Buffer) => {
    buffer += chunk.toString('latin1');
    for (let end = buffer.indexOf('\n'); end !== -1; end = buffer.indexOf('\n')) {
      const text = buffer.slice(0, end).replace(/\r$/, '');
      buffer = buffer.slice(end + 1);
      line(text);
    }
  });
  say('220 sink.example ESMTP');
}

const answers: Readonly<Record<string, string>> = {
  EHLO: '250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8',
  DATA: '354 go on',
  QUIT: '221 bye',
};
