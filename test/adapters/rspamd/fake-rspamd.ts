/** An rspamd of our own for tests: an HTTP server that answers each message by a script. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Judge } from '../../../src/testing/scorer/index.js';

export interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly message: string;
}

export interface FakeRspamd extends AsyncDisposable {
  readonly port: number;
  readonly asked: Asked[];
  readonly open: { now: number; most: number };
  close(): Promise<void>;
}

/** Called with the whole request. */
export type Script = (asked: Asked, reply: ServerResponse) => void;

export async function fakeRspamd(script: Script, path?: string): Promise<FakeRspamd> {
  const asked: Asked[] = [];
  const open = { now: 0, most: 0 };
  const server = createServer((request, reply) => {
    const parts: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (bytes: Buffer) => parts.push(bytes));
    request.on('end', () => {
      const { method, url, headers, rawHeaders: raw } = request;
      const one: Asked = { method, url, headers, raw, message: Buffer.concat(parts).toString('latin1') };
      asked.push(one);
      script(one, reply);
    });
  });
  server.on('connection', (socket) => {
    open.most = Math.max(open.most, ++open.now);
    socket.on('close', () => open.now--);
  });
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(path, resolve);
  });
  const address = server.address();
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { port, asked, open, close, [Symbol.asyncDispose]: close };
}

/** What rspamd answers, from a judge. */
export function judged(judge: Judge): Script {
  return ({ message }, reply) => {
    const said = judge(message);
    if (said.kind === 'silent') return;
    if (said.kind === 'closes') return void reply.destroy();
    if (said.kind === 'nonsense') return void reply.end('<html>');
    const symbols = Object.fromEntries(said.rules.map((name) => [name, { name, score: 0.1, metric_score: 0.1 }]));
    const { score, required } = said;
    const action = score >= required ? 'add header' : 'no action';
    reply.end(JSON.stringify({ is_skipped: false, score, required_score: required, action, symbols, messages: {} }));
  };
}
