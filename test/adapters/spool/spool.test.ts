import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createSpool, type SpooledMessage, type SpoolResult } from '../../../src/adapters/spool/index.js';
import { systemFiles, type TemporaryFile, type TemporaryFiles } from '../../../src/adapters/spool/temporary-file.js';
import { equalBytes } from '../../../src/values/bytes.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { parseMessage } from '../../../src/values/message.js';
import { renderedSize, renderMessage } from '../../../src/values/render.js';
import { streamFacts } from '../../../src/values/stream-facts.js';
import { bytes, chunked, collect, cuts, mailBytes, message, text } from '../../values/mail.js';

const directory = mkdtempSync(join(tmpdir(), 'postern-spool-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

const openFilesShown = existsSync('/proc/self/fd');
if (!openFilesShown) process.stderr.write('SKIPPED: the mode of an unlinked file cannot be seen without /proc\n');

async function* stream(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* chunks;
}

function spooled(result: SpoolResult): SpooledMessage {
  if (result.kind !== 'spooled') throw new Error(JSON.stringify(result));
  return result;
}

/** Counts what is open; fails as told. */
function watched(fail: { open?: string; append?: string; afterAppends?: number } = {}) {
  const log = { opened: 0, closed: 0, appends: 0, readsAtOnce: 0 };
  const error = (code: string) => Object.assign(new Error(`${code}: told to`), { code });
  const files: TemporaryFiles = async (where) => {
    if (fail.open !== undefined) throw error(fail.open);
    const file = await systemFiles(where);
    log.opened++;
    const append: TemporaryFile['append'] = async (chunk) => {
      if (fail.append !== undefined && log.appends >= (fail.afterAppends ?? 0)) throw error(fail.append);
      log.appends++;
      await file.append(chunk);
    };
    const close = async () => {
      log.closed++;
      await file.close();
    };
    return { append, read: file.read, close };
  };
  return { files, log };
}

const large = bytes(`Subject: large\r\n\r\n${'0123456789abcdefghijklmnopqrstuvwxyz\r\n'.repeat(20_000)}`);

describe('a spooled message', () => {
  it('is the message that came, in memory or in a file, for any division into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(mailBytes(), cuts, fc.constantFrom(0, 1, 10, 1000), async (source, places, memoryLimit) => {
        const spool = createSpool({ directory, memoryLimit });
        await using got = spooled(await spool.receive(stream(chunked(source, places))));
        const want = message(source);
        expect(text(await collect(renderMessage(got.message)))).toBe(text(source));
        expect(got.location).toBe(want.body.size > memoryLimit ? 'file' : 'memory');
        expect(got.facts).toEqual(streamFacts(source));
        expect(got.message.header.map((f) => [f.name, f.value])).toEqual(want.header.map((f) => [f.name, f.value]));
        expect({ ...got.message, header: 0, body: got.message.body.size }).toEqual({
          ...want,
          header: 0,
          body: want.body.size,
        });
        expect(renderedSize(got.message, 'lf')).toBe(renderedSize(want, 'lf'));
        expect(renderedSize(got.message, 'crlf')).toBe(renderedSize(want, 'crlf'));
      }),
      { numRuns: 300 },
    );
  });

  it('over the threshold leaves no name behind in the directory, even while it is there', async () => {
    const { files, log } = watched();
    const got = spooled(await createSpool({ directory, files }).receive(stream([large])));
    expect(got.location).toBe('file');
    expect(got.message.body.bytes).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
    expect(log).toMatchObject({ opened: 1, closed: 0 });
    await got.release();
    expect(log.closed).toBe(1);
  });

  it('at the threshold stays in memory and makes no file', async () => {
    const { files, log } = watched();
    const spool = createSpool({ directory, files, memoryLimit: 5000 });
    const got = spooled(await spool.receive(stream([bytes(`A: 1\n\n${'x'.repeat(5000)}`)])));
    expect([got.location, log.opened, got.message.body.size]).toEqual(['memory', 0, 5000]);
    const more = spooled(await spool.receive(stream([bytes(`A: 1\n\n${'x'.repeat(5001)}`)])));
    expect([more.location, log.opened, more.message.body.size]).toEqual(['file', 1, 5001]);
    await more.release();
  });

  it('can be opened many times at once, in chunks of at most 64 KiB', async () => {
    await using got = spooled(await createSpool({ directory }).receive(stream([large])));
    const all = await Promise.all(Array.from({ length: 8 }, () => collect(renderMessage(got.message))));
    expect(all.every((one) => equalBytes(one, large))).toBe(true);
    for await (const chunk of got.message.body.open()) expect(chunk.length).toBeLessThanOrEqual(65_536);
  });

  it('cannot be read once released', async () => {
    const got = spooled(await createSpool({ directory }).receive(stream([large])));
    const reading = got.message.body.open()[Symbol.asyncIterator]();
    await reading.next();
    await got.release();
    await got.release();
    await expect(reading.next()).rejects.toThrow('released');
    await expect(collect(got.message.body.open())).rejects.toThrow('released');
  });

  it('does not depend on the chunks that it was given: they may change afterwards', async () => {
    const sink = createSpool({ directory }).sink();
    const chunk = bytes('A: 1\n\nbody');
    await sink.write(chunk);
    chunk.fill(0);
    const got = spooled(await sink.end());
    expect(text(await collect(renderMessage(got.message)))).toBe('A: 1\n\nbody');
  });

  it('is whole for a writer that does not wait', async () => {
    const sink = createSpool({ directory, memoryLimit: 10 }).sink();
    for (const chunk of chunked(
      large,
      Array.from({ length: 50 }, (_, i) => i * 15_000),
    ))
      sink.write(chunk);
    await using got = spooled(await sink.end());
    expect(equalBytes(await collect(renderMessage(got.message)), large)).toBe(true);
  });
});

