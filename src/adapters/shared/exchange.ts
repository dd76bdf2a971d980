/** One connection for one question: the request is written as the peer takes it, the reply read until it is whole. */
import { connect } from 'node:net';
import { malformed, type Parsed } from '../../values/parsed.js';
import type { Endpoint } from './endpoint.js';

export interface Reading<T> {
  /** Undefined: more is to come. */
  push(bytes: Uint8Array): Parsed<T> | undefined;
  end(): Parsed<T>;
}

/** Ends with the reply, the end of the connection, or the signal; the socket is gone then. Rejects where `request` does. */
export function exchange<T>(
  endpoint: Endpoint,
  request: AsyncIterable<Uint8Array>,
  reading: Reading<T>,
  signal: AbortSignal,
): Promise<Parsed<T>> {
  return new Promise((resolve, reject) => {
    const socket = connect(endpoint);
    let settle: (() => void) | undefined;
    const end = (how: () => void): void => {
      settle ??= how;
      socket.destroy();
    };
    const abort = (): void => end(() => resolve(malformed(String(signal.reason))));
    socket.on('data', (bytes) => {
      const reply = settle === undefined ? reading.push(bytes) : undefined;
      if (reply !== undefined) end(() => resolve(reply));
    });
    socket.on('end', () => end(() => resolve(reading.end())));
    // A service that refuses the message early may have closed before all was written: what it said is read first.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') end(() => resolve(malformed(error.code ?? error.message)));
    });
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      (settle ?? (() => resolve(reading.end())))();
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    writeAll(socket, request).catch((error: unknown) => end(() => reject(error)));
  });
}

async function writeAll(socket: ReturnType<typeof connect>, request: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of request) {
    if (socket.destroyed) return;
    if (!socket.write(chunk)) await drained(socket);
  }
  socket.end();
}

/** Also when nothing can be written any more. */
function drained(socket: ReturnType<typeof connect>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
    if (socket.destroyed) done();
  });
}
