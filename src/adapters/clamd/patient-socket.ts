/**
 * A socket that reads on when a write fails. A daemon that has seen enough sends its reply and closes, which resets the connection
 * while we still write: Node would destroy the socket at the failed write, with the reply unread in it. Here the failure is kept
 * back; reading then ends with the reply, the end or the reset itself.
 */
import { Socket } from 'node:net';

type Written = (error?: Error | null) => void;

export class PatientSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, written: Written): void {
    super._write(chunk, encoding, keptBack(written));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], written: Written): void {
    super._writev?.(chunks, keptBack(written));
  }
}

/** A write that failed is never reported: it stays unfinished until the socket is destroyed. */
function keptBack(written: Written): Written {
  return (error) => {
    if (error === undefined || error === null) written();
  };
}