describe('temporary files', () => {
  it('are made for the owner alone, under a new name, and unlinked at once', async () => {
    const names = new Set<string>();
    const { watch } = await import('node:fs');
    const watcher = watch(directory, (_, name) => names.add(String(name)));
    const both = await Promise.all([systemFiles(directory), systemFiles(directory)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    watcher.close();
    expect(readdirSync(directory)).toEqual([]);
    expect(names.size).toBe(2);
    for (const name of names) expect(name).toMatch(/^postern-[0-9a-f]{32}$/);
    for (const file of both) await file.close();
  });

  it.skipIf(!openFilesShown)('have mode 0600', async () => {
    const before = new Set(openFiles());
    const file = await systemFiles(directory);
    const own = openFiles().filter((fd) => !before.has(fd));
    const unlinked = own.map((fd) => statSync(`/proc/self/fd/${fd}`)).filter((s) => s.isFile() && s.nlink === 0);
    await file.close();
    expect(unlinked.map((s) => s.mode & 0o777)).toEqual([0o600]);
  });
});

function openFiles(): string[] {
  // Less the one that reading the directory took.
  return readdirSync('/proc/self/fd').filter((fd) => existsSync(`/proc/self/fd/${fd}`));
}

describe('refusals', () => {
  it.each([
    ['ENOSPC', 'storage-full'],
    ['EDQUOT', 'storage-full'],
    ['EACCES', 'no-permission'],
    ['EROFS', 'no-permission'],
    ['EIO', 'storage-error'],
  ])('%s is %s, and the file is closed', async (code, reason) => {
    const { files, log } = watched({ append: code, afterAppends: 3 });
    const result = await createSpool({ directory, files }).receive(stream(chunked(large, [50_000, 400_000])));
    expect(result).toEqual({ kind: 'failed', reason, why: `spool in ${directory}: ${code}: told to` });
    expect(log).toMatchObject({ opened: 1, closed: 1 });
    const { files: none } = watched({ open: code });
    expect(await createSpool({ directory, files: none }).receive(stream([large]))).toMatchObject({
      kind: 'failed',
      reason,
    });
  });

  it('a failure at the last octets is one too', async () => {
    const { files } = watched({ append: 'ENOSPC' });
    const spool = createSpool({ directory, files, memoryLimit: 10 });
    expect(await spool.receive(stream([bytes('A: 1\n\nmore than ten')]))).toMatchObject({ reason: 'storage-full' });
  });

  it('a missing directory', async () => {
    const spool = createSpool({ directory: join(directory, 'none') });
    expect(await spool.check()).toMatchObject({ kind: 'failed', reason: 'storage-error' });
    expect(await spool.receive(stream([large]))).toMatchObject({ kind: 'failed', reason: 'storage-error' });
    expect(await createSpool({ directory }).check()).toBeUndefined();
  });

  it('a header over its limits is refused while it arrives, for any chunks', async () => {
    const source = bytes('A: 1\r\nB: 345678901234567890\r\n\r\n');
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const spool = createSpool({ directory, header: { fieldBytes: 20 }, maxBytes: 28 });
        const result = await spool.receive(stream(chunked(source, places)));
        expect(result).toEqual({ kind: 'over-limit', limit: 'field-bytes', at: 26 });
        const smaller = createSpool({ directory, header: { fieldBytes: 20 }, maxBytes: 25 });
        const first = await smaller.receive(stream(chunked(source, places)));
        expect(first).toEqual({ kind: 'over-limit', limit: 'message-bytes', at: 25 });
      }),
    );
    const sink = createSpool({ directory }).sink();
    const field = bytes('X-Filler: abcdefghijklmnopqrstuvwxyz\r\n'.repeat(100));
    for (let i = 0; i < 500 && sink.refusal === undefined; i++) await sink.write(field);
    expect(sink.refusal).toEqual({ kind: 'over-limit', limit: 'header-fields', at: 10_000 * 38 });
  });

  it('a message over maxBytes is refused at that octet, and one at it is not', async () => {
    const source = bytes('A: 1\n\n4567890');
    await fc.assert(
      fc.asyncProperty(cuts, fc.constantFrom(0, 100), async (places, memoryLimit) => {
        const chunks = chunked(source, places);
        const over = await createSpool({ directory, memoryLimit, maxBytes: 12 }).receive(stream(chunks));
        expect(over).toEqual({ kind: 'over-limit', limit: 'message-bytes', at: 12 });
        await using got = spooled(await createSpool({ directory, memoryLimit, maxBytes: 13 }).receive(stream(chunks)));
        expect(got.message.size).toBe(13);
      }),
    );
  });

  it('hears the peer out after a refusal', async () => {
    let given = 0;
    async function* counting(): AsyncIterable<Uint8Array> {
      for (; given < 20; given++) yield bytes('A: 1\n\nbody');
    }
    expect(await createSpool({ directory, maxBytes: 5 }).receive(counting())).toMatchObject({ limit: 'message-bytes' });
    expect(given).toBe(20);
  });

  it('a source that fails, and a signal, give aborted and free the file', async () => {
    const { files, log } = watched();
    async function* broken(): AsyncIterable<Uint8Array> {
      yield large;
      throw new Error('connection reset');
    }
    const spool = createSpool({ directory, files, memoryLimit: 0 });
    expect(await spool.receive(broken())).toEqual({ kind: 'aborted', why: 'connection reset' });
    const controller = new AbortController();
    async function* endless(): AsyncIterable<Uint8Array> {
      for (let i = 0; ; i++) {
        if (i === 3) controller.abort('shutdown');
        yield large;
      }
    }
    expect(await spool.receive(endless(), controller.signal)).toEqual({ kind: 'aborted', why: 'shutdown' });
    expect([log.opened, log.closed]).toEqual([2, 2]);
  });

  it('a refusal while a file is being made does not forget the file', async () => {
    const { files, log } = watched();
    const sink = createSpool({ directory, files, memoryLimit: 0, maxBytes: 100_000 }).sink();
    sink.write(large.subarray(0, 90_000));
    // The file is asked for now, and not there before the disk has answered.
    for (let i = 0; i < 3; i++) await Promise.resolve();
    await sink.write(large.subarray(0, 90_000));
    expect(await sink.end()).toMatchObject({ limit: 'message-bytes' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([log.opened, log.closed]).toEqual([1, 1]);
  });

  it('wrong options are told all at once', () => {
    try {
      createSpool({ directory: '', memoryLimit: -1, maxBytes: 0.5, header: { headerFields: Number.NaN } });
      expect.unreachable();
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.problems.map((p) => p.construct)).toEqual([
        'memoryLimit',
        'maxBytes',
        'header.headerFields',
        'directory',
      ]);
    }
  });
});

