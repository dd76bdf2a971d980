/** Child process of login.ts: the load. Told what to do, it answers with one figure: logins a second, or the median
 * latency in ms. */
import { connect, type TLSSocket } from 'node:tls';

export type Order =
  /** Sessions that are open already say AUTH, so many at once. */
  | { readonly kind: 'auth'; readonly port: number; readonly sessions: number; readonly atOnce: number }
  /** The whole of it: connection, handshake, EHLO, AUTH, QUIT. */
  | { readonly kind: 'whole'; readonly port: number; readonly sessions: number; readonly atOnce: number }
  /** MAIL, RCPT and RSET of one session, while others wait for a slow directory or are idle. */
  | {
      readonly kind: 'others';
      readonly port: number;
      readonly waiting: number;
      readonly slow: boolean;
      readonly ms: number;
    };

class Session {
  readonly #socket: TLSSocket;
  #rest = '';
  #got: ((line: string) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString('latin1')).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) if (line.charAt(3) === ' ') this.#got?.(line);
    });
    this.#socket.on('error', (error) => {
      throw error;
    });
  }

  /** The last line of the reply. */
  reply(): Promise<string> {
    return new Promise((resolve) => {
      this.#got = resolve;
    });
  }

  say(text: string): Promise<string> {
    const reply = this.reply();
    this.#socket.write(`${text}\r\n`);
    return reply;
  }

  end(): void {
    this.#socket.end();
  }
}

async function open(port: number): Promise<Session> {
  const session = new Session(port);
  await session.reply();
  await session.say('EHLO client.example');
  return session;
}

async function logIn(session: Session, login: string): Promise<void> {
  const reply = await session.say(`AUTH PLAIN ${Buffer.from(`\0${login}\0secret`).toString('base64')}`);
  if (!reply.startsWith(login.startsWith('slow') ? '535' : '235')) throw new Error(reply);
}

async function inTurns(count: number, atOnce: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function auth({ port, sessions, atOnce }: Extract<Order, { kind: 'auth' }>): Promise<number> {
  const all: Session[] = [];
  await inTurns(sessions, 200, async () => {
    all.push(await open(port));
  });
  const started = performance.now();
  await inTurns(sessions, atOnce, (at) => logIn(all[at] as Session, `SCHOOL\\U${at % 1000}`));
  const ms = performance.now() - started;
  for (const session of all) session.end();
  return (sessions * 1000) / ms;
}

async function whole({ port, sessions, atOnce }: Extract<Order, { kind: 'whole' }>): Promise<number> {
  const started = performance.now();
  await inTurns(sessions, atOnce, async (at) => {
    const session = await open(port);
    await logIn(session, `u${at % 1000}`);
    await session.say('QUIT');
    session.end();
  });
  return (sessions * 1000) / (performance.now() - started);
}

async function others({ port, waiting, slow, ms }: Extract<Order, { kind: 'others' }>): Promise<number> {
  const session = await open(port);
  const crowd: Session[] = [];
  await inTurns(waiting, 20, async () => {
    crowd.push(await open(port));
  });
  const started = performance.now();
  const over = (): boolean => performance.now() - started > ms;
  const logins = crowd.map(async (one, at) => {
    // Spread over the time that the directory takes, as users come.
    await new Promise((resolve) => setTimeout(resolve, (at * 500) / waiting));
    while (slow && !over()) await logIn(one, `slow${at}`);
  });
  const times: number[] = [];
  while (!over()) {
    const at = performance.now();
    await session.say('MAIL FROM:<a@client.example>');
    await session.say('RCPT TO:<s001@school.example>');
    await session.say('RSET');
    times.push(performance.now() - at);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(logins);
  for (const one of [...crowd, session]) one.end();
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

process.on('message', async (order: Order) => {
  const figure = await (order.kind === 'auth' ? auth(order) : order.kind === 'whole' ? whole(order) : others(order));
  process.send?.({ figure });
});
process.on('disconnect', () => process.exit(0));
process.send?.({});
