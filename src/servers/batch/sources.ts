/**
 * Sources of a batch run: files of one message each (.eml), the messages of an mbox, of a Maildir. Octets go through
 * a spool, so that memory holds the spool's limit, not the message; nothing is locked and nothing changed.
 */
import { open } from 'node:fs/promises';
import { readMaildir } from '../../adapters/maildir/index.js';
import type { Spool, SpoolSink } from '../../adapters/spool/index.js';
import type { BatchItem, BatchSource, Loaded } from './items.js';
import { createMboxSplitter, type MboxEvent, type MboxFormat } from './protocol.js';

const READ_BYTES = 65_536;

/** One message in each file, in the order given. */
export function emlFiles(paths: Iterable<string>): BatchSource {
  return {
    kind: 'batch-source',
    async *read(spool, signal) {
      let index = 0;
      for (const file of paths) yield loadFile(spool, { file, index: ++index }, signal);
    },
  };
}

/** The messages of a Maildir's new/ and cur/, in the order of delivery. */
export function maildirFolder(path: string): BatchSource {
  return {
    kind: 'batch-source',
    async *read(spool, signal) {
      let index = 0;
      try {
        for await (const { file } of readMaildir(path)) yield loadFile(spool, { file, index: ++index }, signal);
      } catch (error) {
        yield unreadable({ file: path, index: ++index }, error);
      }
    },
  };
}

export interface MboxOptions {
  /** Default `mboxo`: messages come as they stand in the file. */
  readonly format?: MboxFormat;
}

/** The messages of an mbox file, read once from beginning to end. See protocol.ts for what separates them. */
export function mboxFile(path: string, options: MboxOptions = {}): BatchSource {
  const { format = 'mboxo' } = options;
  return { kind: 'batch-source', read: (spool, signal) => readMbox(path, format, spool, signal) };
}

/** One source after the other; `index` counts on. */
export function inOrder(...sources: readonly BatchSource[]): BatchSource {
  return {
    kind: 'batch-source',
    async *read(spool, signal) {
      let index = 0;
      for (const source of sources) {
        for await (const loaded of source.read(spool, signal)) {
          yield { ...loaded, item: { ...loaded.item, index: ++index } };
        }
      }
    },
  };
}

async function loadFile(spool: Spool, item: BatchItem, signal: AbortSignal): Promise<Loaded> {
  const sink = spool.sink();
  try {
    for await (const chunk of chunksOf(item.file, signal)) {
      if (sink.refusal !== undefined) break;
      const waiting = sink.write(chunk);
      if (waiting !== undefined) await waiting;
    }
  } catch (error) {
    await sink.abort(whyOf(error));
    return unreadable(item, error);
  }
  return { item, received: await sink.end() };
}

interface Open {
  readonly sink: SpoolSink;
  readonly item: BatchItem;
  readonly fromLine: string;
}

async function* readMbox(file: string, format: MboxFormat, spool: Spool, signal: AbortSignal): AsyncGenerator<Loaded> {
  const splitter = createMboxSplitter(format);
  let current: Open | undefined;
  let index = 0;

  async function take(event: MboxEvent): Promise<Loaded | undefined> {
    if (event.kind === 'begin') {
      const { fromLine, offset } = event;
      current = { sink: spool.sink(), item: { file, index: ++index, offset }, fromLine };
    } else if (event.kind === 'data') {
      const waiting = current?.sink.write(event.bytes);
      if (waiting !== undefined) await waiting;
    } else if (event.kind === 'end' && current !== undefined) {
      const { sink, item, fromLine } = current;
      current = undefined;
      return { item, fromLine, received: await sink.end() };
    }
    return undefined;
  }

  try {
    for await (const events of eventsOf(file, splitter, signal)) {
      for (const event of events) {
        if (event.kind === 'not-mbox') {
          const why = 'not an mbox: a line that begins with "From " is expected first';
          yield { item: { file, index: ++index, offset: event.offset }, received: { kind: 'not-mbox', why } };
          return;
        }
        const loaded = await take(event);
        if (loaded !== undefined) yield loaded;
      }
    }
  } catch (error) {
    yield unreadable(current?.item ?? { file, index: ++index }, error);
  } finally {
    await (current as Open | undefined)?.sink.abort('the rest of the mbox was not read');
  }
}

async function* eventsOf(
  file: string,
  splitter: ReturnType<typeof createMboxSplitter>,
  signal: AbortSignal,
): AsyncGenerator<readonly MboxEvent[]> {
  for await (const chunk of chunksOf(file, signal)) yield splitter.push(chunk);
  yield splitter.end();
}

/** Each chunk is overwritten by the next one. */
async function* chunksOf(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function unreadable(item: BatchItem, error: unknown): Loaded {
  return { item, received: { kind: 'unreadable', why: whyOf(error) } };
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
