/** A client's end of a line protocol for tests: sends octets, gives lines, knows when the other side has gone. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Wire {
  send(octets: Uint8Array | string): void;
  /** The next line without CRLF, read as UTF-8; undefined when the server has ended the connection. Rejects after `timeout` ms. */
  line(timeout: number): Promise<string | undefined>;
  /** True when octets are there that nobody has read. */
  readonly pending: boolean;
  secure(): Promise<void>;
  destroy(): void;
}

export async function openWire(port: number, host: string, tls: boolean): Promise<Wire> {
  let socket: Socket = connectTcp(port, host);
  let buffer = '';
  let ended = false;
  let wake: () => void = () => undefined;

  function watch(): void {
    socket.on('data', (chunk: Buffer) => {
      buffer += chunk.toString('latin1');
      wake();
    });
    const end = (): void => {
      ended = true;
      wake();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', end);
  }

  /** Certificates of tests are self-signed. */
  function secure(): Promise<void> {
    socket.removeAllListeners();
    const secured = connectTls({ socket, rejectUnauthorized: false });
    socket = secured;
    watch();
    return new Promise((resolve, reject) => {
      secured.once('secureConnect', () => resolve());
      secured.once('error', reject);
    });
  }

  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  if (tls) await secure();
  else watch();

  return {
    send: (octets) => {
      socket.write(octets);
    },
    async line(timeout) {
      const deadline = performance.now() + timeout;
      for (;;) {
        const end = buffer.indexOf('\n');
        if (end !== -1) {
          const text = Buffer.from(buffer.slice(0, end), 'latin1').toString('utf8').replace(/\r$/, '');
          buffer = buffer.slice(end + 1);
          return text;
        }
        if (ended) return undefined;
        const left = deadline - performance.now();
        if (left <= 0) throw new Error(`no line within ${timeout} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    get pending() {
      return buffer !== '';
    },
    secure,
    destroy: () => {
      socket.destroy();
    },
  };
}
