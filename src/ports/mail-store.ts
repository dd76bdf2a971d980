/**
 * Where messages come to rest: a set of mailboxes. A `stored` answer is a promise: the message is on stable
 * storage under its final name. Delivery is in two steps inside the store: every recipient's copy is written and
 * synced first, then all are made visible, so that a full disk shows before anybody has the message.
 */
import type { HeaderField } from '../values/header.js';
import type { Message } from '../values/message.js';

export interface MailStore {
  /** Results come in the order of `recipients`; it never rejects for a fault of the storage. */
  deliver(delivery: Delivery, signal?: AbortSignal): Promise<readonly DeliveryResult[]>;
}

export interface Delivery {
  readonly message: Message;
  readonly recipients: readonly DeliveryRecipient[];
  /** The arrival, as the store notes it. Give it only when importing older mail. Default: the store's clock. */
  readonly receivedAt?: Date;
  /** When one copy cannot be stored, show none: for a protocol with one reply for all, where the peer will send
   * everything again. Default false: the others have their mail. */
  readonly allOrNone?: boolean;
}

export interface DeliveryRecipient {
  /** The mailbox as the store names it: a user name, or a path below the store's base. */
  readonly mailbox: string;
  /** Fields put on top of this recipient's copy, first one topmost (Return-Path, Delivered-To). */
  readonly prepend: readonly HeaderField[];
}

export type DeliveryResult =
  | { readonly kind: 'stored'; readonly mailbox: string; readonly id: string }
  | {
      readonly kind: 'failed';
      readonly mailbox: string;
      readonly reason: DeliveryFailure;
      /** True when trying again later may help. */
      readonly temporary: boolean;
      /** For the log: what failed, on which path, the system's error code. */
      readonly why: string;
    };

export type DeliveryFailure = 'storage-full' | 'no-permission' | 'bad-mailbox' | 'storage-error' | 'aborted';
