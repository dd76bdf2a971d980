/** What the tests of messages share: octets from text, and arbitrary octets that look like mail more often than noise does. */
import fc from 'fast-check';
import { concatBytes, decodeLatin1, encodeLatin1 } from '../../src/values/bytes.js';
import type { Message } from '../../src/values/message.js';
import { parseMessage } from '../../src/values/message.js';
import { renderMessageSync } from '../../src/values/render.js';

export const bytes = encodeLatin1;
export const text = decodeLatin1;

const NO_LIMITS = { headerBytes: Infinity, headerFields: Infinity, fieldBytes: Infinity };

export function message(source: string | Uint8Array): Message {
  const parsed = parseMessage(typeof source === 'string' ? bytes(source) : source, NO_LIMITS);
  if (parsed.kind !== 'parsed') throw new Error(`over the limit ${parsed.limit}`);
  return parsed.value;
}

export function rendered(from: Message, lineEnding: 'keep' | 'lf' | 'crlf' = 'keep'): string {
  const all = renderMessageSync(from, { lineEnding });
  if (all === undefined) throw new Error('the body is not in memory');
  return text(all);
}

/** Octets out of pieces that matter to a header, and out of nothing in particular. */
export function mailBytes(maxPieces = 30): fc.Arbitrary<Uint8Array> {
  const piece = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('\r\n', '\n', '\r', ':', ' ', '\t', 'A', 'Subject', 'From ', '>', '\0', 'é'),
    },
    { weight: 2, arbitrary: fc.constantFrom('X: y\r\n', 'X: y\n', '\r\n\r\n', '\n\n', ' more\r\n', 'From a@b\n') },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map(text) },
  );
  return fc.array(piece, { maxLength: maxPieces }).map((pieces) => bytes(pieces.join('')));
}

/** `source` cut at the given places, empty chunks among them. */
export function chunked(source: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => Math.min(cut, source.length)), source.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => source.subarray(places[i], end));
}

export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(120), { maxLength: 12 });

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return concatBytes(parts);
}

/** Milliseconds of the fastest of five runs: on a busy machine the only steady number. */
export function fastest(run: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
