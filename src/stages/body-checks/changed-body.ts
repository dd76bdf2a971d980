/**
 * A body with some of its first lines changed. Only the beginning that was checked is held in memory; what lies behind
 * it is read from the body as it was, each time the changed one is opened.
 */
import { type Body, memoryBody } from '../../values/body.js';
import { concatBytes } from '../../values/bytes.js';

/** Replaces the octets from `from` to `to` by `by`. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly by: Uint8Array;
}

/** `window`: the first octets of `body`. The splices lie in it, in order, and do not overlap. */
export function changedBody(body: Body, window: Uint8Array, splices: readonly Splice[]): Body {
  const beginning = spliced(window, splices);
  if (window.length >= body.size) return memoryBody(beginning);
  if (body.bytes !== undefined) return memoryBody(concatBytes([beginning, body.bytes.subarray(window.length)]));
  const size = body.size - window.length + beginning.length;
  return { kind: 'body', size, bytes: undefined, open: () => join(beginning, body, window.length) };
}

function spliced(window: Uint8Array, splices: readonly Splice[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { from, to, by } of splices) {
    parts.push(window.subarray(at, from), by);
    at = to;
  }
  return concatBytes([...parts, window.subarray(at)]);
}

async function* join(beginning: Uint8Array, body: Body, skip: number): AsyncGenerator<Uint8Array> {
  yield* memoryBody(beginning).open();
  let left = skip;
  for await (const chunk of body.open()) {
    const rest = chunk.subarray(Math.min(left, chunk.length));
    left -= Math.min(left, chunk.length);
    if (rest.length > 0) yield rest;
  }
}

/** The first `size` octets of a body that is not in memory, or all when there are less; reads no further. */
export async function readBeginning(body: Body, size: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let have = 0;
  for await (const chunk of body.open()) {
    parts.push(chunk.length > size - have ? chunk.subarray(0, size - have) : chunk);
    have += chunk.length;
    if (have >= size) break;
  }
  return concatBytes(parts);
}
