/** Every way in which a daemon can fail: never clean, in time, and nothing left of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clamd, type ClamdOptions, clamd } from '../../../src/adapters/clamd/index.js';
import { readReply } from '../../../src/adapters/shared/clamav.js';
import { messageOf, messageOfSize } from '../../../src/testing/builders.js';
import { eicar } from '../../../src/testing/scanner/index.js';
import { type Body, memoryBody } from '../../../src/values/body.js';
import type { Message } from '../../../src/values/message.js';
import { type Behaviour, type FakeClamd, fakeClamd, honest, numbered, say } from './fake-clamd.js';
import { said, stalling, until, wait } from './support.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(behaviour: Behaviour, options: ClamdOptions = {}): Promise<{ fake: FakeClamd; client: Clamd }> {
  const fake = await fakeClamd(behaviour);
  const client = clamd(fake.endpoint, { timeout: 1000, ...options });
  open.push(fake, client);
  return { fake, client };
}

const plain = messageOf('Subject: test\r\n\r\nHello\r\n');
const infected = messageOf(`Subject: test\r\n\r\n${eicar}\r\n`);
const SIZE = 'INSTREAM size limit exceeded. ERROR\0';

/** What it says, until the connection ends; and what comes of it. */
const replies: readonly (readonly [string, RegExp])[] = [
  ['stream: OK\0', /^clean$/],
  ['stream: A.B-1 FOUND\0', /^infected A\.B-1$/],
  ['stream: OK FOUND\0', /^infected OK$/],
  ['stream: a  FOUND b ERROR FOUND\0', /^infected a {2}FOUND b ERROR$/],
  ['stream: \x1b[31m\xe9\r\n FOUND\0', /^infected \?\[31m\?$/],
  [`stream: ${'x'.repeat(3000)} FOUND\0`, /^infected x{120}$/],
  [SIZE, /^unscannable too-large: /],
  ['stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0', /^unscannable too-large: Heuristics\.Limits/],
  ['stream: Heuristics.Encrypted.Zip FOUND\0', /^unscannable encrypted: /],
  ['stream: Heuristics.Broken.Executable FOUND\0', /^unscannable damaged: /],
  ['stream: Heuristics.Encryptedly FOUND\0', /^infected Heuristics\.Encryptedly$/],
  // Cut off, or with something at either end.
  ['', /^\? it closed the connection$/],
  ['\0', /^\? it says ""$/],
  ['stream: OK', /^\? it closed the connection$/],
  ['stream: Win.Trojan.OK', /^\? it closed/],
  ['stream: X FOUND', /^\? it closed/],
  ['stream: OK\n', /^\? it closed/],
  ['stream: OK\n\0', /^\? it says "stream: OK\?"$/],
  ['stream: OK \0', /^\? it says/],
  [' stream: OK\0', /^\? it says/],
  ['\0stream: OK\0', /^\? it says more/],
  ['stream: OK\0\0', /^\? it says more/],
  ['stream: OK\0stream: X FOUND\0', /^\? it says more/],
  ['1: stream: OK\0', /^\? it says/],
  ['STREAM: OK\0', /^\? it says/],
  ['stream:OK\0', /^\? it says/],
  ['OK\0', /^\? it says/],
  ['stream: \0', /^\? it says/],
  ['stream: FOUND\0', /^\? it says/],
  ['stream:   FOUND\0', /^\? it says/],
  ['stream: X FOUND\n\0', /^\? it says/],
  // ERROR in many words: none is a verdict.
  ['stream: TOKEN lookup failed ERROR\0', /^\? it says/],
  ["stream: Can't allocate memory ERROR\0", /^\? it says/],
  ['INSTREAM: UNKNOWN COMMAND\0', /^\? it says/],
  ['COMMAND READ TIMED OUT\0', /^\? it says/],
  ['INSTREAM size limit exceeded. ERROR', /^\? it closed/],
  ['UNKNOWN COMMAND\0', /^\? it says/],
  ['HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n', /^\? it closed/],
  ['\x00\x01\x02\xff', /^\? it says more/],
  ['x'.repeat(5000), /^\? its reply is over 4096 octets$/],
  [`${'x'.repeat(100_000)}\0`, /^\? its reply is over 4096 octets$/],
];

describe('the reply', () => {
  it.each(replies)('%j', async (reply, expected) => {
    const { fake, client } = await start(say(reply));
    expect(await said(client.scan(plain))).toMatch(expected);
    // Octet by octet. What comes behind a whole reply is then seen by nobody.
    if (`${expected}`.includes('says more')) return;
    fake.behaviour = (socket) => {
      const octets = Buffer.from(reply, 'latin1');
      if (octets.length > 200) socket.end(octets);
      else void dripped(socket, octets, 0);
    };
    expect(await said(client.scan(plain))).toMatch(expected);
    await until(() => fake.sockets.size === 0);
  });

  it('is clean in no other words', () => {
    const near = fc.stringMatching(/^(stream|STREAM)?:? ?(OK|ok|O|FOUND|ERROR)?[ \n\0:OK]{0,3}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        const answer = readReply(text);
        const clean = answer.kind === 'found' && answer.value.kind === 'clean';
        expect(clean).toBe(text === 'stream: OK');
      }),
      { numRuns: 2000 },
    );
  });
});

