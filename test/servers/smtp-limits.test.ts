/** Limits on handshakes, recipients beyond the limit, and a spool that fails. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWire } from '../../src/testing/dialogue/index.js';
import { envelope, say, session } from './smtp-client.js';
import { certificate, startTestServer } from './smtp-support.js';

const closing = (socket: Socket): Promise<void> => {
  socket.on('error', () => undefined);
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
};

/** The beginning of a ClientHello, an octet at a time, so that the connection is never silent. */
function trickle(socket: Socket): NodeJS.Timeout {
  const octets = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
  return setInterval(() => {
    if (!socket.destroyed) socket.write(Buffer.from([octets.shift() ?? 0]));
  }, 40);
}

describe('TLS handshakes', () => {
  test('under implicit TLS a connection counts before its handshake, and again when it is gone', async () => {
    const tls = await certificate();
    await using own = await startTestServer({ tls, implicitTls: true, limits: { connectionsPerClient: 2 } });
    const { port } = own.server;
    const mute = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(mute.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await closing(connect(port, '127.0.0.1'));
    expect(own.lines.filter((line) => line.text === 'too many connections')).toHaveLength(1);
    for (const socket of mute) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const wires = [await openWire(port, '127.0.0.1', true), await openWire(port, '127.0.0.1', true)];
    for (const wire of wires) expect(await wire.line(2000)).toMatch(/^220 /);
    await closing(connect(port, '127.0.0.1'));
    for (const wire of wires) wire.destroy();
  });

  test('under implicit TLS has an end, however steady the octets', async () => {
    const tls = await certificate();
    await using own = await startTestServer({ tls, implicitTls: true, limits: { handshakeTime: 200 } });
    const socket = connect(own.server.port, '127.0.0.1');
    const timer = trickle(socket);
    const started = performance.now();
    await closing(socket);
    clearInterval(timer);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(own.lines.map((line) => line.text)).toContain('the TLS handshake took too long');
    const wire = await openWire(own.server.port, '127.0.0.1', true);
    expect(await wire.line(2000)).toMatch(/^220 /);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await say(wire, 'NOOP')).toMatch(/^250 /);
    wire.destroy();
  });

  test('behind STARTTLS has an end too', async () => {
    await using own = await startTestServer({ tls: await certificate(), limits: { handshakeTime: 200 } });
    const socket = connect(own.server.port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('latin1').on('data', (part: string) => (heard += part));
    await expect.poll(() => heard).toContain('220 ');
    socket.write('STARTTLS\r\n');
    await expect.poll(() => heard).toContain('220 2.0.0');
    const timer = trickle(socket);
    const started = performance.now();
    await closing(socket);
    clearInterval(timer);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(own.lines.map((line) => line.text)).toContain('the TLS handshake took too long');
  });
});

test('recipients beyond the limit are no errors, up to a thousand of them in a transaction', async () => {
  await using own = await startTestServer({ limits: { recipients: 1, errors: 3 } });
  const wire = await session(own.server.port);
  expect(await say(wire, 'MAIL FROM:<a@example.com>')).toMatch(/^250 /);
  expect(await say(wire, 'RCPT TO:<s001@school.example>')).toMatch(/^250 /);
  wire.send('RCPT TO:<s002@school.example>\r\n'.repeat(1003));
  for (let n = 0; n < 1003; n++) expect(await wire.line(5000)).toBe('452 4.5.3 Error: too many recipients');
  expect(await wire.line(2000)).toMatch(/^421 4\.7\.0 .*Error: too many errors/);
  wire.destroy();
});

test('a spool that is gone is told to the operator, and the peer keeps its message', async () => {
  const spoolDirectory = await mkdtemp(join(tmpdir(), 'postern-spool-'));
  await using own = await startTestServer({ spoolDirectory });
  const wire = await session(own.server.port);
  await envelope(wire);
  rmSync(spoolDirectory, { recursive: true });
  wire.send(`Subject: large\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(10_000)}`);
  expect(await say(wire, '.')).toMatch(/^45[12] 4\.3\./);
  const told = own.lines.find((line) => line.level === 'error');
  expect(told).toMatchObject({ fields: { event: 'spool', reason: 'storage' } });
  const message = own.lines.find((line) => line.fields.event === 'message');
  expect(message?.fields).toMatchObject({ decision: 'defer', reason: 'storage' });
  wire.destroy();
});