describe('memory', () => {
  it('does not grow with the message: 100 MiB in and out', { timeout: 60_000 }, async () => {
    const head = bytes('Subject: huge\r\n\r\n');
    const chunk = bytes('0123456789abcdefghijklmnopqrstuvwxyz\r\n'.repeat(1700));
    const count = Math.ceil((100 * 1024 * 1024) / chunk.length);
    let peak = 0;
    const base = process.memoryUsage();
    const look = () => {
      const now = process.memoryUsage();
      peak = Math.max(peak, now.heapUsed + now.external - base.heapUsed - base.external);
    };
    async function* huge(): AsyncIterable<Uint8Array> {
      yield head;
      for (let i = 0; i < count; i++) {
        look();
        yield chunk;
      }
    }
    await using got = spooled(await createSpool({ directory }).receive(huge()));
    let size = 0;
    for await (const part of renderMessage(got.message, { lineEnding: 'lf' })) {
      size += part.length;
      look();
    }
    expect(size).toBe(renderedSize(got.message, 'lf'));
    expect(got.message.size).toBe(head.length + count * chunk.length);
    expect(peak).toBeLessThan(64 * 1024 * 1024);
  });
});

it('parseMessage and the spool refuse alike', async () => {
  const source = bytes('A: 1\n'.repeat(20));
  const header = { headerFields: 10 };
  expect(await createSpool({ directory, header }).receive(stream([source]))).toEqual(parseMessage(source, header));
});
