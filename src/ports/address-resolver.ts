/**
 * What an address comes to before any alias: its whole domain, the address within a route (`user%domain@ours`). Restrictions look
 * this up in place of what the client wrote, as smtpd asks trivial-rewrite(8). Routing knows it (`addressResolver`).
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Answer } from '../values/answer.js';

export interface AddressResolver {
  /** `sender`: of the mail, for routes that depend on it. Never not-found; cannot-tell where a table of routing cannot. */
  resolve(address: Mailbox, sender: ReversePath, call?: PortCall): MaybePromise<Answer<Mailbox>>;
}
