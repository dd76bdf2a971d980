/** A client's end of SMTP for comparisons: sends octets, gives whole replies, knows when the server has gone. */
import { connect, type Socket } from 'node:net';

export interface WireReply {
  /** 0: the server ended the connection in place of a reply. */
  readonly code: number;
  /** `5.7.1`, or '' without one. */
  readonly enhanced: string;
  /** What follows both, line by line. */
  readonly lines: readonly string[];
}

export class SmtpWire {
  readonly #socket: Socket;
  #buffer = '';
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#buffer += chunk.toString('latin1');
      this.#wake();
    });
    for (const event of ['end', 'close', 'error'] as const) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  /** `from`: a loopback address of the client's own. */
  static open(port: number, from = '127.0.0.1'): Promise<SmtpWire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
      socket.once('connect', () => resolve(new SmtpWire(socket)));
      socket.once('error', reject);
    });
  }

  /** Latin-1 octets, as they stand. */
  send(octets: string): void {
    if (!this.#ended) this.#socket.write(octets, 'latin1');
  }

  async reply(timeout = 20_000): Promise<WireReply> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line(timeout);
      if (line === undefined) return { code: 0, enhanced: '', lines: [] };
      lines.push(line);
      if (!/^\d{3}-/.test(line)) return readReply(lines);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async #line(timeout: number): Promise<string | undefined> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const end = this.#buffer.indexOf('\n');
      if (end !== -1) {
        const text = this.#buffer.slice(0, end).replace(/\r$/, '');
        this.#buffer = this.#buffer.slice(end + 1);
        return text;
      }
      if (this.#ended) return undefined;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`no reply within ${timeout} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function readReply(lines: readonly string[]): WireReply {
  const [first = ''] = lines;
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3}) /.exec(first)?.[1] ?? '';
  const start = 4 + (enhanced === '' ? 0 : enhanced.length + 1);
  return { code: Number(first.slice(0, 3)), enhanced, lines: lines.map((line) => line.slice(start)) };
}

export function replyLine({ code, enhanced, lines }: WireReply): string {
  if (code === 0) return '(connection ended)';
  return [code, ...(enhanced === '' ? [] : [enhanced]), lines.join(' / ')].join(' ');
}
