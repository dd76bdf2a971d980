/**
 * Questions for names that are no host names: `a+b._spf.example.com`, as SPF's `%{l}` makes them (RFC 7208 section 7). The DNS takes
 * any octet (RFC 2181 section 11), c-ares does not ask. One datagram from a port of its own, TCP where the reply is truncated, each
 * name server twice. Fails as node:dns does, with a `code`.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createConnection, isIPv6 } from 'node:net';
import type { MailExchanger } from '../../ports/resolver.js';
import { shownDnsName } from '../../values/dns-name.js';
import { encodeQuestion, type Message, readReply } from './message.js';
import type { Records } from './questions.js';
import type { QuestionType } from './wire.js';

/** Those that c-ares puts on the wire. */
const HOST_NAME = /^[A-Za-z0-9._*/-]+$/;

export function isHostName(name: string): boolean {
  return HOST_NAME.test(name);
}

export interface OtherNames {
  /** As `getServers` of node:dns gives them. */
  readonly servers: readonly string[];
  /** Milliseconds for all tries together. */
  readonly timeout: number;
  /** Aborted when the resolver is closed. */
  readonly signal: AbortSignal;
}

export async function askOtherName(
  { servers, timeout, signal }: OtherNames,
  type: QuestionType,
  name: string,
): Promise<Records<unknown>> {
  const tries = [...servers, ...servers];
  let failure: Error = failed('ECONNREFUSED');
  for (const server of tries) {
    if (signal.aborted) throw failed('ECANCELLED');
    const limit = limited(signal, Math.max(1, Math.floor(timeout / tries.length)));
    try {
      return recordsOf(await exchange(server, type, name, limit.signal), type, name);
    } catch (error) {
      failure = error as Error;
      const { code } = error as { readonly code?: unknown };
      if (code === 'ENOTFOUND' || code === 'ENODATA') throw error;
    } finally {
      limit.end();
    }
  }
  throw failure;
}

/** A signal for one try: `ms`, or until `outer` is aborted. `end` leaves no timer and no listener behind. */
function limited(outer: AbortSignal, ms: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const own = new AbortController();
  const abort = (): void => own.abort();
  const timer = setTimeout(abort, ms);
  outer.addEventListener('abort', abort, { once: true });
  return {
    signal: own.signal,
    end: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}

async function exchange(server: string, type: QuestionType, name: string, signal: AbortSignal): Promise<Message> {
  const [, bracketed, bare = server, port] = /^(?:\[(.+)\]|([0-9.]+))(?::([0-9]+))?$/.exec(server) ?? [];
  const question = encodeQuestion(randomInt(65_536), type, name);
  const peer = { host: bracketed ?? bare, port: Number(port ?? 53) };
  const message = await byDatagram(peer, question, signal);
  return message.truncated ? byConnection(peer, question, signal) : message;
}

interface Peer {
  readonly host: string;
  readonly port: number;
}

/** What is not the reply is passed over: who guesses at our question does not end it. */
function byDatagram({ host, port }: Peer, question: Uint8Array, signal: AbortSignal): Promise<Message> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    let ended = false;
    // Whatever comes later finds it ended: nothing here may throw where nobody catches.
    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      signal.removeEventListener('abort', late);
      socket.close();
      settle();
    };
    const late = (): void => end(() => reject(failed('ETIMEOUT')));
    signal.addEventListener('abort', late, { once: true });
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (reply) => {
      const message = readReply(reply, question);
      if (message !== undefined) end(() => resolve(message));
    });
    // Connected, it hears this server alone, and of a port where nobody listens. A function given to `connect` would be called with
    // the error of a server without a route; an event is not, and the error is an event too.
    socket.on('connect', () => {
      if (!ended) socket.send(question);
    });
    socket.connect(port, host);
  });
}

/** A length in two octets stands before the question and the reply (RFC 1035 section 4.2.2). */
function byConnection({ host, port }: Peer, question: Uint8Array, signal: AbortSignal): Promise<Message> {
  return new Promise((resolve, reject) => {
    const connection = createConnection({ host, port, signal });
    const reply = Buffer.alloc(2 + 0xffff);
    let length = 0;
    connection.on('error', (error) => reject(signal.aborted ? failed('ETIMEOUT') : error));
    connection.on('close', () => reject(failed('EBADRESP')));
    connection.on('data', (chunk: Buffer) => {
      length += chunk.copy(reply, length);
      const end = 2 + reply.readUInt16BE(0);
      if (length < 2 || length < end) return;
      const message = readReply(reply.subarray(2, end), question);
      connection.destroy();
      if (message === undefined || message.truncated) reject(failed('EBADRESP'));
      else resolve(message);
    });
    connection.write(Uint8Array.from([question.length >> 8, question.length & 255, ...question]));
  });
}

const CODES: Readonly<Record<number, string>> = {
  1: 'EFORMERR',
  2: 'ESERVFAIL',
  3: 'ENOTFOUND',
  4: 'ENOTIMP',
  5: 'EREFUSED',
};

/** The records behind the aliases that came with them; none where the aliases lead out of the reply. */
function recordsOf({ code, records }: Message, type: QuestionType, name: string): Records<unknown> {
  if (code !== 0) throw failed(CODES[code] ?? 'EBADRESP');
  if (records.length === 0) throw failed('ENODATA');
  const aliases = new Map(
    records.flatMap((one) => (one.type === 'CNAME' ? [[one.owner, String(one.value)] as const] : [])),
  );
  const asked = shownDnsName(name);
  let owner = asked;
  if (type !== 'CNAME') {
    // Each alias once: a circle ends too.
    for (let target = aliases.get(owner); target !== undefined; target = aliases.get(owner)) {
      aliases.delete(owner);
      owner = target;
    }
  }
  const own = records.filter((one) => one.type === type && one.owner === owner);
  if (own.length === 0 && owner === asked) throw failed('ENODATA');
  const values = own.map(({ value }) => value);
  if (type === 'MX') (values as MailExchanger[]).sort((a, b) => a.preference - b.preference);
  return { values, seconds: Math.min(...records.map(({ seconds }) => seconds)) };
}

function failed(code: string): Error {
  return Object.assign(new Error(code), { code });
}
