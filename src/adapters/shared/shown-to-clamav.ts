/**
 * What ClamAV's programs are given of a message: a Received field of ours, then its octets as they are. They tell from the first
 * octets whether a file is mail, and take no attachment out of what begins with `X-Foo: x`, `BM: x` or a blank. An mbox line
 * (`From postern`) would do that too, but then a line of the text that begins with `From ` ends the message for them, and the
 * attachments behind it are not seen; so it goes before a message that begins with such a line as well.
 */
import type { Message } from '../../values/message.js';
import { renderMessage } from '../../values/render.js';

const MAIL_LINE: Uint8Array = Buffer.from('Received: by postern\r\n', 'latin1');

/** Octets in all. */
export function shownSize(message: Message): number {
  return MAIL_LINE.length + message.size;
}

/**
 * No chunk is empty. Rejects when the body cannot be read, is shorter or longer than it says, or the signal fires, at once and
 * however long the body still takes; what the body holds is given back when it lets go.
 */
export async function* shownOctets(message: Message, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  const chunks = renderMessage(message)[Symbol.asyncIterator]();
  const over = overOf(signal);
  let left = message.size;
  let begun = false;
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), over.promise]);
      if (next.done === true) break;
      const chunk = next.value;
      if (chunk.length === 0) continue;
      left -= chunk.length;
      if (left < 0) throw new Error('it is longer than it says');
      yield begun ? chunk : Buffer.concat([MAIL_LINE, chunk]);
      begun = true;
    }
    if (left > 0) throw new Error('it is shorter than it says');
    if (!begun) yield MAIL_LINE;
  } finally {
    over.forget();
    // Not waited for: a body that stalls does not end by that.
    void Promise.resolve(chunks.return?.()).catch(() => {});
  }
}

function overOf(signal: AbortSignal): { readonly promise: Promise<never>; forget(): void } {
  let end: () => void = () => {};
  const promise = new Promise<never>((_, reject) => {
    end = () => reject(new Error(String(signal.reason)));
  });
  promise.catch(() => {});
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  return { promise, forget: () => signal.removeEventListener('abort', end) };
}
