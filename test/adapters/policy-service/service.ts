/** A policy service on loopback whose answers a test decides, request by request. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { PolicyEndpoint } from '../../../src/adapters/policy-service/index.js';

/** Called for each whole request; `count` is of the connection, from 1. */
export type Behaviour = (socket: Socket, attributes: Readonly<Record<string, string>>, count: number) => void;

export interface TestService {
  readonly endpoint: PolicyEndpoint;
  /** Requests in order, with the number of their connection, from 1. */
  readonly requests: { readonly connection: number; readonly attributes: Readonly<Record<string, string>> }[];
  readonly sockets: Set<Socket>;
  behaviour: Behaviour;
  connections: number;
  close(): Promise<void>;
}

export const say =
  (text: string): Behaviour =>
  (socket) => {
    socket.write(text);
  };

export async function testService(behaviour: Behaviour, path?: string): Promise<TestService> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = ++service.connections;
    let text = '';
    let count = 0;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const attributes = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
        service.requests.push({ connection, attributes });
        service.behaviour(socket, attributes, ++count);
      }
    });
  });
  server.listen(path ?? { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const endpoint = path === undefined ? { host: '127.0.0.1', port: (server.address() as AddressInfo).port } : { path };
  const service: TestService = {
    endpoint,
    requests: [],
    sockets,
    behaviour,
    connections: 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return service;
}
