/**
 * Logins a second through the SMTP server under TLS, against a directory in memory, with all rules on the way (names,
 * invalid users, limits): as AUTH commands of sessions that are open, and with connection and handshake, by the
 * server's processor time (the greeting alone waits 100 ms). And what other sessions notice of a directory that takes
 * 500 ms: the latency of MAIL, RCPT and RSET while 100 sessions wait for it, beside the same while they are idle.
 */
import { once } from 'node:events';
import { generate } from 'selfsigned';
import { buildChildren, startChild } from './built.js';
import type { Order } from './login-client.js';
import { type BenchRow, median, row } from './row.js';

const GOAL = 1000;

export async function benchLogin({ rounds = 3, sessions = 1000 } = {}): Promise<readonly BenchRow[]> {
  await buildChildren(['login-server', 'login-client']);
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'mx.school.example' }]);
  const server = await startChild<{ port: number }>('login-server', [key, cert]);
  const client = await startChild('login-client');
  const { port } = server.ready;

  async function run(order: Order): Promise<number> {
    const answer = once(client.process, 'message');
    client.process.send(order);
    const [{ figure }] = (await answer) as [{ figure: number }];
    return figure;
  }

  async function figures(order: Order): Promise<readonly number[]> {
    const all: number[] = [];
    for (let round = 0; round < rounds; round++) all.push(await run(order));
    return all;
  }

  /** Of the server, in microseconds. */
  async function processorTime(): Promise<number> {
    const answer = once(server.process, 'message');
    server.process.send('cpu');
    const [{ cpu }] = (await answer) as [{ cpu: { user: number; system: number } }];
    return cpu.user + cpu.system;
  }

  try {
    await run({ kind: 'auth', port, sessions, atOnce: 50 });
    const auth = median(await figures({ kind: 'auth', port, sessions, atOnce: 50 }));
    const wholes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = await processorTime();
      await run({ kind: 'whole', port, sessions, atOnce: 200 });
      wholes.push((sessions * 1e6) / ((await processorTime()) - before));
    }
    const whole = median(wholes);
    const pairs: { slow: number; idle: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const others = { kind: 'others', port, waiting: 100, ms: 1500 } as const;
      const first = await run({ ...others, slow: round % 2 === 0 });
      const second = await run({ ...others, slow: round % 2 === 1 });
      pairs.push(round % 2 === 0 ? { slow: first, idle: second } : { slow: second, idle: first });
    }
    const slow = median(pairs.map((pair) => pair.slow));
    const idle = median(pairs.map((pair) => pair.idle));
    return [
      row({
        ...{ name: 'AUTH PLAIN on open TLS sessions, 50 at once', unit: 'logins/s' },
        ...{ ours: auth, against: 'wanted', rival: GOAL, goal: '>= 1' },
      }),
      row({
        ...{ name: 'TLS handshake, EHLO, AUTH, QUIT, by processor time', unit: 'logins/s' },
        ...{ ours: whole, against: 'wanted', rival: GOAL, goal: '' },
      }),
      {
        ...row({
          ...{ name: 'MAIL, RCPT, RSET while 100 wait for a directory', unit: 'ms' },
          ...{ ours: slow, against: 'while they are idle', rival: idle, goal: '<= 1.5' },
        }),
        ratio: median(pairs.map((pair) => pair.slow / pair.idle)),
      },
    ];
  } finally {
    for (const one of [server, client]) one.process.disconnect();
  }
}
