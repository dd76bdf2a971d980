import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../../src/stages/spam/mail/index.js';
import type { Body } from '../../../../src/values/body.js';
import { memoryBody } from '../../../../src/values/body.js';

function streamed(chunks: readonly Uint8Array[], opened: () => void): Body {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  async function* open(): AsyncIterable<Uint8Array> {
    for (const chunk of chunks) {
      opened();
      yield chunk;
    }
  }
  return { kind: 'body', size, bytes: undefined, open };
}

describe('readBody', () => {
  it('takes a body in memory without a copy', async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const { octets, size } = await readBody({ body: memoryBody(bytes) }, 3);
    expect([octets.buffer === bytes.buffer, [...octets], size]).toEqual([true, [1, 2, 3], 4]);
  });

  it('gives the beginning of the body, however it is chunked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 })), fc.nat(60), async (chunks, limit) => {
        const all = chunks.flatMap((chunk) => [...chunk]);
        const { octets, size } = await readBody({ body: streamed(chunks, () => {}) }, limit);
        expect([...octets]).toEqual(all.slice(0, limit));
        expect(size).toBe(all.length);
      }),
    );
  });

  it('reads no further than the limit', async () => {
    let read = 0;
    const chunks = Array.from({ length: 1600 }, () => new Uint8Array(65_536));
    const { octets, size } = await readBody({ body: streamed(chunks, () => read++) });
    expect([read, octets.length, size]).toEqual([16, 1_048_576, 104_857_600]);
  });

  it('takes less when the storage has less than it said', async () => {
    const body: Body = { ...streamed([Uint8Array.of(1, 2)], () => {}), size: 100 };
    expect([...(await readBody({ body })).octets]).toEqual([1, 2]);
  });

  it('rejects when the body cannot be read', async () => {
    const gone = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('gone')) }),
    });
    await expect(readBody({ body: { kind: 'body', size: 3, bytes: undefined, open: gone } })).rejects.toThrow('gone');
  });
});
