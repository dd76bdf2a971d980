/**
 * The keys of standard input, one a line, and `key<TAB>value` for each that a table has. Lines are read and answers
 * written in pieces: a million keys take no more memory than a thousand. A line that is not UTF-8 has no answer (as in
 * Postfix).
 */
import { isThenable } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import type { Answer } from '../values/answer.js';
import { concatBytes, decodeUtf8 } from '../values/bytes.js';
import { type Io, print } from './io.js';

export type Asked =
  | { readonly kind: 'asked'; readonly found: boolean }
  /** Ends the run, as an error of a table ends postmap's. */
  | { readonly kind: 'cannot-tell'; readonly table: string; readonly key: string; readonly why: string };

const OUTPUT_PIECE = 65_536;
/** Longer lines are no keys. */
const LINE_LIMIT = 16_777_216;
const LF = 10;

export async function askLines(table: Table, io: Io): Promise<Asked> {
  let out = '';
  let found = false;
  for await (const lines of lineBlocks(io.stdin)) {
    io.signal?.throwIfAborted();
    for (const key of lines) {
      const answered = table.lookup(key);
      const answer: Answer<TableEntry> = isThenable<Answer<TableEntry>>(answered) ? await answered : answered;
      if (answer.kind === 'cannot-tell') {
        await print(io.stdout, out);
        return { kind: 'cannot-tell', table: table.name, key, why: answer.why };
      }
      if (answer.kind === 'not-found') continue;
      found = true;
      out += `${key}\t${answer.value.value}\n`;
      if (out.length < OUTPUT_PIECE) continue;
      await print(io.stdout, out);
      out = '';
    }
  }
  if (out !== '') await print(io.stdout, out);
  return { kind: 'asked', found };
}

/** The lines of each piece of input; the last may have no line end. */
async function* lineBlocks(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  let rest: Uint8Array[] = [];
  let size = 0;
  for await (const piece of input) {
    const end = piece.lastIndexOf(LF) + 1;
    if (end > 0) {
      yield linesOf(concatBytes([...rest, piece.subarray(0, end - 1)]));
      rest = [];
      size = 0;
    }
    size += piece.length - end;
    if (size <= LINE_LIMIT && end < piece.length) rest.push(piece.slice(end));
  }
  if (rest.length > 0 && size <= LINE_LIMIT) yield linesOf(concatBytes(rest));
}

function linesOf(bytes: Uint8Array): readonly string[] {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text.split('\n');
  const lines: string[] = [];
  for (let from = 0; from <= bytes.length; ) {
    const lf = bytes.indexOf(LF, from);
    const to = lf < 0 ? bytes.length : lf;
    const line = decodeUtf8(bytes.subarray(from, to));
    if (line !== undefined) lines.push(line);
    from = to + 1;
  }
  return lines;
}
