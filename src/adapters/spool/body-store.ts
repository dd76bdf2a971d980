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
  /** Copies `chunk`. A promise when the caller must wait; it rejects with the system's error. */
  append(chunk: Uint8Array): Promise<void> | undefined;
  /** After the last `append`; rejects as that does. */
  finish(lineEnds: LineEndCounts): Promise<Body>;
  readonly location: 'memory' | 'file';
  /** Frees memory and file. Readers that are still at it reject. */
  release(): Promise<void>;
}

/** Most messages are small: the buffers grow from here to 64 KiB. */
const FIRST_BUFFER_BYTES = 4096;

export function createBodyStore(settings: SpoolSettings): BodyStore {
  const { directory, memoryLimit, files } = settings;
  let full: Uint8Array[] = [];
  let buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  let used = 0;
  let size = 0;
  let file: TemporaryFile | undefined;
  let released = false;
  let flushed: Promise<void> = Promise.resolve();

  /** Fills buffers of 64 KiB, so that a stream of single octets costs no more writes than one of large chunks. */
  function buffered(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + buffer.length - used);
      buffer.set(part, used);
      used += part.length;
      at += part.length;
      if (used < buffer.length) continue;
      full.push(buffer);
      buffer = new Uint8Array(Math.min(BODY_CHUNK_BYTES, 2 * buffer.length));
      used = 0;
    }
    size += chunk.length;
  }

  /** One after the other, also for a caller that did not wait. */
  function flush(): Promise<void> {
    flushed = flushed.then(writeOut);
    return flushed;
  }

  async function writeOut(): Promise<void> {
    if (released) return;
    file ??= await files(directory);
    const parts = full;
    full = [];
    for (const part of parts) await file.append(part);
  }

  async function* read(from: TemporaryFile): AsyncIterable<Uint8Array> {
    for (let at = 0; at < size; ) {
      if (released) throw new Error('the spooled body was released while it was read');
      const chunk = await from.read(at, Math.min(BODY_CHUNK_BYTES, size - at));
      if (chunk.length === 0) throw new Error('the temporary file of a spooled body was cut short');
      yield chunk;
      at += chunk.length;
    }
  }

  return {
    append(chunk) {
      buffered(chunk);
      return size > memoryLimit && full.length > 0 ? flush() : undefined;
    },
    async finish(lineEnds) {
      const rest = buffer.subarray(0, used);
      if (size <= memoryLimit) return { ...memoryBody(concatBytes([...full, rest])), lineEnds };
      full.push(rest);
      await flush();
      buffer = new Uint8Array(0);
      const from = file as TemporaryFile;
      return { kind: 'body', size, bytes: undefined, lineEnds, open: () => read(from) };
    },
    get location() {
      return file === undefined ? 'memory' : 'file';
    },
    async release() {
      released = true;
      full = [];
      // A file that is being made now must not be forgotten.
      await flushed.catch(() => undefined);
      await file?.close();
    },
  };
}
