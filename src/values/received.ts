/**
 * Mail loops: too many Received fields (RFC 5321 section 6.3), or a Delivered-To field that names the mailbox about
 * to be delivered to. Counts names only: a Received field need not be well-formed to count.
 */
import type { Mailbox } from './address.js';
import { fieldsNamed, type Message } from './message.js';

/** Postfix's hopcount_limit; RFC 5321 section 6.3 wants at least 100 where nothing else stops a loop. */
export const HOP_LIMIT: number = 50;

/** How many servers the message says it went through. */
export function countReceived(message: Pick<Message, 'header'>): number {
  return fieldsNamed(message, 'received').length;
}

/**
 * True when a Delivered-To field names `mailbox`, letter case ignored as Postfix's local(8) does, angle brackets
 * allowed: rather a false alarm between `A@x` and `a@x` than a loop.
 */
export function hasDeliveredTo(message: Pick<Message, 'header'>, mailbox: Mailbox): boolean {
  const wanted = mailbox.text.toLowerCase();
  return fieldsNamed(message, 'delivered-to').some((field) => withoutBrackets(field.value).toLowerCase() === wanted);
}

function withoutBrackets(text: string): string {
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
}
