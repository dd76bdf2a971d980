/**
 * A server that listens: limits on connections, the bridge from smtp-server's hooks to our sessions, and the orderly
 * end.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { Policy } from '../../core/policy.js';
import { ConfigurationError } from '../../values/errors.js';
import { renderReply } from '../../values/reply.js';
import { connectionClass } from './connection.js';
import type { Connection } from './connection-types.js';
import { type Engine, loadEngine } from './engine.js';
import { createHost, type ServerHost } from './host.js';
import { LINE_BUFFER_BYTES } from './limits.js';
import { policyProblems, type Settings } from './options.js';
import { messageOf } from './record.js';
import * as replies from './replies.js';
import { tlsFactsOf } from './socket-facts.js';

/** A live resource: `await using` it, or call `close`. */
export interface RunningServer extends AsyncDisposable {
  /** The port listened on. */
  readonly port: number;
  readonly address: string;
  /**
   * Sessions that begin from now on run this policy; those under way keep theirs. Throws ConfigurationError (code
   * `server`) for a policy that the server cannot run, and then nothing changes.
   */
  usePolicy(policy: Policy): void;
  /**
   * Stops listening. Sessions between transactions get 421 at once; a transaction under way may finish, for `closeTime`
   * at most. Resolves when the last connection is gone; more than once is harmless.
   */
  close(): Promise<void>;
}

/** Rejects with the system's error when the port cannot be had. */
export async function startServer(settings: Settings, load?: () => Promise<Engine>): Promise<RunningServer> {
  const engine = await loadEngine(load);
  const shutdown = new AbortController();
  const host = createHost(settings, shutdown.signal);
  const fault = await host.spool.check();
  if (fault !== undefined) {
    throw new ConfigurationError('server', [{ code: 'bad-option', message: fault.why, construct: 'spoolDirectory' }]);
  }
  const connections = new Set<Connection>();
  const server = engineServer(engine, host, connections);
  const address = await listen(server, settings, host);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= drain(server, host, connections, shutdown);
    return closed;
  };
  const usePolicy = (policy: Policy): void => {
    const problems = policyProblems(policy, settings, settings.abilities);
    if (problems.length > 0) throw new ConfigurationError('server', problems);
    host.policy = policy;
  };
  settings.logger?.info({ event: 'listening', protocol: settings.protocol, address, port: host.port }, 'listening');
  return { port: host.port, address, usePolicy, close, [Symbol.asyncDispose]: close };
}

type EngineServer = InstanceType<Engine['SMTPServer']>;

function listen(server: EngineServer, settings: Settings, host: ServerHost): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => {
      server.off('error', reject);
      server.on('error', (error: Error) => {
        settings.logger?.debug({ event: 'connection-error', error: messageOf(error) }, 'a connection failed');
      });
      const bound = server.server.address();
      if (bound === null || typeof bound === 'string') {
        resolve(String(bound));
        return;
      }
      host.port = bound.port;
      resolve(bound.address);
    });
  });
}

async function drain(
  server: EngineServer,
  host: ServerHost,
  connections: ReadonlySet<Connection>,
  shutdown: AbortController,
): Promise<void> {
  host.draining = true;
  const ended = new Promise<void>((resolve) => server.server.close(() => resolve()));
  // Not at a session yet: a TLS handshake under way.
  for (const socket of server._pendingSockets.values()) socket.destroy();
  for (const connection of connections) connection.drain();
  const timer = setTimeout(() => {
    shutdown.abort(new Error('the server is closing'));
    for (const connection of connections) {
      connection.cut();
      connection._socket.destroy();
    }
  }, host.settings.full.closeTime);
  await ended;
  clearTimeout(timer);
  shutdown.abort(new Error('the server is closed'));
}

function engineOptions({ tls, implicitTls, ourName, protocol, full, credentials }: Settings): SMTPServerOptions {
  return {
    name: ourName.ascii,
    lmtp: protocol === 'lmtp',
    secure: implicitTls === true,
    ...(tls === undefined ? {} : { key: Buffer.from(tls.key), cert: Buffer.from(tls.cert) }),
    // Tricks of old, and what is not offered.
    disabledCommands: [
      ...['WIZ', 'SHELL', 'KILL', 'XFORWARD'],
      ...(tls === undefined ? ['STARTTLS'] : []),
      ...(credentials === undefined ? ['AUTH'] : []),
    ],
    // Whether a login is needed is ours to say, with the reply of RFC 4954.
    authOptional: true,
    hideENHANCEDSTATUSCODES: false,
    // No look-up of our own: the policy's stages ask a resolver.
    disableReverseLookup: true,
    maxCommandLength: LINE_BUFFER_BYTES,
    maxClients: full.connections,
    socketTimeout: full.idleTime,
    logger: false,
  };
}

