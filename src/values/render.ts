/**
 * A message written out: as it is, or with every line end LF (mail stores) or CRLF (SMTP). Unedited and `keep` gives
 * the received bytes. No dot-stuffing and no size limit here: those are the protocols'.
 */
import { BODY_CHUNK_BYTES, type Body } from './body.js';
import { concatBytes } from './bytes.js';
import { convertLineEnds, countLineEnds, growth, type LineEndCounts, lineEndConverter } from './line-ends.js';
import type { Message } from './message.js';
import { headerPieces } from './message-parts.js';

export interface RenderOptions {
  /** Default `keep`: received octets unchanged, added fields with the message's own line ending. */
  readonly lineEnding?: 'keep' | 'lf' | 'crlf';
}

/** The whole message in chunks of about 64 KiB; a small message in memory is one chunk. Rejects when the body cannot be read. */
export async function* renderMessage(message: Message, options: RenderOptions = {}): AsyncIterable<Uint8Array> {
  const { lineEnding = 'keep' } = options;
  if (message.size <= BODY_CHUNK_BYTES) {
    const whole = renderMessageSync(message, options);
    if (whole !== undefined) {
      if (whole.length > 0) yield whole;
      return;
    }
  }
  const header = renderHeader(message, options);
  for (let at = 0; at < header.length; at += BODY_CHUNK_BYTES) yield header.subarray(at, at + BODY_CHUNK_BYTES);
  if (lineEnding === 'keep') {
    yield* message.body.open();
    return;
  }
  const converter = lineEndConverter(lineEnding);
  for await (const chunk of message.body.open()) {
    const converted = converter.push(chunk);
    if (converted.length > 0) yield converted;
  }
  const last = converter.end();
  if (last.length > 0) yield last;
}

/** The whole message at once; undefined when its body is not in memory. */
export function renderMessageSync(message: Message, options: RenderOptions = {}): Uint8Array | undefined {
  const { bytes } = message.body;
  if (bytes === undefined) return undefined;
  const { lineEnding = 'keep' } = options;
  return concatBytes([
    renderHeader(message, options),
    lineEnding === 'keep' ? bytes : convertLineEnds(bytes, lineEnding),
  ]);
}

/** All fields and the separator. */
export function renderHeader(message: Message, options: RenderOptions = {}): Uint8Array {
  const { lineEnding = 'keep' } = options;
  const header = concatBytes(headerPieces(message));
  return lineEnding === 'keep' ? header : convertLineEnds(header, lineEnding);
}

/**
 * Octets that `renderMessage` gives (Maildir's `,S=`). A promise only when the body is elsewhere and nobody counted
 * its line ends yet: it is then read once, and the count remembered.
 */
export function renderedSize(message: Message, lineEnding: 'keep' | 'lf' | 'crlf'): number | Promise<number> {
  if (lineEnding === 'keep') return message.size;
  const withHeader = message.size + growth(countLineEnds(renderHeader(message)), lineEnding);
  const counts = knownLineEnds(message.body);
  if (counts !== undefined) return withHeader + growth(counts, lineEnding);
  return countStreamed(message.body).then((streamed) => withHeader + growth(streamed, lineEnding));
}

const counted = new WeakMap<Body, LineEndCounts>();

function knownLineEnds(body: Body): LineEndCounts | undefined {
  const known = body.lineEnds ?? counted.get(body);
  if (known !== undefined || body.bytes === undefined) return known;
  const counts = countLineEnds(body.bytes);
  counted.set(body, counts);
  return counts;
}

async function countStreamed(body: Body): Promise<LineEndCounts> {
  let crlf = 0;
  let bareLf = 0;
  let last = 0;
  for await (const chunk of body.open()) {
    const counts = countLineEnds(chunk, last);
    crlf += counts.crlf;
    bareLf += counts.bareLf;
    last = chunk[chunk.length - 1] ?? last;
  }
  counted.set(body, { crlf, bareLf });
  return { crlf, bareLf };
}