async function dripped(socket: Socket, octets: Uint8Array, ms: number): Promise<void> {
  for (const octet of octets) {
    socket.write(Uint8Array.of(octet));
    await wait(ms);
  }
  socket.end();
}

describe('the daemon', () => {
  it('is not there', async () => {
    const fake = await fakeClamd();
    await fake.close();
    const client = clamd(fake.endpoint);
    expect(await said(client.scan(plain))).toBe('? ECONNREFUSED');
    expect(await said(client.ping())).toBe('? ECONNREFUSED');
    expect(await said(clamd({ path: '/nonexistent/clamd.ctl' }).scan(plain))).toMatch(/ENOENT$/);
    expect(await said(clamd({ host: 'clamd.invalid', port: 1 }, { timeout: 3000 }).scan(plain))).toMatch(/^\? /);
  });

  it('says nothing', async () => {
    const { fake, client } = await start(() => {}, { timeout: 60 });
    expect(await said(client.scan(plain))).toBe('? no answer within 60 ms');
    expect(await said(client.ping())).toBe('? no answer within 60 ms');
    await until(() => fake.sockets.size === 0);
  });

  it('does not even read', async () => {
    const { fake, client } = await start(honest, { timeout: 100 });
    fake.onConnect = (socket) => socket.pause();
    expect(await said(client.scan(messageOfSize(30_000_000)))).toBe('? no answer within 100 ms');
    fake.onConnect = undefined;
    expect(await said(client.scan(infected))).toMatch(/^infected/);
  });

  it('drips', async () => {
    const { fake, client } = await start((socket) => void dripped(socket, Buffer.from('stream: OK\0'), 40), {
      timeout: 150,
    });
    expect(await said(client.scan(plain))).toBe('? no answer within 150 ms');
    await until(() => fake.sockets.size === 0);
  });

  it('drips fast enough', async () => {
    const { client } = await start((socket) => void dripped(socket, Buffer.from('stream: OK\0'), 5));
    expect(await said(client.scan(plain))).toBe('clean');
  });

  it('closes at once', async () => {
    const { fake, client } = await start(honest);
    fake.onConnect = (socket) => socket.destroy();
    expect(await said(client.scan(plain))).toMatch(/^\? (it closed the connection|ECONNRESET|EPIPE)$/);
    expect(await said(client.scan(messageOfSize(3_000_000)))).toMatch(/^\? /);
  });

  it.each(['end', 'destroy', 'resetAndDestroy'] as const)('leaves in the middle of the message: %s', async (how) => {
    const { fake, client } = await start(honest);
    fake.interruption = (socket, octets) => {
      if (octets < 200_000) return false;
      socket[how]();
      return true;
    };
    expect(await said(client.scan(messageOfSize(3_000_000)))).toMatch(/^\? /);
    fake.interruption = undefined;
    expect(await said(client.scan(infected))).toMatch(/^infected/);
  });

  it('ends its half of the connection and reads on', async () => {
    const { fake, client } = await start(honest);
    fake.onConnect = (socket) => socket.end();
    expect(await said(client.scan(plain))).toBe('? it closed the connection');
    await until(() => fake.sockets.size === 0);
  });

  it('answers before the end of the message', async () => {
    for (const reply of ['stream: OK\0', 'stream: X FOUND\0']) {
      const { fake, client } = await start(honest);
      fake.interruption = (socket, octets) => {
        if (octets < 100_000) return false;
        socket.write(reply);
        return true;
      };
      expect(await said(client.scan(messageOfSize(30_000_000)))).toBe('? it answers before the end of the message');
      fake.interruption = undefined;
      fake.onConnect = (socket) => socket.write(reply);
      expect(await said(client.scan(messageOfSize(30_000_000)))).toMatch(/^\? it /);
    }
  });

  it('answers while octets of the message have not left this process', async () => {
    const { fake, client } = await start(honest, { timeout: 5000 });
    fake.onConnect = (socket) => {
      socket.pause();
      setTimeout(() => socket.write('stream: OK\0'), 50);
    };
    const whole = messageOfSize(20_000_000);
    const octets = whole.body.bytes as Uint8Array;
    async function* once(): AsyncIterable<Uint8Array> {
      yield octets;
    }
    const body: Body = { kind: 'body', size: octets.length, bytes: undefined, open: once };
    const answer = await said(client.scan({ ...whole, body }));
    expect(answer).toBe('? it answers before the end of the message');
  });

  it('answers, and then the body goes on', async () => {
    const { client } = await start(honest);
    const { header, separator, size } = plain;
    async function* longer(): AsyncIterable<Uint8Array> {
      yield Buffer.from('Hello\r\n');
      await wait(50);
      yield Buffer.from(eicar);
    }
    const body: Body = { kind: 'body', size: 7, bytes: undefined, open: longer };
    const message: Message = { ...plain, header, separator, size, body };
    expect(await said(client.scan(message))).toBe('? the message cannot be read: it is longer than it says');
  });

  it('starts late', async () => {
    const { fake, client } = await start(honest);
    await fake.close();
    expect(await said(client.scan(infected))).toBe('? ECONNREFUSED');
    const port = fake.endpoint.port ?? 0;
    open.push(await fakeClamd(honest, { port }));
    expect(await said(client.scan(infected))).toMatch(/^infected/);
  });

  it('takes its time before the first answer', async () => {
    const { client } = await start((...args) => void wait(200).then(() => honest(...args)));
    expect(await said(client.scan(plain))).toBe('clean');
  });

  it.each([false, true])('restarts in the middle of scans (session %s)', async (session) => {
    let fake = await fakeClamd((...args) => void wait(10).then(() => honest(...args)));
    const client = clamd(fake.endpoint, { session, connections: 5, timeout: 2000 });
    open.push(client);
    const port = fake.endpoint.port ?? 0;
    const answers = Array.from({ length: 40 }, () => said(client.scan(infected)));
    await until(() => fake.commands.length >= 12);
    await fake.close();
    fake = await fakeClamd(honest, { port });
    open.push({ close: () => fake.close() });
    const kinds = new Set((await Promise.all(answers)).map((one) => one.split(' ')[0]));
    // Scans that a session lost before the first octet of an answer are asked again.
    expect(kinds).toContain('infected');
    if (!session) expect(kinds).toContain('?');
    expect(kinds).not.toContain('clean');
    expect(await said(client.scan(infected))).toMatch(/^infected/);
  });
});

