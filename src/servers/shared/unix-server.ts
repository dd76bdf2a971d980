/**
 * A server on a Unix socket that takes one request and gives one answer for each connection: what saslauthd(8) and
 * Courier's authdaemond are. A connection that closes without an answer is a temporary failure to both of their
 * clients: so end a request that is nonsense or does not arrive, an answer that does not come, and whatever cannot be
 * told. Neither closes its half of the connection before the answer: who does has gone, and nobody is asked for him.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { PortCall } from '../../core/stage.js';
import type { Parsed } from '../../values/parsed.js';
import { inTime } from './in-time.js';
import { messageOf } from './record.js';
import type { UnixServerSettings } from './unix-settings.js';
import { listenAt, removeOwn } from './unix-socket.js';

/** A live resource: `await using` it, or call `close`. */
export interface RunningUnixServer extends AsyncDisposable {
  readonly path: string;
  /** Removes the socket. Requests under way may finish, for `closeTime` at most. Resolves when the last connection
   * is gone; more than once is harmless. */
  close(): Promise<void>;
}

export interface RequestReader<R> {
  /** Undefined: more is to come. What comes behind a whole request is not looked at. Malformed closes without an
   * answer: what can only be a wrong login is a request of nobody instead. */
  push(bytes: Uint8Array): Parsed<R> | undefined;
}

export interface Service<R> {
  /** `saslauthd`, for the log. */
  readonly protocol: string;
  reader(): RequestReader<R>;
  /** Undefined: the connection closes without an answer. As does a rejection. */
  answer(request: R, call: PortCall): Promise<Uint8Array | undefined>;
}

interface Visit {
  /** Its request is whole. */
  asking: boolean;
  /** It is being answered. */
  answered: boolean;
  readonly over: AbortController;
}

/** For the peer to close, behind an answer. */
const LINGER_MS = 1000;

/**
 * Rejects with the system's error when the socket cannot be had; EADDRINUSE when somebody listens there, or it is no
 * socket.
 */
export async function startUnixServer<R>(
  settings: UnixServerSettings,
  service: Service<R>,
): Promise<RunningUnixServer> {
  const { path, log, connections, closeTime } = settings;
  const { protocol } = service;
  const visits = new Map<Socket, Visit>();
  let draining = false;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    if (draining || visits.size >= connections) {
      if (!draining) log?.warn({ event: 'connect', protocol, reason: 'limit' }, 'too many connections');
      socket.destroy();
      return;
    }
    const visit: Visit = { asking: false, answered: false, over: new AbortController() };
    visits.set(socket, visit);
    // Neither client closes its half before the answer: who does has gone.
    socket.once('end', () => {
      if (!visit.answered) socket.destroy();
    });
    socket.once('close', () => {
      visits.delete(socket);
      visit.over.abort('the peer has gone');
    });
    serve(settings, service, socket, visit)
      .catch((error: unknown) => log?.error({ event: 'crash', protocol, error: messageOf(error) }, 'a request crashed'))
      .finally(() => socket.destroy());
  });
  const own = await listenAt(server, settings);
  server.on('error', (error) => log?.error({ event: 'error', protocol, error: messageOf(error) }, 'cannot accept'));
  log?.info({ event: 'listening', protocol, path }, 'listening');
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    draining = true;
    closed ??= removeOwn(path, own).then(() => drain(server, visits, closeTime));
    return closed;
  };
  return { path, close, [Symbol.asyncDispose]: close };
}

async function drain(server: Server, visits: ReadonlyMap<Socket, Visit>, closeTime: number): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const [socket, { asking }] of visits) if (!asking) socket.destroy();
  const timer = setTimeout(() => {
    for (const [socket, { over }] of visits) {
      over.abort('the server is closing');
      socket.destroy();
    }
  }, closeTime);
  await ended;
  clearTimeout(timer);
}

async function serve<R>(
  settings: UnixServerSettings,
  service: Service<R>,
  socket: Socket,
  visit: Visit,
): Promise<void> {
  const { requestTime, answerTime, log } = settings;
  const { protocol } = service;
  const request = await received(socket, service.reader(), requestTime);
  if (request === undefined) return;
  if (request.kind === 'malformed') {
    log?.warn({ event: 'request', protocol, why: request.why }, 'no request');
    return;
  }
  visit.asking = true;
  const answer = await inTime(answerTime, (call) => service.answer(request.value, call), visit.over);
  if (answer === 'late')
    log?.warn({ event: 'request', protocol, why: `no answer within ${answerTime} ms` }, 'too late');
  else if (answer !== undefined && answer !== 'over') await sent(socket, answer);
}

/** Undefined where the peer goes, is silent, or drips. */
function received<R>(socket: Socket, reader: RequestReader<R>, ms: number): Promise<Parsed<R> | undefined> {
  return new Promise((resolve) => {
    const done = (request: Parsed<R> | undefined): void => {
      clearTimeout(timer);
      socket.off('data', take);
      // What is not read would be a reset to the peer, and our answer lost to it.
      socket.resume();
      resolve(request);
    };
    const take = (bytes: Uint8Array): void => {
      const request = reader.push(bytes);
      if (request !== undefined) done(request);
    };
    const gone = (): void => done(undefined);
    const timer = setTimeout(gone, ms);
    socket.on('data', take);
    socket.once('close', gone);
  });
}

function sent(socket: Socket, answer: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end(answer);
  });
}

const MOST_SHOWN = 256;

/** Of what a peer says, for the log. */
export function shown(text: string): string {
  return text.slice(0, MOST_SHOWN);
}
