/**
 * A body with some of its octets changed. The new body is made anew each time it is opened, from the body as it was, unless it
 * lies in memory and stays about as large.
 */
import { BODY_CHUNK_BYTES, type Body, memoryBody } from '../../values/body.js';
import { concatBytes } from '../../values/bytes.js';

/** Replaces the octets from `from` to `to` by `by`. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly by: Uint8Array;
}

/** A changed body that grows by more is not held: a short rule may write a long text for each of many short lines. */
const GROWTH_LIMIT = 1 << 20;

/** The splices lie in order and do not overlap. */
export function changedBody(body: Body, splices: readonly Splice[]): Body {
  const size = splices.reduce((sum, { from, to, by }) => sum + by.length - (to - from), body.size);
  if (body.bytes !== undefined && size <= 2 * body.size + GROWTH_LIMIT) {
    return memoryBody(concatBytes([...parts(body.bytes, 0, new Progress(splices)), ...rest(splices, body.size)]));
  }
  return { kind: 'body', size, bytes: undefined, open: () => stream(body, splices) };
}

/** How far the list of splices has been carried out. */
class Progress {
  readonly splices: readonly Splice[];
  index = 0;
  constructor(splices: readonly Splice[]) {
    this.splices = splices;
  }
}

/** What a chunk that begins at `base` becomes; a splice counts where it begins. */
function* parts(chunk: Uint8Array, base: number, progress: Progress): Generator<Uint8Array> {
  const { splices } = progress;
  const end = base + chunk.length;
  let at = Math.max(base, splices[progress.index - 1]?.to ?? 0);
  for (let splice = splices[progress.index]; splice !== undefined && splice.from < end; ) {
    yield chunk.subarray(at - base, splice.from - base);
    yield splice.by;
    at = splice.to;
    progress.index++;
    splice = splices[progress.index];
  }
  if (at < end) yield chunk.subarray(at - base);
}

/** Splices behind the last octet. */
function rest(splices: readonly Splice[], size: number): readonly Uint8Array[] {
  return splices.filter(({ from }) => from >= size).map(({ by }) => by);
}

async function* stream(body: Body, splices: readonly Splice[]): AsyncGenerator<Uint8Array> {
  const progress = new Progress(splices);
  let base = 0;
  for await (const chunk of body.open()) {
    yield* gathered(parts(chunk, base, progress));
    base += chunk.length;
  }
  yield* gathered(rest(splices, base));
}

/** Short parts together, long ones apart: chunks of at most 64 KiB. */
function* gathered(all: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for (const part of all) {
    if (part.length === 0) continue;
    if (size + part.length > BODY_CHUNK_BYTES && size > 0) {
      yield concatBytes(held);
      held = [];
      size = 0;
    }
    if (part.length > BODY_CHUNK_BYTES) yield* cut(part);
    else {
      held.push(part);
      size += part.length;
    }
  }
  if (size > 0) yield concatBytes(held);
}

function* cut(part: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < part.length; at += BODY_CHUNK_BYTES) yield part.subarray(at, at + BODY_CHUNK_BYTES);
}
