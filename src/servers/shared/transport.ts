/**
 * Transports other than the mail store, by the name that a next hop gives: an SMTP client, a queue, a pipe. `maildir`,
 * `discard` and `error` are built into the servers and need none.
 */
import type { Mailbox, ReversePath } from '../../values/address.js';
import type { Message } from '../../values/message.js';
import type { Reply } from '../../values/reply.js';

export interface Transport {
  /** Results in the order of `recipients`. `delivered` is a promise: the next hop, or stable storage, has the
   * message. */
  deliver(delivery: TransportDelivery, signal?: AbortSignal): Promise<readonly TransportResult[]>;
}

export interface TransportDelivery {
  /** Of the transaction, for logs. */
  readonly id: string;
  readonly sender: ReversePath;
  /** Readable until `deliver` settles. */
  readonly message: Message;
  /** Never empty. */
  readonly recipients: readonly TransportRecipient[];
}

export interface TransportRecipient {
  readonly address: Mailbox;
  /** Of the next hop, as the policy set it. */
  readonly destination: string;
}

export type TransportResult =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      readonly temporary: boolean;
      /** What the next hop said and the peer may hear; its class must agree with `temporary`. */
      readonly reply?: Reply;
      /** For the log. */
      readonly why: string;
    };
