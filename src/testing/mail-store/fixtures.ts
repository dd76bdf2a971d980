/** What the cases of the conformance suite work with: messages from latin-1 text, results in short, one assertion. */
import type { DeliveryResult, MailStore } from '../../ports/mail-store.js';

import type { Body } from '../../values/body.js';
import { decodeLatin1, encodeLatin1 } from '../../values/bytes.js';
import type { HeaderField } from '../../values/header.js';
import { makeField } from '../../values/make-field.js';
import { type Message, messageFromParts, parseMessage } from '../../values/message.js';

export interface Subject {
  readonly store: MailStore;
  readonly read: (mailbox: string) => Promise<readonly Uint8Array[]>;
}

/** `a stored`, `b failed bad-mailbox permanent`. */
export function summary(results: readonly DeliveryResult[]): readonly string[] {
  return results.map((result) =>
    result.kind === 'stored'
      ? `${result.mailbox} stored`
      : `${result.mailbox} failed ${result.reason} ${result.temporary ? 'temporary' : 'permanent'}`,
  );
}

export function field(name: string, value: string): HeaderField {
  return makeField(name, value);
}

export function message(text: string): Message {
  const result = parseMessage(encodeLatin1(text));
  if (result.kind !== 'parsed') throw new Error('a fixture is over the limits of a header');
  return result.value;
}

export function latin1(bytes: Uint8Array): string {
  return decodeLatin1(bytes);
}

/** A message whose body is not in memory and comes in these chunks; `beforeSecond` is called between the first and the second. */
export function streamed(header: string, chunks: readonly string[], beforeSecond?: () => void): Message {
  const { header: fields, separator } = message(header);
  const parts = chunks.map(encodeLatin1);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  async function* open(): AsyncIterable<Uint8Array> {
    for (const [index, part] of parts.entries()) {
      if (index === 1) beforeSecond?.();
      yield part;
    }
  }
  const body: Body = { kind: 'body', size, bytes: undefined, open };
  return messageFromParts({ fields, separator }, body);
}

/** A message whose body fails after its first chunk, as a spool file on a failing disk does. */
export function brokenMessage(): Message {
  return streamed('Subject: x\r\n\r\n', ['one\r\n', 'two\r\n'], () => {
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  });
}

/** Throws unless both are equal as JSON: strings, numbers, booleans, arrays of them, bytes. */
export function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`expected ${clip(wanted)}, got ${clip(got)}`);
}

function clip(text: string | undefined): string {
  const shown = text ?? 'undefined';
  return shown.length > 2000 ? `${shown.slice(0, 2000)}...` : shown;
}
