/**
 * As much of Dovecot's authentication protocol as smtpd(8) needs to have logins at all: it shakes hands and knows nobody.
 * Sessions then log in by XCLIENT LOGIN, which Postfix takes only where SASL is on.
 */
import { createServer, type Socket } from 'node:net';

export interface DovecotAuth {
  readonly port: number;
  close(): Promise<void>;
}

const greeting = ['VERSION\t1\t1', 'MECH\tPLAIN\tplaintext', 'SPID\t1', 'CUID\t1', `COOKIE\t${'0'.repeat(32)}`, 'DONE'];

export async function startDovecotAuth(): Promise<DovecotAuth> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const [, id] of chunk.toString('latin1').matchAll(/^AUTH\t(\d+)/gm)) socket.write(`FAIL\t${id}\n`);
    });
    socket.write(`${greeting.join('\n')}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
