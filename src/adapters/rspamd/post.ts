/** One HTTP request over a connection of its own: the body is written as the peer takes it, the reply read up to a limit. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { concatBytes } from '../../values/bytes.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import type { Endpoint } from '../shared/endpoint.js';

export interface Post {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** Octets of `body`. */
  readonly length: number;
  readonly body: () => AsyncIterable<Uint8Array>;
  /** Octets of the reply's body. */
  readonly limit: number;
}

/** The body of a reply 200. Ends with the signal at the latest; the connection is gone then. Never rejects. */
export function post(
  { endpoint, path, fields, length, body, limit }: Post,
  signal: AbortSignal,
): Promise<Parsed<Uint8Array>> {
  return new Promise((resolve) => {
    const where =
      endpoint.path !== undefined ? { socketPath: endpoint.path } : { host: endpoint.host, port: endpoint.port };
    const headers = {
      ...fields,
      'Content-Type': 'message/rfc822',
      'Content-Length': String(length),
      Connection: 'close',
    };
    const sent = httpRequest({
      ...where,
      path,
      method: 'POST',
      agent: false,
      headers: headers as Record<string, string | string[]>,
    });
    let answer: Parsed<Uint8Array> | undefined;
    const end = (how: Parsed<Uint8Array>): void => {
      answer ??= how;
      sent.destroy();
    };
    const abort = (): void => end(malformed(String(signal.reason)));
    sent.on('response', (reply) => {
      readBody(reply, limit).then(end, (error: unknown) => end(malformed(`its reply is cut short: ${textOf(error)}`)));
    });
    sent.on('error', (error) => end(malformed(textOf(error))));
    sent.on('close', () => {
      signal.removeEventListener('abort', abort);
      resolve(answer ?? malformed('closed without a reply'));
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    // A reply that comes before all was written counts: it ends the request.
    pipeline(Readable.from(body()), sent).catch((error: unknown) => end(malformed(textOf(error))));
  });
}

async function readBody(reply: IncomingMessage, limit: number): Promise<Parsed<Uint8Array>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (reply.statusCode !== 200) return malformed(`it answers ${reply.statusCode}`);
  for await (const part of reply) {
    size += (part as Uint8Array).length;
    if (size > limit) return malformed(`a reply of over ${limit} octets`);
    parts.push(part as Uint8Array);
  }
  return parsed(concatBytes(parts));
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
