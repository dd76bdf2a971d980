/**
 * Takes a message from a stream and keeps it for as long as it is handled: header parsed while it arrives, body in
 * memory or in a temporary file. A refusal is known as early as it can be: a header over its limits is not waited
 * for. Not a queue: nothing here survives the process. Line ends and dots are the protocol's business.
 */
import { BODY_CHUNK_BYTES, type Body } from '../../values/body.js';
import { createHeaderReader, type HeaderBlock, type HeaderRead, type HeaderReader } from '../../values/header-block.js';
import type { HeaderOverLimit } from '../../values/header-limits.js';
import { countLineEnds, type LineEndCounts } from '../../values/line-ends.js';
import { type Message, messageFromParts } from '../../values/message.js';
import { createFactScanner, type FactScanner, type StreamFacts } from '../../values/stream-facts.js';
import { type BodyStore, createBodyStore } from './body-store.js';
import { type SpoolOptions, type SpoolSettings, spoolSettings } from './settings.js';
import { type StorageFailure, storageFailure } from './temporary-file.js';

export interface Spool {
  /** Makes a temporary file and drops it: what a server asks before it starts. */
  check(): Promise<StorageFailure | undefined>;
  /** For one message. */
  sink(options?: SinkOptions): SpoolSink;
  /**
   * Reads `source` to its end, also after a refusal (a protocol's peer must be heard out before it is answered).
   * Never rejects: a source that fails gives `aborted`. `signal` is looked at between chunks.
   */
  receive(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<SpoolResult>;
}

export interface SinkOptions {
  /** The chunks that are written will not change: they may be kept, and need not be copied. Default false. */
  readonly keep?: boolean;
}

export interface SpoolSink {
  /** Wait for the promise, when there is one, before the next; it never rejects. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** Set as soon as it is certain that `end` will give this; more octets are dropped. */
  readonly refusal: SpoolRefusal | undefined;
  /** The stream is complete. Never rejects; a promise only where there is a file. */
  end(): Promise<SpoolResult> | SpoolResult;
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
    sink: (sinkOptions = {}) => new Sink(settings, sinkOptions.keep === true),
    receive: (source, signal) => receive(new Sink(settings, false), source, signal),
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

class Sink implements SpoolSink {
  readonly #settings: SpoolSettings;
  readonly #reader: HeaderReader;
  readonly #scanner: FactScanner = createFactScanner();
  readonly #store: BodyStore;
  #size = 0;
  #block: HeaderBlock | undefined = undefined;
  #refusal: SpoolRefusal | undefined = undefined;

  constructor(settings: SpoolSettings, keep: boolean) {
    this.#settings = settings;
    this.#reader = createHeaderReader(settings.header, { keep });
    this.#store = createBodyStore(settings, keep);
  }

  get refusal(): SpoolRefusal | undefined {
    return this.#refusal;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#refusal !== undefined) return undefined;
    const { maxBytes } = this.#settings;
    const within = this.#size + chunk.length > maxBytes ? chunk.subarray(0, maxBytes - this.#size) : chunk;
    const waiting = this.#accept(within)?.catch((error: unknown) => this.#failed(error));
    this.#size += chunk.length;
    if (this.#refusal !== undefined || this.#size <= maxBytes) return waiting;
    return this.#refuse({ kind: 'over-limit', limit: 'message-bytes', at: maxBytes });
  }

  end(): Promise<SpoolResult> | SpoolResult {
    if (this.#block === undefined && this.#refusal === undefined) {
      const waiting = this.#headerEnded(this.#reader.end());
      if (waiting !== undefined) {
        return waiting.catch((error: unknown) => this.#failed(error)).then(() => this.#finished());
      }
    }
    return this.#finished();
  }

  abort(why: string): Promise<void> {
    return this.#refuse({ kind: 'aborted', why });
  }

  async #refuse(why: SpoolRefusal): Promise<void> {
    this.#refusal ??= why;
    // The refusal stands, whatever else goes wrong with the file now.
    await this.#store.release().catch(() => undefined);
  }

  #failed(error: unknown): Promise<void> {
    return this.#refuse(storageFailure(this.#settings.directory, error));
  }

  /** Takes what the reader found; the octets behind the header go to the body. */
  #headerEnded({ header, rest }: HeaderRead): Promise<void> | undefined {
    if (header.kind === 'over-limit') return this.#refuse(header);
    this.#block = header.value;
    return this.#store.append(rest);
  }

  #accept(chunk: Uint8Array): Promise<void> | undefined {
    this.#scanner.push(chunk);
    let waiting: Promise<void> | undefined;
    let at = 0;
    // The reader may copy what it gets: a giant chunk in small pieces.
    while (this.#block === undefined && this.#refusal === undefined && at < chunk.length) {
      const piece = chunk.length <= BODY_CHUNK_BYTES ? chunk : chunk.subarray(at, at + BODY_CHUNK_BYTES);
      const read = this.#reader.push(piece);
      at += BODY_CHUNK_BYTES;
      if (read !== undefined) waiting = this.#headerEnded(read);
    }
    if (this.#refusal !== undefined || at >= chunk.length) return waiting;
    return this.#store.append(at === 0 ? chunk : chunk.subarray(at)) ?? waiting;
  }

  #finished(): Promise<SpoolResult> | SpoolResult {
    const block = this.#block;
    if (this.#refusal !== undefined || block === undefined) return this.#refusal as SpoolRefusal;
    const facts = this.#scanner.facts();
    const body = this.#store.finish(withoutHeader(facts, block));
    if (!('then' in body)) return spooled(block, facts, this.#store, body);
    const whole = body.then((stored) => spooled(block, facts, this.#store, stored));
    return whole.catch((error: unknown) => this.#failed(error).then(() => this.#refusal as SpoolRefusal));
  }
}

function spooled(block: HeaderBlock, facts: StreamFacts, store: BodyStore, body: Body): SpooledMessage {
  return new Spooled(messageFromParts(block, body, facts.firstLineEnding ?? 'crlf'), facts, store);
}

class Spooled implements SpooledMessage {
  readonly kind = 'spooled';
  readonly message: Message;
  readonly facts: StreamFacts;
  readonly location: 'memory' | 'file';
  readonly #store: BodyStore;

  constructor(message: Message, facts: StreamFacts, store: BodyStore) {
    this.message = message;
    this.facts = facts;
    this.location = store.location;
    this.#store = store;
  }

  release(): Promise<void> {
    return this.#store.release();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#store.release();
  }
}

/** The line ends of the body: those of all less those of the header. No CRLF lies across the border: an LF ends each part. */
function withoutHeader(facts: StreamFacts, block: HeaderBlock): LineEndCounts {
  let { crlf, bareLf } = facts;
  const less = (part: Uint8Array): void => {
    const counts = countLineEnds(part);
    crlf -= counts.crlf;
    bareLf -= counts.bareLf;
  };
  for (const { bytes } of block.fields) less(bytes);
  less(block.separator);
  return { crlf, bareLf };
}
