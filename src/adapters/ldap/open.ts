/**
 * A new connection: TCP, TLS at once or by StartTLS (RFC 4511 section 4.14, RFC 4513 section 3), and the bind.
 * Certificates and names are verified by Node; nothing is sent in clear text where TLS was asked for and failed.
 */
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { bindText, isRefusedBind, mayBindLater } from './bind-answers.js';
import { type Cause, LdapConnection, type Reply, textOf } from './connection.js';
import type { Requests } from './requests.js';
import { isTemporary } from './results.js';
import type { LdapEndpoint, LdapSettings } from './settings.js';

export type Opened =
  | { readonly kind: 'open'; readonly connection: LdapConnection }
  | {
      readonly kind: 'failed';
      readonly why: string;
      readonly temporary: boolean;
      /** The name or the password is wrong: asked again and again, the account would be locked. */
      readonly refused: boolean;
    };

export interface OpenOptions {
  readonly requests: Requests;
  readonly tls: LdapSettings['tls'];
  readonly maxBytes: number;
  /** Undefined: none. */
  readonly bind: { readonly dn: string; readonly password: string } | undefined;
  readonly onUnusable: (cause: Cause) => void;
}

/** Never rejects; ends with the signal, whose reason is the why in words. */
export async function openConnection(
  endpoint: LdapEndpoint,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<Opened> {
  const { requests, maxBytes, bind, onUnusable } = options;
  const plain = endpoint.security === 'tls' ? tlsSocket(endpoint, options) : connect(endpoint.port, endpoint.host);
  const socket = await established(plain, endpoint.security === 'tls' ? 'secureConnect' : 'connect', signal);
  if (socket.kind === 'failed') return socket;
  let ready = socket.socket;
  if (endpoint.security === 'start-tls') {
    const secured = await startTls(ready, endpoint, options, signal);
    if (secured.kind === 'failed') return secured;
    ready = secured.socket;
  }
  const connection = new LdapConnection(ready, requests, maxBytes, onUnusable);
  if (bind === undefined) return { kind: 'open', connection };
  const reply = await connection.ask({ operation: 'bind', request: requests.bind(bind.dn, bind.password), signal });
  if (reply.kind === 'result' && reply.result.code === 0) return { kind: 'open', connection };
  connection.close('the bind has failed');
  return failedBind(reply, bind.password);
}

type Established = { readonly kind: 'established'; readonly socket: Socket } | Extract<Opened, { kind: 'failed' }>;

async function startTls(
  socket: Socket,
  endpoint: LdapEndpoint,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<Established> {
  const { requests } = options;
  const clear = new LdapConnection(socket, requests, 65_536);
  const reply = await clear.ask({ operation: 'extended', request: requests.startTls(), signal });
  const under = reply.kind === 'result' && reply.result.code === 0 ? clear.detach() : undefined;
  if (under !== undefined) return established(tlsSocket(endpoint, options, under), 'secureConnect', signal);
  clear.close('no TLS');
  if (reply.kind !== 'result') return failed(reply.why);
  const { code } = reply.result;
  if (code === 0) return failed('it says more than its answer to StartTLS');
  return failed(`StartTLS is refused: ${textOf(reply.result)}`, isTemporary(code));
}

function tlsSocket(endpoint: LdapEndpoint, options: OpenOptions, under?: Socket): Socket {
  const { host, port } = endpoint;
  const { context: secureContext, ...given } = options.tls;
  const servername = given.servername ?? (isIP(host) === 0 ? host : undefined);
  // Explicit, as an environment variable of Node's could have it otherwise. Node looks for the name in the certificate:
  // `servername`, else `host`.
  const common: ConnectionOptions = {
    host,
    secureContext,
    rejectUnauthorized: true,
    ...(servername === undefined ? {} : { servername }),
  };
  return connectTls(under === undefined ? { ...common, port } : { ...common, socket: under });
}

/** Ends with the event, the first error, or the signal; leaves no listener of its own. */
function established(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Established> {
  return new Promise((resolve) => {
    const end = (how: Established): void => {
      socket.off(event, ready);
      socket.off('error', failure);
      socket.off('close', closed);
      signal.removeEventListener('abort', abort);
      if (how.kind === 'failed') {
        socket.on('error', () => {});
        socket.destroy();
      }
      resolve(how);
    };
    const ready = (): void => {
      socket.setNoDelay(true);
      // What is dead without a word is found out some time.
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      end({ kind: 'established', socket });
    };
    const failure = (error: NodeJS.ErrnoException): void => end(failedSocket(error));
    const closed = (): void => end(failed('it closed the connection'));
    const abort = (): void => end(failed(String(signal.reason)));
    socket.on(event, ready);
    socket.on('error', failure);
    socket.on('close', closed);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

const KEEP_ALIVE_MS = 30_000;

function failedBind(reply: Reply, password: string): Opened {
  if (reply.kind !== 'result') return failed(reply.why);
  const refused = isRefusedBind(reply.result);
  const why = `the bind is refused: ${bindText(reply.result, password)}`;
  return { ...failed(why, !refused && mayBindLater(reply.result)), refused };
}

function failedSocket(error: NodeJS.ErrnoException): Extract<Opened, { kind: 'failed' }> {
  const code = error.code ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return failed(`its certificate is for another name: see tls.servername (${code})`, false);
  }
  if (UNKNOWN_AUTHORITY.has(code)) {
    return failed(`its certificate is of no authority that is known here: see tls.ca (${code})`, false);
  }
  if (code.startsWith('CERT_')) return failed(`its certificate is not valid (${code})`, false);
  if (code.startsWith('ERR_SSL_')) return failed(`TLS fails: does it speak TLS at this port? (${code})`);
  return failed(code === '' ? error.message : `no connection (${code})`);
}

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function failed(why: string, temporary = true): Extract<Opened, { kind: 'failed' }> {
  return { kind: 'failed', why, temporary, refused: false };
}
