/**
 * The judgement of a message before any policy sees it: line ends (RFC 5321 section 2.3.8; a bare LF or CR is how SMTP
 * smuggling begins), NUL octets, line length, sizes. And the sink that a message is written to.
 */
import type { Spool, SpoolRefusal, SpoolResult, SpoolSink } from '../../adapters/spool/index.js';
import type { MaybePromise } from '../../core/stage.js';
import { lineEndConverter } from '../../values/line-ends.js';
import type { Reply } from '../../values/reply.js';
import type { StreamFacts } from '../../values/stream-facts.js';
import * as replies from './replies.js';

/** What is wrong with octets of this kind; undefined when nothing is. */
export function contentFault(facts: StreamFacts, lineBytes: number): Reply | undefined {
  if (facts.bareLf > 0 || facts.bareCr > 0) return replies.bareNewline;
  if (facts.nul > 0) return replies.nulOctet;
  return facts.longestLine > lineBytes ? replies.messageLineTooLong : undefined;
}

/** Undefined for a message that did not arrive whole: there is nobody to answer. */
export function spoolFault(refusal: SpoolRefusal): Reply | undefined {
  switch (refusal.kind) {
    case 'over-limit':
      return refusal.limit === 'message-bytes' ? replies.messageTooBig : replies.headerTooBig;
    case 'failed':
      return refusal.reason === 'storage-full' ? replies.storageFull : replies.localError;
    case 'aborted':
      return undefined;
  }
}

/** What is written to while a message arrives. */
export interface Intake {
  /** Wait for the promise, when there is one, before the next chunk. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  end(): MaybePromise<SpoolResult>;
  abort(why: string): Promise<void>;
}

/** With `normalise` each bare LF becomes CRLF before anything looks at the message. */
export function openIntake(spool: Spool, bareNewline: 'reject' | 'normalise'): Intake {
  // Every read of a socket has memory of its own.
  const sink: SpoolSink = spool.sink({ keep: true });
  if (bareNewline === 'reject') return sink;
  const converter = lineEndConverter('crlf');
  return {
    write: (chunk) => sink.write(converter.push(chunk)),
    end: () => sink.end(),
    abort: (why) => sink.abort(why),
  };
}
