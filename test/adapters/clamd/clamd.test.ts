/** The client of clamd against a scripted one on loopback: what it says of mail, and how it asks. Faults: faults.test.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clamd, type ClamdOptions, clamd } from '../../../src/adapters/clamd/index.js';
import { messageOf, messageOfSize } from '../../../src/testing/builders.js';
import { eicar, scannerConformance } from '../../../src/testing/scanner/index.js';
import { decodeLatin1 } from '../../../src/values/bytes.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { renderMessageSync } from '../../../src/values/render.js';
import { type FakeClamd, fakeClamd, honest } from './fake-clamd.js';
import { said, until } from './support.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(options: ClamdOptions = {}, path?: string): Promise<{ fake: FakeClamd; client: Clamd }> {
  const fake = await fakeClamd(honest, path === undefined ? {} : { path });
  const client = clamd(fake.endpoint, options);
  open.push(fake, client);
  return { fake, client };
}

const plain = messageOf('Subject: test\r\n\r\nHello\r\n');
const infected = messageOf(`Subject: test\r\n\r\n${eicar}\r\n`);

describe.each([false, true])('with session %s', (session) => {
  const count = scannerConformance({
    test: it,
    makeScanner: async () => (await start({ session })).client,
  });

  it('was tested by a suite that is not empty', () => {
    expect(count).toBeGreaterThanOrEqual(10);
  });

  it('tells the names', async () => {
    const { client } = await start({ session });
    expect(await client.scan(infected)).toEqual({
      kind: 'found',
      value: { kind: 'infected', names: ['Test.EICAR.UNOFFICIAL'] },
    });
  });

  it('tells whether the daemon is there, and which it is', async () => {
    const { client } = await start({ session });
    expect(await client.ping()).toEqual({ kind: 'found', value: 'PONG' });
    expect(await client.version()).toEqual({
      kind: 'found',
      value: 'ClamAV 1.4.6/27800/Sat Nov 21 09:01:00 2026',
    });
  });

  it('asks whether it is there while all connections are taken', async () => {
    const { fake, client } = await start({ session, connections: 1 });
    fake.behaviour = (socket, command, connection) => {
      if (command.name === 'PING') honest(socket, command, connection);
    };
    const scan = said(client.scan(plain));
    await until(() => fake.commands.length === 1);
    expect(await said(client.ping())).toBe('PONG');
    await client.close();
    expect(await scan).toBe('? it is closed');
  });

  it('sends no more than it may', async () => {
    const { fake, client } = await start({ session, maxBytes: 1000 });
    expect(await said(client.scan(messageOfSize(1000)))).toBe('unscannable too-large: over 1000 octets');
    expect(fake.connections).toBe(0);
    expect(await said(client.scan(plain))).toBe('clean');
  });

  it.each([
    ['a message', plain],
    ['an empty one', messageOf('')],
    ['an mbox line', messageOf('From a@example.com Sun Nov 22 20:00:00 2026\nSubject: test\n\nHello\n')],
  ])('sends a line that says that this is mail before %s', async (_, message) => {
    const { fake, client } = await start({ session });
    let octets: Buffer | undefined;
    fake.behaviour = (socket, command, connection) => {
      octets = command.octets;
      honest(socket, command, connection);
    };
    expect(await said(client.scan(message))).toBe('clean');
    expect(octets?.toString('latin1')).toBe(
      `Received: by postern\r\n${decodeLatin1(renderMessageSync(message) as Uint8Array)}`,
    );
  });

  it('keeps to the number of connections, and asks in order', async () => {
    const { fake, client } = await start({ session, connections: 3 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => said(client.scan(plain))));
    expect(new Set(answers)).toEqual(new Set(['clean']));
    expect(fake.most).toBeLessThanOrEqual(4);
    expect(fake.connections).toBe(session ? 3 : 50);
  });
});

it('speaks over a Unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clamd-'));
  open.push({ close: async () => rmSync(folder, { recursive: true }) });
  const { client } = await start({}, join(folder, 'clamd.ctl'));
  expect(await said(client.scan(plain))).toBe('clean');
  expect(await said(client.scan(infected))).toBe('infected Test.EICAR.UNOFFICIAL');
});

describe('a session', () => {
  it('ends with its number of scans', async () => {
    const { fake, client } = await start({ session: true, scansPerSession: 2 });
    for (let i = 0; i < 5; i++) expect(await said(client.scan(plain))).toBe('clean');
    expect(fake.connections).toBe(3);
  });

  it('ends when it has rested too long', async () => {
    const { fake, client } = await start({ session: true, maxIdle: 30 });
    await client.scan(plain);
    expect(fake.sockets.size).toBe(1);
    await until(() => fake.sockets.size === 0);
    expect(await said(client.scan(infected))).toBe('infected Test.EICAR.UNOFFICIAL');
  });

  it('that the daemon has closed meanwhile is replaced', async () => {
    const { fake, client } = await start({ session: true });
    await client.scan(plain);
    for (const socket of fake.sockets) socket.destroy();
    expect(await said(client.scan(infected))).toBe('infected Test.EICAR.UNOFFICIAL');
    // Closed only when the next question comes.
    fake.behaviour = (socket, command, connection) => {
      if (connection === 2) socket.destroy();
      else honest(socket, command, connection);
    };
    expect(await said(client.scan(infected))).toBe('infected Test.EICAR.UNOFFICIAL');
    expect(fake.connections).toBe(3);
  });

  it('is replaced once: mail that ends every connection is not sent over all of them', async () => {
    const { fake, client } = await start({ session: true, connections: 5 });
    fake.behaviour = (...args) => void setTimeout(() => honest(...args), 20);
    await Promise.all(Array.from({ length: 5 }, () => client.scan(plain)));
    expect(fake.connections).toBe(5);
    fake.behaviour = (socket) => socket.destroy();
    fake.commands.length = 0;
    expect(await said(client.scan(infected))).toMatch(/^\? /);
    expect([fake.commands, fake.connections]).toEqual([['INSTREAM', 'INSTREAM'], 6]);
  });

  it('in which an answer is to another question is of no use', async () => {
    const { fake, client } = await start({ session: true });
    await client.scan(plain);
    for (const reply of ['1: stream: OK\0', 'stream: OK\0', '02: stream: OK\0', '2:stream: OK\0']) {
      fake.behaviour = (socket) => socket.write(reply);
      expect(await said(client.scan(infected))).toMatch(/^\? /);
      fake.behaviour = honest;
      expect(await said(client.scan(infected))).toMatch(/^infected/);
    }
  });

  it('in which it speaks unasked is of no use', async () => {
    const { fake, client } = await start({ session: true });
    await client.scan(plain);
    for (const socket of fake.sockets) socket.write('2: stream: OK\0');
    await until(() => fake.sockets.size === 0);
    expect(await said(client.scan(infected))).toMatch(/^infected/);
  });
});

describe('options', () => {
  it.each<[object, object, readonly string[]]>([
    [{ host: '', port: 0 }, {}, ['host', 'port']],
    [{ path: '' }, {}, ['path']],
    [
      { host: 'h', port: 1 },
      { timeout: 0, connections: 1.5, waiting: -1, maxBytes: 0 },
      ['timeout', 'connections', 'waiting', 'maxBytes'],
    ],
    [
      { host: 'h', port: 1 },
      { name: 'a\nb', maxIdle: 2 ** 31, scansPerSession: 0, session: 'yes' },
      ['maxIdle', 'scansPerSession', 'name', 'session'],
    ],
    [{ path: '/x' }, { name: null, session: null, timeout: null }, ['timeout', 'name', 'session']],
    [{ path: '/x' }, { name: 5, timout: 5 }, ['timout', 'name']],
    [{ path: '/x' }, null as never, ['options']],
    [null as never, {}, ['endpoint']],
    [undefined as never, {}, ['endpoint']],
  ])('%j %j are refused', (endpoint, options, wrong) => {
    let constructs: unknown;
    try {
      clamd(endpoint as never, options as never);
    } catch (error) {
      if (isConfigurationError(error)) constructs = error.problems.map(({ construct }) => construct);
    }
    expect(constructs).toEqual(wrong);
  });
});
