/** A spamd of our own for tests: each connection is read to its announced length and answered by a script. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Judge } from '../../../src/testing/scorer/index.js';

export interface Asked {
  readonly command: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly message: string;
}

export interface FakeSpamd extends AsyncDisposable {
  readonly port: number;
  readonly asked: Asked[];
  /** Connections open now, and most at once. */
  readonly open: { now: number; most: number };
  /** Writes to all connections: those that the client has closed end by it. */
  probe(): void;
  close(): Promise<void>;
}

/** Called with the whole request. */
export type Script = (asked: Asked, socket: Socket) => void;

export async function fakeSpamd(script: Script, path?: string): Promise<FakeSpamd> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const open = { now: 0, most: 0 };
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    open.most = Math.max(open.most, ++open.now);
    socket.on('close', () => {
      sockets.delete(socket);
      open.now--;
    });
    socket.on('error', () => {});
    let text = '';
    let done = false;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (done || end < 0) return;
      const [first = '', ...lines] = text.slice(0, end).split('\r\n');
      const fields = new Map(
        lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: */, '')]),
      );
      const length = Number(fields.get('content-length'));
      const message = text.slice(end + 4);
      if (message.length < length) return;
      done = true;
      const one: Asked = { command: first, fields, message };
      asked.push(one);
      script(one, socket);
    });
  });
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(path, resolve);
  });
  const address = server.address();
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const probe = (): void => {
    for (const socket of sockets) socket.write('x');
  };
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { port, asked, open, probe, close, [Symbol.asyncDispose]: close };
}

const TABLE =
  ' pts rule name              description\n---- ---------------------- --------------------------------------------------\n';

/** What spamd answers, from a judge. */
export function judged(judge: Judge): Script {
  return ({ command, message }, socket) => {
    const said = judge(message);
    if (said.kind === 'silent') return;
    if (said.kind === 'closes') return void socket.end();
    if (said.kind === 'nonsense') return void socket.end('220 mail.example ESMTP\r\n');
    const report = `Content preview: x\n\n${TABLE}${said.rules.map((rule) => `${' 0.1'} ${rule.padEnd(22)} about ${rule}\n`).join('')}`;
    const body = command.startsWith('SYMBOLS') ? said.rules.join(',') : report;
    const spam = `Spam: ${said.score >= said.required ? 'True' : 'False'} ; ${said.score.toFixed(1)} / ${said.required.toFixed(1)}`;
    if (command.startsWith('CHECK')) return void socket.end(`SPAMD/1.1 0 EX_OK\r\n${spam}\r\n\r\n`);
    socket.end(`SPAMD/1.1 0 EX_OK\r\nContent-length: ${body.length}\r\n${spam}\r\n\r\n${body}`, 'latin1');
  };
}
