/**
 * The beginning of a body in memory: spam rules look at no more than a limit, however big the message is.
 */
import type { Body } from '../../../values/body.js';
import { DEFAULT_MAIL_LIMITS } from './limits.js';

export interface BodyStart {
  readonly octets: Uint8Array;
  /** Octets of the whole body. */
  readonly size: number;
}

/** At most `limit` octets (default 1 MiB); of a body in memory without a copy. Rejects when the body cannot be read. */
export async function readBody(
  message: { readonly body: Body },
  limit: number = DEFAULT_MAIL_LIMITS.body,
): Promise<BodyStart> {
  const { body } = message;
  if (body.bytes !== undefined) return { octets: body.bytes.subarray(0, limit), size: body.size };
  const octets = new Uint8Array(Math.min(limit, body.size));
  let at = 0;
  for await (const chunk of body.open()) {
    const part = chunk.subarray(0, octets.length - at);
    octets.set(part, at);
    at += part.length;
    if (at === octets.length) break;
  }
  return { octets: octets.subarray(0, at), size: body.size };
}
