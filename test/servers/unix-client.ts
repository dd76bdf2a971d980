/** One connection to a server on a Unix socket: what is written, in which pieces, and what comes back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Place {
  readonly folder: string;
  readonly path: string;
  remove(): void;
}

export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'unix-'));
  return { folder, path: join(folder, 'socket'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** All that came until the connection closed, or was reset; why there was none, as its code. */
export function talk(path: string, pieces: Iterable<Uint8Array | string> = [], end = false): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path, allowHalfOpen: true });
    const came: Buffer[] = [];
    socket.on('data', (bytes) => came.push(bytes));
    socket.on('end', () => socket.end());
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      came.push(Buffer.from(code === 'EPIPE' || code === 'ECONNRESET' ? '' : (code ?? '?'))),
    );
    socket.on('close', () => resolve(Buffer.concat(came).toString('utf8')));
    void feed(socket, pieces, end);
  });
}

async function feed(socket: Socket, pieces: Iterable<Uint8Array | string>, end: boolean): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    await wait(1);
  }
  if (end) socket.end();
}
