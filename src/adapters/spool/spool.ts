/**
 * Takes a message from a stream and keeps it for as long as it is handled: header parsed while it arrives, body in
 * memory or in a temporary file. A refusal is known as early as it can be: a header over its limits is not waited
 * for. Not a queue: nothing here survives the process. Line ends and dots are the protocol's business.
 */
import { BODY_CHUNK_BYTES } from '../../values/body.js';
import { createHeaderReader, type HeaderBlock, type HeaderRead } from '../../values/header-block.js';
import type { HeaderOverLimit } from '../../values/header-limits.js';
import { countLineEnds, type LineEndCounts } from '../../values/line-ends.js';
import { type Message, messageFromParts } from '../../values/message.js';
import { createFactScanner, type StreamFacts } from '../../values/stream-facts.js';
import { type BodyStore, createBodyStore } from './body-store.js';
import { type SpoolOptions, type SpoolSettings, spoolSettings } from './settings.js';
import { type StorageFailure, storageFailure } from './temporary-file.js';

export interface Spool {
  /** Makes a temporary file and drops it: what a server asks before it starts. */
  check(): Promise<StorageFailure | undefined>;
  /** For one message. */
  sink(): SpoolSink;
  /**
   * Reads `source` to its end, also after a refusal (a protocol's peer must be heard out before it is answered).
   * Never rejects: a source that fails gives `aborted`. `signal` is looked at between chunks.
   */
  receive(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<SpoolResult>;
}

export interface SpoolSink {
  /** Copies `chunk`. Wait for the promise, when there is one, before the next; it never rejects. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** Set as soon as it is certain that `end` will give this; more octets are dropped. */
  readonly refusal: SpoolRefusal | undefined;
  /** The stream is complete. Never rejects. */
  end(): Promise<SpoolResult>;
  /** The stream will not be completed. */
  abort(why: string): Promise<void>;
}

export type SpoolResult = SpooledMessage | SpoolRefusal;

export type SpoolRefusal =
  | HeaderOverLimit
  | { readonly kind: 'over-limit'; readonly limit: 'message-bytes'; readonly at: number }
  | StorageFailure
  | { readonly kind: 'aborted'; readonly why: string };

/** Owns the memory and the file behind `message.body` until released: `await using` it, or call `release`. */
export interface SpooledMessage extends AsyncDisposable {
  readonly kind: 'spooled';
  readonly message: Message;
  /** Of header and body together, as they came. */
  readonly facts: StreamFacts;
  readonly location: 'memory' | 'file';
  /** More than once is harmless. Readers of a body in a file that are still at it reject. */
  release(): Promise<void>;
}

/** Throws ConfigurationError for wrong options; touches no file yet. */
export function createSpool(options: SpoolOptions = {}): Spool {
  const settings = spoolSettings(options);
  return {
    check: () => check(settings),
    sink: () => createSink(settings),
    receive: (source, signal) => receive(createSink(settings), source, signal),
  };
}

async function check({ files, directory }: SpoolSettings): Promise<StorageFailure | undefined> {
  try {
    await (await files(directory)).close();
    return undefined;
  } catch (error) {
    return storageFailure(directory, error);
  }
}

async function receive(sink: SpoolSink, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<SpoolResult> {
  try {
    for await (const chunk of source) {
      if (signal?.aborted === true) break;
      const waiting = sink.write(chunk);
      if (waiting !== undefined) await waiting;
    }
  } catch (error) {
    await sink.abort(error instanceof Error ? error.message : String(error));
  }
  if (signal?.aborted === true) await sink.abort(String(signal.reason));
  return sink.end();
}

function createSink(settings: SpoolSettings): SpoolSink {
  const { directory, maxBytes } = settings;
  const reader = createHeaderReader(settings.header);
  const scanner = createFactScanner();
  const store = createBodyStore(settings);
  let size = 0;
  let block: HeaderBlock | undefined;
  let refusal: SpoolRefusal | undefined;

  async function refuse(why: SpoolRefusal): Promise<void> {
    refusal ??= why;
    // The refusal stands, whatever else goes wrong with the file now.
    await store.release().catch(() => undefined);
  }

  function failed(error: unknown): Promise<void> {
    return refuse(storageFailure(directory, error));
  }

  /** Takes what the reader found; the octets behind the header go to the body. */
  function headerEnded({ header, rest }: HeaderRead): Promise<void> | undefined {
    if (header.kind === 'over-limit') return refuse(header);
    block = header.value;
    return store.append(rest);
  }

  function accept(chunk: Uint8Array): Promise<void> | undefined {
    scanner.push(chunk);
    let waiting: Promise<void> | undefined;
    let at = 0;
    // The reader copies what it gets: a giant chunk in small pieces.
    while (block === undefined && refusal === undefined && at < chunk.length) {
      const read = reader.push(chunk.subarray(at, at + BODY_CHUNK_BYTES));
      at += BODY_CHUNK_BYTES;
      if (read !== undefined) waiting = headerEnded(read);
    }
    if (refusal !== undefined || at >= chunk.length) return waiting;
    return store.append(chunk.subarray(at)) ?? waiting;
  }

  return {
    get refusal() {
      return refusal;
    },
    write(chunk) {
      if (refusal !== undefined) return undefined;
      const waiting = accept(chunk.subarray(0, maxBytes - size))?.catch(failed);
      size += chunk.length;
      if (refusal !== undefined || size <= maxBytes) return waiting;
      return refuse({ kind: 'over-limit', limit: 'message-bytes', at: maxBytes });
    },
    async end() {
      try {
        if (block === undefined && refusal === undefined) await headerEnded(reader.end());
        if (block !== undefined && refusal === undefined) return await spooled(block, scanner.facts(), store);
      } catch (error) {
        await failed(error);
      }
      return refusal as SpoolRefusal;
    },
    abort: (why) => refuse({ kind: 'aborted', why }),
  };
}

async function spooled(block: HeaderBlock, facts: StreamFacts, store: BodyStore): Promise<SpooledMessage> {
  const body = await store.finish(withoutHeader(facts, block));
  return {
    kind: 'spooled',
    message: messageFromParts(block, body, facts.firstLineEnding ?? 'crlf'),
    facts,
    location: store.location,
    release: () => store.release(),
    [Symbol.asyncDispose]: () => store.release(),
  };
}

/** The line ends of the body: those of all less those of the header. No CRLF lies across the border: an LF ends each part. */
function withoutHeader(facts: StreamFacts, block: HeaderBlock): LineEndCounts {
  let { crlf, bareLf } = facts;
  for (const part of [...block.fields.map((field) => field.bytes), block.separator]) {
    const counts = countLineEnds(part);
    crlf -= counts.crlf;
    bareLf -= counts.bareLf;
  }
  return { crlf, bareLf };
}
