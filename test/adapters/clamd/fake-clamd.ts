/** A clamd on loopback that takes messages as clamd(8) does and whose faults a test decides. It knows one virus: `eicar`. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ClamdEndpoint } from '../../../src/adapters/clamd/index.js';
import { eicar } from '../../../src/testing/scanner/index.js';

export interface Command {
  readonly name: string;
  /** Of its session, from 1; undefined without one. */
  readonly number: number | undefined;
  /** The message of INSTREAM. */
  readonly octets: Buffer;
}

/** Called for each whole command. */
export type Behaviour = (socket: Socket, command: Command, connection: number) => void;
/** Called for what has come so far, before a command is whole; true: nothing more is read of it. */
export type Interruption = (socket: Socket, so_far: number) => boolean;

export interface FakeClamd {
  readonly endpoint: ClamdEndpoint;
  readonly sockets: Set<Socket>;
  readonly commands: string[];
  connections: number;
  /** The most connections at one time. */
  most: number;
  behaviour: Behaviour;
  interruption: Interruption | undefined;
  onConnect: ((socket: Socket, connection: number) => void) | undefined;
  /** Stops listening and drops all connections. */
  close(): Promise<void>;
}

/** As clamd answers. */
export const honest: Behaviour = (socket, command) => {
  socket.write(`${numbered(command, replyTo(command))}\0`);
  if (command.number === undefined) socket.end();
};

export const say =
  (text: string): Behaviour =>
  (socket) => {
    socket.end(Buffer.from(text, 'latin1'));
  };

export function numbered({ number }: Command, reply: string): string {
  return number === undefined ? reply : `${number}: ${reply}`;
}

function replyTo({ name, octets }: Command): string {
  if (name === 'PING') return 'PONG';
  if (name === 'VERSION') return 'ClamAV 1.4.6/27800/Sat Nov 21 09:01:00 2026';
  if (name !== 'INSTREAM') return 'UNKNOWN COMMAND';
  return octets.includes(eicar) ? 'stream: Test.EICAR.UNOFFICIAL FOUND' : 'stream: OK';
}

export async function fakeClamd(behaviour: Behaviour = honest, where: { path?: string; port?: number } = {}) {
  const fake: FakeClamd = {
    endpoint: where.path === undefined ? { host: '127.0.0.1', port: 0 } : { path: where.path },
    sockets: new Set(),
    commands: [],
    connections: 0,
    most: 0,
    behaviour,
    interruption: undefined,
    onConnect: undefined,
    close: async () => {},
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = ++fake.connections;
    fake.sockets.add(socket);
    fake.most = Math.max(fake.most, fake.sockets.size);
    socket.on('error', () => {});
    socket.on('close', () => fake.sockets.delete(socket));
    socket.on('end', () => socket.end());
    fake.onConnect?.(socket, connection);
    converse(fake, socket, connection);
  });
  server.listen(where.path ?? { port: where.port ?? 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const endpoint: ClamdEndpoint =
    where.path === undefined
      ? { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
      : { path: where.path };
  return Object.assign(fake, { endpoint, close: () => ended(fake, server) });
}

async function ended(fake: FakeClamd, server: Server): Promise<void> {
  for (const socket of fake.sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

function converse(fake: FakeClamd, socket: Socket, connection: number): void {
  let left = Buffer.alloc(0);
  let number: number | undefined;
  let stopped = false;
  const take = (): Command | undefined => {
    const nul = left.indexOf(0);
    if (nul < 0) return undefined;
    const name = left.toString('latin1', 1, nul);
    if (name === 'IDSESSION') {
      number = 0;
      left = left.subarray(nul + 1);
      return take();
    }
    const read = name === 'INSTREAM' ? frames(left.subarray(nul + 1)) : { octets: Buffer.alloc(0), end: 0 };
    if (read === undefined) return undefined;
    left = left.subarray(nul + 1 + read.end);
    if (number !== undefined) number++;
    return { name, number, octets: read.octets };
  };
  socket.on('data', (bytes) => {
    if (stopped) return;
    left = Buffer.concat([left, bytes]);
    if (fake.interruption?.(socket, left.length) === true) {
      stopped = true;
      return;
    }
    for (let command = take(); command !== undefined; command = take()) {
      fake.commands.push(command.name);
      fake.behaviour(socket, command, connection);
    }
  });
}

/** Up to the empty frame; undefined before it has come. */
function frames(bytes: Buffer): { readonly octets: Buffer; readonly end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (length === 0) return { octets: Buffer.concat(parts), end: at };
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return undefined;
}