/** A daemon in a thread of its own: at the first octets it replies and closes, with unread octets in the connection. */
const REFUSING = `
const { parentPort } = require('node:worker_threads');
const server = require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.pause();
    socket.write(${JSON.stringify(SIZE)}, () => setTimeout(() => socket.destroy(), 5));
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

describe('the size limit', () => {
  /** As clamd(8) does: the reply, then the connection is closed with unread octets in it, which resets it. */
  const refuses = (reply: string) => (socket: Socket, octets: number) => {
    if (octets < 100_000) return false;
    socket.pause();
    socket.write(reply, () => socket.destroy());
    return true;
  };

  it('is told though the connection is reset while we write', async () => {
    const { fake, client } = await start(honest, { timeout: 5000 });
    fake.interruption = refuses(SIZE);
    const answers: string[] = [];
    for (let i = 0; i < 40; i++) answers.push(await said(client.scan(messageOfSize(5_000_000 + i * 1000))));
    expect(new Set(answers)).toEqual(new Set(['unscannable too-large: its INSTREAM size limit']));
    await until(() => fake.sockets.size === 0);
  });

  it('is told though a write fails before the reply was read', async () => {
    const daemon = new Worker(REFUSING, { eval: true });
    const [port] = (await once(daemon, 'message')) as [number];
    open.push({ close: async () => void (await daemon.terminate()) });
    const chunk = new Uint8Array(60_000);
    const clock = new Int32Array(new SharedArrayBuffer(4));
    // Nothing is read in this process while the daemon replies and closes: the next write meets a connection that is gone.
    async function* slowly(): AsyncIterable<Uint8Array> {
      for (let i = 0; i < 4; i++) {
        yield chunk;
        Atomics.wait(clock, 0, 0, 50);
      }
    }
    const body: Body = { kind: 'body', size: 4 * chunk.length, bytes: undefined, open: slowly };
    const client = clamd({ host: '127.0.0.1', port }, { timeout: 5000 });
    open.push(client);
    for (let i = 0; i < 5; i++) {
      expect(await said(client.scan({ ...plain, body, size: plain.size - plain.body.size + body.size }))).toBe(
        'unscannable too-large: its INSTREAM size limit',
      );
    }
  });

  it('is told in a session, which is then over', async () => {
    const { fake, client } = await start(honest, { session: true });
    fake.interruption = refuses(`1: ${SIZE}`);
    expect(await said(client.scan(messageOfSize(5_000_000)))).toMatch(/^unscannable too-large/);
    fake.interruption = undefined;
    expect(await said(client.scan(infected))).toMatch(/^infected/);
    expect(fake.connections).toBe(2);
  });

  it('is told where the whole message was under way already', async () => {
    const { client } = await start((socket, command) => void socket.end(numbered(command, SIZE)));
    expect(await said(client.scan(plain))).toMatch(/^unscannable too-large/);
  });

  it('is no verdict when it is cut off', async () => {
    const { fake, client } = await start(honest);
    fake.interruption = refuses(SIZE.slice(0, 20));
    expect(await said(client.scan(messageOfSize(5_000_000)))).toMatch(/^\? /);
  });
});

describe('the time', () => {
  it('ends with the evaluation', async () => {
    const { fake, client } = await start(() => {});
    const over = new AbortController();
    const answer = said(client.scan(plain, { signal: over.signal, deadline: performance.now() + 60_000 }));
    await until(() => fake.commands.length === 1);
    over.abort();
    expect(await answer).toBe('? the evaluation is over');
    await until(() => fake.sockets.size === 0);
  });

  it('ends with the deadline of the evaluation, its wait in line included', async () => {
    const { fake, client } = await start(() => {}, { connections: 1 });
    const call = { signal: new AbortController().signal, deadline: performance.now() + 80 };
    const answers = await Promise.all([1, 2, 3].map(() => said(client.scan(plain, call))));
    for (const answer of answers) expect(answer).toMatch(/^\? no answer within \d+ ms$/);
    expect(fake.most).toBeLessThanOrEqual(2);
    await until(() => fake.sockets.size === 0);
  });

  it('ends when the client is closed, for those in line too', async () => {
    const { fake, client } = await start(() => {}, { connections: 2 });
    const answers = Array.from({ length: 5 }, () => said(client.scan(plain)));
    await until(() => fake.commands.length === 2);
    await client.close();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['? it is closed']));
    expect(await said(client.scan(plain))).toBe('? it is closed');
    expect(await said(client.ping())).toBe('? it is closed');
    await until(() => fake.sockets.size === 0);
  });
});

describe.each(['in the middle', 'behind its last octet'] as const)('a body that stalls %s', (where) => {
  it.each([
    ['and a daemon that answers', honest, false],
    ['and a daemon that answers in a session', honest, true],
    ['and a daemon that says nothing', () => {}, false],
    ['and a daemon that goes away', (socket: Socket) => void socket.destroy(), false],
  ] as const)('%s gives its place back', async (_, behaviour, session) => {
    const { fake, client } = await start(behaviour, { connections: 1, timeout: 80, session });
    if (behaviour !== honest) fake.interruption = (socket) => (behaviour as (one: Socket) => void)(socket) ?? true;
    const { message, given } = stalling(where);
    expect(await said(client.scan(message))).toMatch(/^\? /);
    fake.interruption = undefined;
    fake.behaviour = honest;
    expect(await said(client.scan(infected))).toMatch(/^infected/);
    await client.close();
    await until(() => fake.sockets.size === 0);
    given.letGo();
    await until(() => given.back === given.opened);
  });
});

describe('200 messages', () => {
  /** Counts how often, and how many at once, its octets are held by somebody. */
  function watched(size: number, now: { open: number; most: number }): Message {
    const whole = messageOfSize(size);
    const inside = memoryBody(whole.body.bytes as Uint8Array);
    async function* read(): AsyncIterable<Uint8Array> {
      now.most = Math.max(now.most, ++now.open);
      try {
        yield* inside.open();
      } finally {
        now.open--;
      }
    }
    const body: Body = { kind: 'body', size, bytes: undefined, open: read };
    return { ...whole, body };
  }

  it('wait without a body being read, and none is clean unseen', async () => {
    const { fake, client } = await start(honest, { connections: 4, timeout: 10_000 });
    fake.onConnect = (socket) => socket.pause();
    const now = { open: 0, most: 0 };
    const sizes = Array.from({ length: 200 }, (_, i) => (i < 4 ? 20_000_000 : 100_000));
    const answers = sizes.map((size) => said(client.scan(watched(size, now))));
    await until(() => now.open === 4);
    await wait(50);
    expect([fake.connections, now.most]).toEqual([4, 4]);
    fake.onConnect = undefined;
    for (const socket of fake.sockets) socket.destroy();
    const all = await Promise.all(answers);
    expect(all.filter((one) => one === 'clean')).toHaveLength(196);
    expect(all.slice(0, 4).filter((one) => one.startsWith('? '))).toHaveLength(4);
    expect([fake.connections, now.most <= 4, now.open]).toEqual([200, true, 0]);
  });

  it('do not wait where fewer may', async () => {
    const { fake, client } = await start(() => {}, { connections: 2, waiting: 10, timeout: 100 });
    const all = await Promise.all(Array.from({ length: 200 }, () => said(client.scan(plain))));
    expect(all.filter((one) => one === '? too many questions are waiting')).toHaveLength(188);
    expect(all.filter((one) => one === '? no answer within 100 ms')).toHaveLength(12);
    await until(() => fake.sockets.size === 0);
  });

  it('need no more memory than their bodies at once', async () => {
    const { fake, client } = await start(honest, { connections: 4, timeout: 20_000 });
    fake.onConnect = (socket) => socket.on('data', () => {});
    const now = { open: 0, most: 0 };
    const shared = messageOfSize(200_000);
    const before = process.memoryUsage.rss();
    const all = await Promise.all(
      Array.from({ length: 200 }, () => {
        const message = watched(0, now);
        const body: Body = { ...message.body, size: shared.body.size, open: () => shared.body.open() };
        return said(client.scan({ ...message, body, size: message.size + body.size }));
      }),
    );
    expect(new Set(all)).toEqual(new Set(['clean']));
    expect((process.memoryUsage.rss() - before) / 1_048_576).toBeLessThan(100);
  });
});

it('keeps no process alive once its answers are there', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const fake = await fakeClamd();
  open.push(fake, { close: async () => void silent.close() });
  const script = fileURLToPath(new URL('./leaves-nothing.ts', import.meta.url));
  const address = silent.address();
  const ports = [fake.endpoint, address].map((one) => String((one as { port: number }).port));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...ports], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += String(text);
  });
  const [status] = await once(child, 'close');
  expect([status, output.trim().split('\n')]).toEqual([0, ['clean', 'clean', 'cannot-tell', 'cannot-tell']]);
}, 20_000);
