import type { Body } from './body.js';
import type { HeaderField } from './header.js';

/** An immutable message: `header` fields in order, `separator`, `body` are all of its bytes. */
export interface Message {
  readonly kind: 'message';
  readonly header: readonly HeaderField[];
  /** The empty line between header and body as received; empty where the message has none. */
  readonly separator: Uint8Array;
  readonly body: Body;
  /** Octets of the whole message. */
  readonly size: number;
  /** The line ending of its first line; `crlf` when it has none. Added fields are written with it. */
  readonly lineEnding: 'crlf' | 'lf';
}
