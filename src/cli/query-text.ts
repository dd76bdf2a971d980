/** `postern query -h -b -m`: standard input as a message, whose header fields and body lines are the keys. */
import type { Table } from '../core/table.js';
import { concatBytes, decodeText, encodeLatin1 } from '../values/bytes.js';
import { type Io, print } from './io.js';
import type { Asked } from './query-lines.js';
import { type MessageKeys, queryMessage } from './query-message.js';

/** Octets of one message; it is read whole. */
export const MESSAGE_LIMIT = 268_435_456;

export type AskedMessage = Asked | { readonly kind: 'too-large' };

export async function askMessage(table: Table, keys: MessageKeys, io: Io): Promise<AskedMessage> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of io.stdin) {
    size += piece.length;
    if (size > MESSAGE_LIMIT) return { kind: 'too-large' };
    pieces.push(piece.slice());
  }
  let found = false;
  for await (const answer of queryMessage(concatBytes(pieces), table, keys)) {
    const key = readable(answer.key);
    if (answer.kind === 'cannot-tell') return { kind: 'cannot-tell', table: table.name, key, why: answer.why };
    found = true;
    await print(io.stdout, `${key}\t${readable(answer.value)}\n`);
  }
  return { kind: 'asked', found };
}

/** `octets` in Latin-1: UTF-8 is shown as such. */
function readable(octets: string): string {
  return decodeText(encodeLatin1(octets));
}
