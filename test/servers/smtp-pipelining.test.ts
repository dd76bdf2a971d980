/** Replies to commands and messages that come together: none lost, none out of order, whatever ends the session. */
import { describe, expect, test } from 'vitest';
import { discard } from '../../src/core/decision.js';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage } from '../../src/core/stage.js';
import { openWire, type Wire } from '../../src/testing/dialogue/index.js';
import { say, session } from './smtp-client.js';
import { startTestServer } from './smtp-support.js';

const message = (n: number): string =>
  `MAIL FROM:<a@client.example>\r\nRCPT TO:<s001@school.example>\r\nDATA\r\nSubject: ${n}\r\n\r\nbody\r\n.\r\n`;

async function codes(wire: Wire): Promise<readonly string[]> {
  const heard: string[] = [];
  for (;;) {
    const line = await wire.line(3000);
    if (line === undefined) return heard;
    heard.push(line.slice(0, 3));
  }
}

test.each([1, 2, 3, 5])('%i whole messages in one write, before any 354: each is answered, and QUIT', async (count) => {
  const own = await startTestServer();
  const wire = await session(own.server.port);
  wire.send(`${Array.from({ length: count }, (_, n) => message(n)).join('')}QUIT\r\n`);
  const expected = Array.from({ length: count }, () => ['250', '250', '354', '250']).flat();
  expect(await codes(wire)).toEqual([...expected, '221']);
  expect(own.store.messages('s001')).toHaveLength(count);
  await own.server.close();
});

test('LMTP: the limit of errors does not swallow the reply of a recipient who has the message', async () => {
  const own = await startTestServer({ protocol: 'lmtp', limits: { errors: 3 } });
  const wire = await openWire(own.server.port, '127.0.0.1', false);
  await wire.line(2000);
  await say(wire, 'LHLO client.example', 6);
  await say(wire, 'FOO');
  await say(wire, 'FOO');
  await say(wire, 'MAIL FROM:<a@client.example>');
  await say(wire, 'RCPT TO:<closed@school.example>');
  await say(wire, 'RCPT TO:<s001@school.example>');
  await say(wire, 'DATA');
  wire.send('Subject: x\r\n\r\nbody\r\n.\r\n');
  expect(await codes(wire)).toEqual(['550', '250', '421']);
  expect(own.store.messages('s001')).toHaveLength(1);
  await own.server.close();
});

describe('close() just behind the delivery of a message that was in a file', () => {
  test('its 250 is said first', async () => {
    let close: () => void = () => undefined;
    const own = await startTestServer({ onTransaction: () => setImmediate(close) });
    const closed = new Promise<void>((resolve) => {
      close = () => void own.server.close().then(resolve);
    });
    const wire = await session(own.server.port);
    await say(wire, 'MAIL FROM:<a@client.example>');
    await say(wire, 'RCPT TO:<s001@school.example>');
    await say(wire, 'DATA');
    wire.send(`Subject: x\r\n\r\n${`${'y'.repeat(70)}\r\n`.repeat(6000)}.\r\n`);
    expect(await codes(wire)).toEqual(['250', '421']);
    await closed;
    expect(own.store.messages('s001')).toHaveLength(1);
  });
});

test('a logger that throws costs no reply and no message', async () => {
  const broken = (): never => {
    throw new Error('no disk for logs');
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  const own = await startTestServer({ protocol: 'lmtp', logger });
  const wire = await openWire(own.server.port, '127.0.0.1', false);
  await wire.line(2000);
  await say(wire, 'LHLO client.example', 6);
  await say(wire, 'MAIL FROM:<a@client.example>');
  await say(wire, 'RCPT TO:<s001@school.example>');
  await say(wire, 'RCPT TO:<s002@school.example>');
  await say(wire, 'DATA');
  wire.send('Subject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n');
  expect(await codes(wire)).toEqual(['250', '250', '221']);
  expect(own.store.messages('s002')).toHaveLength(1);
  await own.server.close();
});

test('what a client sends before the answer to DATA shows, and counts for the rest of the session', async () => {
  const seen: string[] = [];
  const slow = defineStage({
    name: 'slow',
    at: 'rcpt',
    run: async () => void (await new Promise((resolve) => setTimeout(resolve, 80))),
  });
  const look = defineStage({
    name: 'look',
    at: 'message',
    run: ({ session: { pipelined }, sender }) => {
      seen.push(`${sender.kind === 'mailbox' ? sender.localPart : ''} ${pipelined === true}`);
      return discard('other');
    },
  });
  const own = await startTestServer({ policy: definePolicy({ rcpt: [slow], message: [look] }) });
  const wire = await session(own.server.port);
  const envelope = (name: string): string =>
    `MAIL FROM:<${name}@client.example>\r\nRCPT TO:<s001@school.example>\r\nDATA\r\n`;
  const content = 'Subject: x\r\n\r\nbody\r\n.\r\n';
  const patient = async (): Promise<void> => {
    wire.send(envelope('patient'));
    for (let n = 0; n < 3; n++) await wire.line(2000);
    wire.send(content);
    await wire.line(2000);
  };
  await patient();
  wire.send(envelope('same') + content);
  for (let n = 0; n < 4; n++) await wire.line(2000);
  await patient();
  const other = await session(own.server.port);
  other.send(envelope('later'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  other.send(content);
  for (let n = 0; n < 4; n++) await other.line(2000);
  expect(seen).toEqual(['patient false', 'same true', 'patient true', 'later true']);
  await own.server.close();
});
