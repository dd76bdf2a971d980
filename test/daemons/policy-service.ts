/** A policy service (SMTPD_POLICY_README): answers by the recipient, the same to whoever asks. */
import { createServer, type Socket } from 'node:net';

export interface PolicyService {
  readonly port: number;
  /** Requests answered. */
  readonly asked: readonly ReadonlyMap<string, string>[];
  close(): Promise<void>;
}

/** `answer` gives the action for the attributes of a request. */
export async function startPolicyService(
  answer: (attributes: ReadonlyMap<string, string>) => string,
): Promise<PolicyService> {
  const asked: ReadonlyMap<string, string>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let buffer = '';
    socket.on('data', (chunk: Buffer) => {
      buffer += chunk.toString('latin1');
      for (let end = buffer.indexOf('\n\n'); end !== -1; end = buffer.indexOf('\n\n')) {
        const pairs = buffer.slice(0, end).split('\n');
        buffer = buffer.slice(end + 2);
        const attributes = new Map(pairs.map((pair) => split(pair)));
        asked.push(attributes);
        socket.write(`action=${answer(attributes)}\n\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function split(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return [pair.slice(0, equals), pair.slice(equals + 1)];
}
