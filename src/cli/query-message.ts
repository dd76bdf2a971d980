/**
 * A message as keys for a table, as `postmap -q -` makes them with `-h`, `-b` and `-m`: header fields, body lines, and
 * with MIME those of parts and attached messages apart from each other. Postfix looks a line up whole there, whatever
 * the limits of its content checks, and keeps a CR as part of it.
 */
import type { Table } from '../core/table.js';
import type { RuleTable } from '../tables/regex/index.js';
import { decodeLatin1, decodeText, encodeLatin1, encodeUtf8 } from '../values/bytes.js';
import { DEFAULT_MIME_LIMITS, type MimeLimits, MimeWalker, Records } from '../values/mime/index.js';

export interface MessageKeys {
  /** `-h`: header fields are keys. */
  readonly headers: boolean;
  /** `-b`: lines that are in no header are keys. */
  readonly body: boolean;
  /** `-m`: headers of parts and of attached messages are headers, not body lines. */
  readonly mime: boolean;
}

export type KeyAnswer =
  /** Octets in Latin-1. */
  | { readonly kind: 'found'; readonly key: string; readonly value: string }
  | { readonly kind: 'cannot-tell'; readonly key: string; readonly why: string };

const unlimited = Number.POSITIVE_INFINITY;
const limits: MimeLimits = { ...DEFAULT_MIME_LIMITS, line: unlimited, keepCr: true };

/** The keys that the table has, in the order of the message. Prints as `${key}\t${value}\n`. */
export async function* queryMessage(
  octets: Uint8Array,
  table: Table | RuleTable,
  keys: MessageKeys,
): AsyncGenerator<KeyAnswer> {
  for (const key of keysOf(octets, keys)) {
    const answer = await lookUp(table, key);
    if (answer !== undefined) yield answer;
  }
}

/** Octets in Latin-1, up to the first NUL. An empty line is a key; one stands in where a header has none behind it. */
function* keysOf(octets: Uint8Array, { headers, body, mime }: MessageKeys): Generator<string> {
  const walker = new MimeWalker({ ...limits, structure: mime });
  walker.window(octets, true);
  const records = new Records(octets, unlimited, true, true);
  let inHeader = true;
  for (let piece = walker.next(); piece !== undefined; piece = walker.next()) {
    if (piece.kind === 'field') {
      if (headers) yield piece.text;
      continue;
    }
    if (!body) continue;
    for (let one = records.at(piece.start); one !== undefined && one.start < piece.end; one = records.at(one.next)) {
      const line = decodeLatin1(octets.subarray(one.start, one.end));
      if (inHeader && line !== '') yield '';
      inHeader = false;
      yield line.split('\0', 1)[0] ?? '';
    }
  }
}

async function lookUp(table: Table | RuleTable, key: string): Promise<KeyAnswer | undefined> {
  // A trusted table has to ask its engine: it is looked up as any other.
  if ('rules' in table && table.trusted === undefined) {
    const match = table.match(key);
    return match && { kind: 'found', key, value: match.value };
  }
  const answer = await table.lookup(decodeText(encodeLatin1(key)));
  switch (answer.kind) {
    case 'found':
      return { kind: 'found', key, value: decodeLatin1(encodeUtf8(answer.value.value)) };
    case 'not-found':
      return undefined;
    case 'cannot-tell':
      return { kind: 'cannot-tell', key, why: answer.why };
  }
}