function engineServer(engine: Engine, host: ServerHost, connections: Set<Connection>): EngineServer {
  const { full } = host.settings;
  const ConnectionOf = connectionClass(engine, host);
  const bySession = new WeakMap<object, Connection>();
  const perClient = new Map<string, number>();
  let handshakes = 0;

  function count(address: string, by: 1 | -1): number {
    const now = (perClient.get(address) ?? 0) + by;
    if (now > 0) perClient.set(address, now);
    else perClient.delete(address);
    return now;
  }

  function isTooMany(client: string): boolean {
    const open = connections.size + handshakes;
    if (open < full.connections && (perClient.get(client) ?? 0) < full.connectionsPerClient) return false;
    const fields = { event: 'connect', client, decision: 'defer', reason: 'limit', connections: open };
    host.reporter.log?.warn(fields, 'too many connections');
    return true;
  }

  return new (class extends engine.SMTPServer {
    /** Implicit TLS: a connection counts from its first octet, and its handshake has an end. */
    override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
      if (!handshake) return super._acceptSocket(socket, handshake);
      const client = socket.remoteAddress ?? '';
      const release = isTooMany(client) ? false : super._acceptSocket(socket, handshake);
      if (release === false) {
        socket.on('error', () => undefined);
        socket.destroy();
        return false;
      }
      handshakes++;
      count(client, 1);
      const timer = setTimeout(() => {
        host.reporter.log?.warn({ event: 'tls', client, reason: 'limit' }, 'the TLS handshake took too long');
        (this._pendingSockets.get(socket) ?? socket).destroy();
      }, full.handshakeTime);
      let over = false;
      const done = (): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        handshakes--;
        count(client, -1);
        release();
      };
      socket.once('close', done);
      return done;
    }

    override connect(socket: Socket | TLSSocket, options?: SMTPConnectionOptions | null): void {
      const client = socket.remoteAddress ?? '';
      if (host.draining) {
        turnAway(socket, replies.shuttingDown);
        return;
      }
      if (isTooMany(client)) {
        turnAway(socket, replies.tooManyConnections);
        return;
      }
      const connection = new ConnectionOf(this, socket, options);
      count(client, 1);
      bySession.set(connection.session, connection);
      connections.add(connection);
      this.connections.add(connection);
      this.#clients.set(connection, client);
      connection.on('error', (error) => this._onError(error));
      connection.init();
    }

    readonly #clients = new WeakMap<Connection, string>();

    override onConnect(session: object, callback: (error?: Error | null) => void): void {
      const connection = bySession.get(session);
      if (connection === undefined) {
        callback(new Error('no session'));
        return;
      }
      // The callback greets, or refuses, through `_sendGreeting`.
      connection.connect().then(
        () => callback(),
        (error: unknown) => {
          host.reporter.log?.error({ event: 'crash', error: messageOf(error) }, 'the connect phase crashed');
          connection.answer(replies.connectFailed);
        },
      );
    }

    override onSecure(socket: Socket | TLSSocket, session: object, callback: (error?: Error | null) => void): void {
      const peer = bySession.get(session)?.peer;
      const tls = tlsFactsOf(socket);
      // Under implicit TLS the session began with these facts.
      if (peer === undefined || tls === undefined || peer.session.tls !== undefined) {
        callback();
        return;
      }
      peer.secured(tls).then(() => callback(), callback);
    }

    override onClose(session: object): void {
      const connection = bySession.get(session);
      if (connection === undefined || !connections.delete(connection)) return;
      connection.ended();
      count(this.#clients.get(connection) ?? '', -1);
    }
  })(engineOptions(host.settings));
}

/** Before any session: one line, and the socket goes. */
function turnAway(socket: Socket | TLSSocket, reply: typeof replies.tooManyConnections): void {
  socket.on('error', () => undefined);
  socket.end(renderReply(reply));
  socket.resume();
  setTimeout(() => socket.destroy(), 1000).unref();
}
