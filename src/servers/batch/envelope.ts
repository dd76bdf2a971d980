/**
 * The envelope of a message that lies in a file: what a final delivery wrote down (RFC 5321 section 4.4: Return-Path;
 * Postfix's X-Original-To and Delivered-To; the `From ` line of an mbox). Only these are read: From, To and Cc are
 * what the author wrote, not the envelope. What is not there is a failure by name, never a guess.
 */
import type { Mailbox, ReversePath } from '../../values/address.js';
import { excerpt } from '../../values/characters.js';
import { parseMailbox } from '../../values/mailbox.js';
import { firstField, type Message, messageFromParts } from '../../values/message.js';
import { parseReversePath } from '../../values/path.js';
import type { BatchEnvelope, BatchFailure } from './items.js';

export type EnvelopeFound = { readonly kind: 'envelope'; readonly value: BatchEnvelope } | EnvelopeFault;

export interface EnvelopeFault {
  readonly kind: 'fault';
  readonly reason: BatchFailure;
  readonly why: string;
}

/** What is given counts; the rest is looked for in `message` and `fromLine`. */
export function envelopeOf(
  given: Partial<BatchEnvelope>,
  message: Message,
  fromLine: string | undefined,
): EnvelopeFound {
  const sender = given.sender ?? senderOf(message, fromLine);
  if (sender.kind === 'fault') return sender;
  const recipients = given.recipients ?? recipientsOf(message);
  if ('kind' in recipients) return recipients;
  if (recipients.length === 0) return fault('no-recipient', 'the list of recipients is empty');
  return { kind: 'envelope', value: { sender, recipients } };
}

/** The `From ` line where it names an address, else the topmost Return-Path. */
function senderOf(message: Message, fromLine: string | undefined): ReversePath | EnvelopeFault {
  const named = fromLine === undefined ? undefined : senderOfFromLine(fromLine);
  if (named !== undefined) return named;
  const field = firstField(message, 'Return-Path');
  if (field === undefined) {
    return fault(
      'no-sender',
      'no sender is given, and there is neither a From_ line with an address nor a Return-Path',
    );
  }
  const path = parseReversePath(field.value, { angleBrackets: 'optional' });
  return path.kind === 'parsed' ? path.value : fault('bad-address', `Return-Path ${excerpt(field.value)}: ${path.why}`);
}

/** `From sender@example.com Thu Jan  1 ...`. MAILER-DAEMON stands for the null path, by the habit of all who write mboxes. */
export function senderOfFromLine(line: string): ReversePath | undefined {
  const from = 'From '.length;
  const space = line.indexOf(' ', from);
  const word = line.slice(from, space < 0 ? line.length : space);
  if (/^(?:MAILER-DAEMON|<>)$/i.test(word.slice(0, 20))) return { kind: 'null-path' };
  const mailbox = parseMailbox(word);
  return mailbox.kind === 'parsed' ? mailbox.value : undefined;
}

/** The topmost X-Original-To (the address of RCPT), else the topmost Delivered-To (the address after aliases). */
function recipientsOf(message: Message): readonly Mailbox[] | EnvelopeFault {
  const field = firstField(message, 'X-Original-To') ?? firstField(message, 'Delivered-To');
  if (field === undefined) {
    return fault('no-recipient', 'no recipient is given, and there is neither X-Original-To nor Delivered-To');
  }
  const bare = /^<(.*)>$/.exec(field.value.slice(0, 400))?.[1] ?? field.value;
  const mailbox = parseMailbox(bare);
  if (mailbox.kind === 'parsed') return [mailbox.value];
  return fault('bad-address', `${field.name} ${excerpt(field.value)}: ${mailbox.why}`);
}

const ofDelivery: ReadonlySet<string> = new Set(['return-path', 'x-original-to', 'delivered-to']);

/** Without the fields that a final delivery put on top: the message as it was when the policy would have seen it. */
export function withoutDeliveryFields(message: Message): Message {
  const first = message.header.findIndex((field) => !ofDelivery.has(field.lowerName));
  if (first === 0 || message.header.length === 0) return message;
  const { separator, defects, body, lineEnding } = message;
  const fields = first === -1 ? [] : message.header.slice(first);
  return messageFromParts(
    defects === undefined ? { fields, separator } : { fields, separator, defects },
    body,
    lineEnding,
  );
}

function fault(reason: BatchFailure, why: string): EnvelopeFault {
  return { kind: 'fault', reason, why };
}
