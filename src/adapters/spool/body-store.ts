/**
 * The octets of one body: in memory up to a limit, in a temporary file beyond. Writing waits for the disk, so that
 * memory holds the limit and two buffers at most; reading is at positions, so that readers do not disturb each other.
 */
import { BODY_CHUNK_BYTES, type Body, memoryBody } from '../../values/body.js';
import { concatBytes } from '../../values/bytes.js';
import type { LineEndCounts } from '../../values/line-ends.js';
import type { SpoolSettings } from './settings.js';
import type { TemporaryFile } from './temporary-file.js';

export interface BodyStore {
  /** Copies `chunk`, or keeps it. A promise when the caller must wait; it rejects with the system's error. */
  append(chunk: Uint8Array): Promise<void> | undefined;
  /** After the last `append`; a promise, which rejects as that does, where there is a file. */
  finish(lineEnds: LineEndCounts): Promise<Body> | Body;
  readonly location: 'memory' | 'file';
  /** Frees memory and file. Readers that are still at it reject. */
  release(): Promise<void>;
}

const nothing: Uint8Array = new Uint8Array(0);

function bodyOver(bytes: Uint8Array, lineEnds: LineEndCounts): Body {
  const { kind, size, open } = memoryBody(bytes);
  return { kind, size, bytes, open, lineEnds };
}

/** Most messages are small: the buffers grow from here to 64 KiB. */
const FIRST_BUFFER_BYTES = 4096;

/** `keep`: chunks will not change, so that a body in one piece is that piece. */
export function createBodyStore(settings: SpoolSettings, keep: boolean): BodyStore {
  return new Store(settings, keep);
}

class Store implements BodyStore {
  readonly #settings: SpoolSettings;
  readonly #keep: boolean;
  #whole: Uint8Array | undefined = undefined;
  #full: Uint8Array[] = [];
  #buffer = nothing;
  #used = 0;
  #size = 0;
  #file: TemporaryFile | undefined = undefined;
  #released = false;
  #flushed: Promise<void> | undefined = undefined;

  constructor(settings: SpoolSettings, keep: boolean) {
    this.#settings = settings;
    this.#keep = keep;
  }

  append(chunk: Uint8Array): Promise<void> | undefined {
    const first = this.#size === 0;
    this.#size += chunk.length;
    if (first && this.#keep && this.#size <= this.#settings.memoryLimit) {
      this.#whole = chunk;
      return undefined;
    }
    if (this.#whole !== undefined) this.#buffered(this.#whole);
    this.#whole = undefined;
    this.#buffered(chunk);
    return this.#size > this.#settings.memoryLimit && this.#full.length > 0 ? this.#flush() : undefined;
  }

  /** Fills buffers of 64 KiB, so that a stream of single octets costs no more writes than one of large chunks. */
  #buffered(chunk: Uint8Array): void {
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(FIRST_BUFFER_BYTES);
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + this.#buffer.length - this.#used);
      this.#buffer.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
      if (this.#used < this.#buffer.length) continue;
      this.#full.push(this.#buffer);
      this.#buffer = new Uint8Array(Math.min(BODY_CHUNK_BYTES, 2 * this.#buffer.length));
      this.#used = 0;
    }
  }

  /** One after the other, also for a caller that did not wait. */
  #flush(): Promise<void> {
    this.#flushed = (this.#flushed ?? Promise.resolve()).then(() => this.#writeOut());
    return this.#flushed;
  }

  async #writeOut(): Promise<void> {
    if (this.#released) return;
    const { files, directory } = this.#settings;
    this.#file ??= await files(directory);
    const parts = this.#full;
    this.#full = [];
    for (const part of parts) await this.#file.append(part);
  }

  finish(lineEnds: LineEndCounts): Promise<Body> | Body {
    if (this.#whole !== undefined) return bodyOver(this.#whole, lineEnds);
    const rest = this.#buffer.subarray(0, this.#used);
    if (this.#size <= this.#settings.memoryLimit) return bodyOver(concatBytes([...this.#full, rest]), lineEnds);
    this.#full.push(rest);
    return this.#flush().then(() => {
      this.#buffer = nothing;
      const from = this.#file as TemporaryFile;
      return { kind: 'body', size: this.#size, bytes: undefined, lineEnds, open: () => this.#read(from) };
    });
  }

  async *#read(from: TemporaryFile): AsyncIterable<Uint8Array> {
    const size = this.#size;
    for (let at = 0; at < size; ) {
      if (this.#released) throw new Error('the spooled body was released while it was read');
      const chunk = await from.read(at, Math.min(BODY_CHUNK_BYTES, size - at));
      if (chunk.length === 0) throw new Error('the temporary file of a spooled body was cut short');
      yield chunk;
      at += chunk.length;
    }
  }

  get location(): 'memory' | 'file' {
    return this.#file === undefined ? 'memory' : 'file';
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#full = [];
    this.#whole = undefined;
    // A file that is being made now must not be forgotten.
    await this.#flushed?.catch(() => undefined);
    await this.#file?.close();
  }
}
