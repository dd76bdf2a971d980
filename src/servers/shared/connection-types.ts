/** What the server sees of its connections. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { Engine } from './engine.js';
import type { Receiving } from './receiving.js';

export type ServerOf = ConstructorParameters<Engine['SMTPConnection']>[0];

export interface Connection extends Receiving {}

export type ConnectionClass = new (
  server: ServerOf,
  socket: Socket | TLSSocket,
  options?: SMTPConnectionOptions | null,
) => Connection;
