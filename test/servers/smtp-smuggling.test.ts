/**
 * SMTP smuggling: sequences that some other server takes for the end of a message. What lies behind one must never become
 * a transaction of its own. Only CRLF . CRLF ends the data (RFC 5321 section 4.1.1.4).
 *
 * `refused`: all is one message, refused with 554 5.6.0. `closed`: refused with 521 5.5.2, and nothing behind its end is
 * read, whoever sees that end where. `content`: one message, delivered, the sequence is part of it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWire, type Wire } from '../../src/testing/dialogue/index.js';
import { startTestServer, type TestServer } from './smtp-support.js';

type Fate = 'refused' | 'closed' | 'content';

const variants: readonly (readonly [name: string, octets: string, reject: Fate, normalise: Fate])[] = [
  ['LF . LF', '\n.\n', 'closed', 'content'],
  ['LF . CRLF', '\n.\r\n', 'closed', 'content'],
  ['CRLF . LF', '\r\n.\n', 'closed', 'content'],
  ['CR . CR', '\r.\r', 'closed', 'closed'],
  ['CR . LF', '\r.\n', 'closed', 'closed'],
  ['CR . CRLF', '\r.\r\n', 'closed', 'closed'],
  ['LF . CR', '\n.\r', 'closed', 'closed'],
  ['CRLF . CR', '\r\n.\r', 'closed', 'closed'],
  ['CR CRLF . CRLF LF', '\r\r\n.\r\r\n', 'closed', 'closed'],
  ['CR CRLF . CRLF', '\r\r\n.\r\n', 'closed', 'closed'],
  ['LF LF . CRLF', '\n\n.\r\n', 'closed', 'content'],
  ['CRLF NUL . CRLF', '\r\n\0.\r\n', 'refused', 'refused'],
  ['CRLF . NUL CRLF', '\r\n.\0\r\n', 'refused', 'refused'],
  ['CRLF . SPACE CRLF', '\r\n. \r\n', 'content', 'content'],
  ['CRLF .. CRLF', '\r\n..\r\n', 'content', 'content'],
  ['NEL . NEL (U+0085)', '\x85.\x85', 'content', 'content'],
];

const smuggled =
  'MAIL FROM:<smuggled@example.com>\r\nRCPT TO:<s002@school.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx';

describe.each(['reject', 'normalise'] as const)('bare newlines: %s', (bareNewline) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ bareNewline });
  });
  afterAll(() => server.server.close());

  test.each(variants)('%s', async (_name, octets, reject, normalise) => {
    server.store.clear();
    const wire = await openWire(server.server.port, '127.0.0.1', false);
    await converse(wire, 'EHLO client.example\r\n', 7);
    await converse(wire, 'MAIL FROM:<a@example.com>\r\nRCPT TO:<s001@school.example>\r\nDATA\r\n', 3);
    wire.send(Buffer.from(`Subject: first\r\n\r\nbody${octets}${smuggled}\r\n.\r\nNOOP\r\n`, 'latin1'));
    const final = await wire.line(2000);
    const expected = bareNewline === 'reject' ? reject : normalise;
    expect(final).toMatch({ refused: /^554 5\.6\.0 /, closed: /^521 5\.5\.2 /, content: /^250 2\.0\.0 / }[expected]);
    // The reply to NOOP is the next line, or there is none: nothing else was read as a command.
    const next = await wire.line(2000);
    if (expected === 'closed') expect(next).toBeUndefined();
    else expect(next).toMatch(/^250 2\.0\.0 OK/i);
    wire.destroy();
    expect(server.store.messages('s002')).toHaveLength(0);
    expect(server.store.messages('s001')).toHaveLength(expected === 'content' ? 1 : 0);
    if (expected === 'content') {
      expect(Buffer.from(server.store.messages('s001')[0]?.bytes ?? []).toString('latin1')).toContain(
        'MAIL FROM:<smuggled',
      );
    }
  });

  test('a message that never ends is cut off, and nothing is delivered', async () => {
    const own = await startTestServer({ bareNewline, limits: { dataTime: 200 } });
    const wire = await openWire(own.server.port, '127.0.0.1', false);
    await converse(wire, 'EHLO client.example\r\n', 7);
    await converse(wire, 'MAIL FROM:<a@example.com>\r\nRCPT TO:<s001@school.example>\r\nDATA\r\n', 3);
    wire.send('body\n.\n');
    expect(await wire.line(2000)).toMatch(/^421 4\.4\.2 /);
    expect(await wire.line(2000)).toBeUndefined();
    expect(own.store.messages('s001')).toHaveLength(0);
    wire.destroy();
    await own.server.close();
  });
});

test('there are sixteen variants', () => {
  expect(variants).toHaveLength(16);
});

/** Reads the greeting first, where there is one; `lines` counts it. */
async function converse(wire: Wire, octets: string, lines: number): Promise<void> {
  const greeted = octets.startsWith('EHLO');
  if (greeted) expect(await wire.line(2000)).toMatch(/^220 /);
  wire.send(octets);
  for (let n = greeted ? 1 : 0; n < lines; n++) expect(await wire.line(2000)).toMatch(/^[23]/);
}
