/**
 * Line ends: counting them and writing them as LF or as CRLF, in chunks of any division. A lone CR is content and
 * stays in both directions (so CR CR LF becomes CR LF under `lf`); to refuse it is a policy, see stream-facts.ts.
 */
import { CR, LF } from './bytes.js';

export type LineEnding = 'crlf' | 'lf';

export interface LineEndCounts {
  readonly crlf: number;
  /** LF without a CR right before it. */
  readonly bareLf: number;
}

/** `lastOctet` is the octet before `bytes`, for a CRLF divided between two chunks. */
export function countLineEnds(bytes: Uint8Array, lastOctet = 0): LineEndCounts {
  let crlf = 0;
  let bareLf = 0;
  let previous = lastOctet;
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] as number;
    if (octet === LF) {
      if (previous === CR) crlf++;
      else bareLf++;
    }
    previous = octet;
  }
  return { crlf, bareLf };
}

/** How many octets more (or, below zero, fewer) a text with these line ends has when written with `to`. */
export function growth(counts: LineEndCounts, to: LineEnding): number {
  return to === 'crlf' ? counts.bareLf : -counts.crlf;
}

/** Rewrites a stream: what `push` and then `end` return, one after the other, is the converted text. */
export interface LineEndConverter {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

export function lineEndConverter(to: LineEnding): LineEndConverter {
  return to === 'lf' ? crlfToLf() : lfToCrlf();
}

/** All of `bytes` at once. */
export function convertLineEnds(bytes: Uint8Array, to: LineEnding): Uint8Array {
  const converter = lineEndConverter(to);
  const converted = converter.push(bytes);
  const last = converter.end();
  if (last.length === 0) return converted;
  const all = new Uint8Array(converted.length + last.length);
  all.set(converted);
  all.set(last, converted.length);
  return all;
}

function crlfToLf(): LineEndConverter {
  let heldCr = false;
  return {
    push(chunk) {
      if (chunk.length === 0 || (!heldCr && chunk.indexOf(CR) === -1)) return chunk;
      const out = new Uint8Array(chunk.length + 1);
      let size = 0;
      if (heldCr && chunk[0] !== LF) out[size++] = CR;
      // A CR at the end waits: whether it is lone shows only in the next chunk.
      heldCr = chunk[chunk.length - 1] === CR;
      const end = heldCr ? chunk.length - 1 : chunk.length;
      for (let i = 0; i < end; i++) {
        const octet = chunk[i] as number;
        if (octet === CR && chunk[i + 1] === LF) continue;
        out[size++] = octet;
      }
      return out.subarray(0, size);
    },
    end: () => (heldCr ? Uint8Array.of(CR) : new Uint8Array(0)),
  };
}

function lfToCrlf(): LineEndConverter {
  let previous = 0;
  return {
    push(chunk) {
      const { bareLf } = countLineEnds(chunk, previous);
      const before = previous;
      previous = chunk[chunk.length - 1] ?? previous;
      if (bareLf === 0) return chunk;
      const out = new Uint8Array(chunk.length + bareLf);
      let size = 0;
      for (let i = 0; i < chunk.length; i++) {
        const octet = chunk[i] as number;
        if (octet === LF && (i === 0 ? before : chunk[i - 1]) !== CR) out[size++] = CR;
        out[size++] = octet;
      }
      return out;
    },
    end: () => new Uint8Array(0),
  };
}
