/** Running the project's TypeScript as programs, against the sources. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const tsx = fileURLToPath(import.meta.resolve('tsx'));

export interface Program {
  readonly child: ChildProcess;
  /** All that it has printed so far. */
  output(): string;
  /** Resolves when the output contains `text`; rejects when the program ends before. */
  printed(text: string): Promise<void>;
  /** Resolves with the exit status. */
  ended(): Promise<number | null>;
}

export function start(
  file: string,
  environment: Readonly<Record<string, string>> = {},
  cwd: string = root,
  args: readonly string[] = [],
): Program {
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, 'test', 'tsconfig.json'), ...environment };
  const child = spawn(process.execPath, ['--import', `file://${tsx}`, file, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const exit = once(child, 'close');
  return {
    child,
    output: () => text,
    async printed(part) {
      for (let tries = 0; tries < 1000; tries++) {
        if (text.includes(part)) return;
        if (child.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`"${part}" was not printed; this was:\n${text}`);
    },
    async ended() {
      const [code] = (await exit) as [number | null];
      return code;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Says each line when the reply to the one before is there; gives the replies. */
export async function dialogue(port: number, lines: readonly string[]): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1');
  const next = replies(socket);
  const heard = [await next()];
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    heard.push(await next());
  }
  socket.destroy();
  return heard;
}

function replies(socket: Socket): () => Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  return async () => {
    for (;;) {
      const complete = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(text);
      if (complete !== null) {
        text = text.slice(complete[0].length);
        return complete[0].trimEnd();
      }
      if (socket.destroyed) throw new Error(`the connection ended after ${JSON.stringify(text)}`);
      await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    }
  };
}

/** One message, up to the reply after its end. */
export function sending(from: string, to: readonly string[], text: string): readonly string[] {
  const rcpt = to.map((one) => `RCPT TO:<${one}>`);
  return ['EHLO client.example', `MAIL FROM:<${from}>`, ...rcpt, 'DATA', `${text.replaceAll('\n', '\r\n')}\r\n.`];
}
