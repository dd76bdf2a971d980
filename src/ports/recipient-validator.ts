/**
 * Which addresses exist: what reject_unlisted_recipient and reject_unlisted_sender ask. Routing knows it (`recipientValidator`);
 * anything else that does, a directory, may answer.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Mailbox } from '../values/address.js';
import type { Answer } from '../values/answer.js';

/** In Postfix's words, for the reply: `User unknown in local recipient table`. */
export type RecipientTable =
  | 'local recipient table'
  | 'virtual mailbox table'
  | 'virtual alias table'
  | 'relay recipient table';

export type Listing =
  | { readonly kind: 'listed' }
  | { readonly kind: 'unlisted'; readonly table: RecipientTable }
  /** Mail for the address is refused by rule: transport `error:5.1.1 text`, relocated; `temporary` for `retry:text`. */
  | { readonly kind: 'refused'; readonly temporary?: true; readonly enhanced?: string; readonly text: string };

export interface RecipientValidator {
  /** Not-found: no domain of ours, nothing is known of its users. `as`: where the address stands in the envelope. */
  listing(address: Mailbox, as: 'recipient' | 'sender', call?: PortCall): MaybePromise<Answer<Listing>>;
}
