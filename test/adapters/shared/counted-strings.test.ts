/** Counted strings: what was written is read, in whatever pieces it comes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountedReader, encodeCounted } from '../../../src/adapters/shared/counted-strings.js';

const strings = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 });

/** Cuts at these places, in any order. */
function* pieces(bytes: Uint8Array, cuts: readonly number[]): Iterable<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let at = 0;
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(at, place);
    at = place;
  }
}

describe('CountedReader', () => {
  it('reads what was written, in any pieces', () => {
    fc.assert(
      fc.property(strings, fc.array(fc.nat(300)), (written, cuts) => {
        const reader = new CountedReader(written.length, 40);
        const results = [...pieces(encodeCounted(written), cuts)].map((piece) => reader.push(piece));
        const read = results.filter((result) => result !== undefined);
        expect(read).toHaveLength(1);
        const [result] = read;
        expect(result?.kind === 'parsed' && result.value.strings.map((one) => [...one])).toEqual(
          written.map((one) => [...one]),
        );
      }),
    );
  });

  it('says that octets came behind the last one', () => {
    const written = encodeCounted([new Uint8Array(0)]);
    expect(new CountedReader(1, 10).push(written)).toMatchObject({ value: { extra: false } });
    expect(new CountedReader(1, 10).push(new Uint8Array([...written, 0]))).toMatchObject({ value: { extra: true } });
  });

  it('refuses a length before it has come', () => {
    expect(new CountedReader(1, 255).push(new Uint8Array([1, 0]))).toMatchObject({ kind: 'malformed' });
    expect(new CountedReader(1, 256).push(new Uint8Array([1, 0]))).toBeUndefined();
  });

  it('takes the longest one, octet by octet, in linear time', () => {
    const reader = new CountedReader(1, 65_535);
    const written = encodeCounted([new Uint8Array(65_535).fill(7)]);
    let last: unknown;
    for (let at = 0; at < written.length; at++) last = reader.push(written.subarray(at, at + 1));
    expect(last).toMatchObject({ kind: 'parsed' });
  });
});
