/** Arbitrary octets arrive with CRLF as LF and nothing else changed, sizes exact; a large message costs no memory. */
import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maildir } from '../../../src/adapters/maildir/index.js';
import { message } from '../../../src/testing/mail-store/fixtures.js';
import type { Body } from '../../../src/values/body.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { messageFromParts, parseMessage } from '../../../src/values/message.js';
import { filesIn, temporaryFolder, to, watched } from './support.js';

const octets = fc
  .array(fc.oneof(fc.constantFrom('\r\n', '\r', '\n', 'A: b', ' ', '\0', '\xff', ':'), fc.string({ maxLength: 5 })), {
    maxLength: 40,
  })
  .map((parts) => encodeLatin1(parts.join('')));

it('any octets, in memory or in any chunks: CRLF becomes LF, the rest stays, S= is the size on the disk', async () => {
  const base = await temporaryFolder();
  const store = maildir({ base });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(octets, fc.integer({ min: 1, max: 9 }), async (bytes, step) => {
      const parsed = parseMessage(bytes);
      if (parsed.kind !== 'parsed') throw new Error('over the limits');
      const { bytes: inMemory } = parsed.value.body;
      async function* open(): AsyncIterable<Uint8Array> {
        for (let at = 0; at < (inMemory?.length ?? 0); at += step) yield (inMemory ?? bytes).subarray(at, at + step);
      }
      const elsewhere: Body = { kind: 'body', size: inMemory?.length ?? 0, bytes: undefined, open };
      const wanted = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n');
      for (const value of [parsed.value, { ...parsed.value, body: elsewhere }]) {
        count += 1;
        const mailbox = `m${count}`;
        const [result] = await store.deliver({ message: value, recipients: [to(mailbox)] });
        const [file] = await filesIn(join(base, mailbox, 'new'));
        expect(file?.text).toBe(wanted);
        expect(result).toEqual({ kind: 'stored', mailbox, id: file?.name });
        expect(file?.name.endsWith(`,S=${file.size}`)).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

it('a small message in memory is one write for each recipient, a header of many fields few', async () => {
  const base = await temporaryFolder();
  const { fileSystem, calls } = watched();
  const store = maildir({ base, fileSystem });
  const recipients = [to('s001', ['Delivered-To', 's001']), to('s002', ['Delivered-To', 's002'])];
  await store.deliver({ message: message(`Subject: x\r\n\r\n${'y'.repeat(100_000)}`), recipients });
  expect(calls.filter(({ operation }) => operation === 'write').length).toBe(2);
  calls.length = 0;
  const fields = `${'X-Field: value\r\n'.repeat(9000)}`;
  const large = message(`${fields}\r\n${'y'.repeat(200_000)}`);
  await store.deliver({ message: large, recipients });
  expect(calls.filter(({ operation }) => operation === 'write').length).toBeLessThan(20);
});

it('100 MiB from a file to two mailboxes: memory stays below 64 MiB above idle', async () => {
  const base = await temporaryFolder();
  const size = 100 * 1024 * 1024;
  const source = join(base, 'source');
  await writeFile(source, `${'0123456789abcde'.repeat(5)}\r\n`.repeat(Math.ceil(size / 77)).slice(0, size));
  const body: Body = { kind: 'body', size, bytes: undefined, open: () => createReadStream(source) };
  let peak = 0;
  const { fileSystem } = watched(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  });
  globalThis.gc?.();
  const idle = process.memoryUsage.rss();
  const head = message('Subject: x\r\n\r\n');
  const large = messageFromParts({ fields: head.header, separator: head.separator }, body);
  const store = maildir({ base, fileSystem });
  const results = await store.deliver({ message: large, recipients: [to('s001'), to('s002')] });
  expect(results.map(({ kind }) => kind)).toEqual(['stored', 'stored']);
  const [id] = results.map((result) => (result.kind === 'stored' ? result.id : ''));
  const stored = await stat(join(base, 's001/new', id ?? ''));
  expect(id).toContain(`,S=${stored.size}`);
  expect(stored.size).toBe(12 + size - Math.floor(size / 77));
  process.stdout.write(`100 MiB to two mailboxes: peak ${((peak - idle) / 2 ** 20).toFixed(1)} MiB above idle\n`);
  expect(peak - idle).toBeLessThan(64 * 1024 * 1024);
}, 60_000);
