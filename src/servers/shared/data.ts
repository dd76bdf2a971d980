/**
 * The octets between 354 and the end of data, from smtp-server's stream into the spool, no faster than the spool takes
 * them.
 */
import type { Readable } from 'node:stream';
import type { Intake } from './content.js';

/** Settles at the end of the message, or when the connection broke off, and the intake was told. Never rejects. */
export function receiveData(stream: Readable, intake: Intake): Promise<void> {
  return new Promise((resolve) => {
    const broken = (error?: Error): void => {
      const why = error?.message ?? 'the connection closed before the end of the message';
      intake.abort(why).then(resolve);
    };
    stream.on('data', (chunk: Uint8Array) => {
      const waiting = intake.write(chunk);
      if (waiting === undefined) return;
      stream.pause();
      waiting.then(() => stream.resume());
    });
    stream.once('end', () => {
      stream.removeAllListeners('close');
      resolve();
    });
    stream.once('error', broken);
    stream.once('close', () => broken());
  });
}
