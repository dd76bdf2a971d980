import { encodeLatin1 } from '../../../src/values/bytes.js';
import { parseMessage } from '../../../src/values/message.js';
import {
  DEFAULT_MIME_LIMITS,
  fieldText,
  type MimeLimits,
  type MimePiece,
  MimeWalker,
} from '../../../src/values/mime/index.js';

/** The pieces of a body, offsets in the body, walked in windows of `sizes`; the whole body when there are none. */
export function walk(walker: MimeWalker, body: Uint8Array, sizes: readonly number[] = []): readonly MimePiece[] {
  const pieces: MimePiece[] = [];
  let base = 0;
  let have = sizes.length === 0 ? body.length : 0;
  for (let turn = 0; ; turn++) {
    if (sizes.length > 0) have = Math.min(body.length, have + (sizes[turn % sizes.length] as number));
    const final = have === body.length;
    walker.window(body.subarray(base, have), final);
    for (let piece = walker.next(); piece !== undefined; piece = walker.next()) {
      pieces.push({ ...piece, start: piece.start + base, end: piece.end + base });
    }
    base += walker.used;
    if (final) return pieces;
  }
}

/** Pieces of text that only the division tore apart, put together again. */
export function joined(pieces: readonly MimePiece[]): readonly MimePiece[] {
  const all: MimePiece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last?.kind === 'text' && piece.kind === 'text' && piece.counted === undefined) {
      all[all.length - 1] = { ...last, end: piece.end };
    } else all.push(piece);
  }
  return all;
}

export interface Walked {
  readonly walker: MimeWalker;
  readonly body: Uint8Array;
  readonly pieces: readonly MimePiece[];
  readonly header: readonly { readonly name: string; readonly text: string }[];
}

/** A whole message in Latin-1. */
export function walkMessage(text: string, limits: Partial<MimeLimits> = {}): Walked {
  const parsed = parseMessage(encodeLatin1(text), { fieldBytes: 1e9, headerBytes: 1e9 });
  if (parsed.kind !== 'parsed') throw new Error('over limit');
  const { header, separator, body } = parsed.value;
  const walker = new MimeWalker({ ...DEFAULT_MIME_LIMITS, ...limits });
  const fields = header.flatMap(({ bytes }) => fieldText(bytes, limits.field ?? 102_400, 2048) ?? []);
  for (const { name, text: field } of fields) walker.field(name.toLowerCase(), field);
  walker.body(separator.length > 0);
  const bytes = body.bytes ?? new Uint8Array(0);
  return { walker, body: bytes, pieces: walk(walker, bytes), header: fields };
}
