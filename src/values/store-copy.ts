/**
 * The bytes of one recipient's copy: its own fields on top, then the message, every CRLF as a bare LF (an IMAP server adds
 * the CR itself, and would add a second one). A lone CR stays. The body of a small message in memory is converted once
 * for all recipients; a large one, or one in a file, streams for each, so memory does not grow with it.
 */
import { concatBytes } from './bytes.js';
import type { HeaderField } from './header.js';
import { convertLineEnds } from './line-ends.js';
import { type Message, prependField } from './message.js';
import { renderHeader, renderMessage } from './render.js';

/** Octets up to which a message is held as one block, to be written by one call. */
const SMALL = 256 * 1024;
const LF_ENDS = { lineEnding: 'lf' } as const;

/** The bytes of one copy, in pieces. */
export type CopyContent = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A function from the fields on top, the first one topmost, to the copy's bytes. */
export function copiesOf(message: Message): (prepend: readonly HeaderField[]) => CopyContent {
  const { bytes } = message.body;
  if (bytes === undefined || message.size > SMALL) {
    return (prepend) => renderMessage(withFieldsOnTop(message, prepend), LF_ENDS);
  }
  let body: Uint8Array | undefined;
  return (prepend) => {
    body ??= convertLineEnds(bytes, 'lf');
    return [concatBytes([renderHeader(withFieldsOnTop(message, prepend), LF_ENDS), body])];
  };
}

function withFieldsOnTop(message: Message, fields: readonly HeaderField[]): Message {
  return fields.reduceRight((below, field) => prependField(below, field).message, message);
}
