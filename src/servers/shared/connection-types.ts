/** What the server sees of its connections. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { Reply } from '../../values/reply.js';
import type { Engine } from './engine.js';
import type { Peer } from './peer.js';

type Base = InstanceType<Engine['SMTPConnection']>;
export type ServerOf = ConstructorParameters<Engine['SMTPConnection']>[0];

export interface Connection extends Base {
  readonly peer: Peer;
  /** Greets, or refuses and closes. */
  greet(): Promise<void>;
  answer(reply: Reply): void;
  /** Says 421 unless a transaction is under way. */
  drain(): void;
  /** Ends the session, whatever it is at. */
  cut(): void;
  /** The socket has closed. */
  ended(): void;
}

export type ConnectionClass = new (
  server: ServerOf,
  socket: Socket | TLSSocket,
  options?: SMTPConnectionOptions | null,
) => Connection;
