/** The beginning of a message in exactly so many octets, as a service is told it beforehand. */
import type { Message } from '../../values/message.js';
import { renderMessage } from '../../values/render.js';

/** Rejects when the message is shorter than that. */
export async function* firstOctets(message: Message, octets: number): AsyncIterable<Uint8Array> {
  let left = octets;
  if (left <= 0) return;
  for await (const chunk of renderMessage(message)) {
    yield chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= chunk.length;
    if (left <= 0) return;
  }
  throw new Error('the message is shorter than it was said to be');
}
