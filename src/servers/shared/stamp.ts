/**
 * Our Received field on top of a message (RFC 5321 section 4.4), before the policy looks at it: what stages put on top
 * (Received-SPF, RFC 7208 section 9.1) belongs above it, and header checks may take it away, as with Postfix.
 */
import type { Conversation } from '../../core/conversation.js';
import type { Mailbox } from '../../values/address.js';
import { changed, firstField, type Message, prependField } from '../../values/message.js';
import { receivedField, transmissionType } from '../../values/stamp.js';

export interface StampFacts {
  readonly id: string;
  /** MAIL came with SMTPUTF8. */
  readonly utf8: boolean;
  readonly accepted: readonly Mailbox[];
}

export function stamped(message: Message, { session, helo }: Conversation, facts: StampFacts, at: Date): Message {
  const { client, tls, login, server } = session;
  const taken = withoutReturnPath(message);
  if (session.protocol === 'local') return taken;
  const { protocol } = session;
  const { id, utf8, accepted } = facts;
  const [only, ...others] = accepted;
  const field = receivedField({
    by: server.name,
    with: transmissionType({ protocol, tls: tls !== undefined, authenticated: login !== undefined, utf8 }),
    id,
    at,
    ...(client.ip === undefined ? {} : { clientIp: client.ip }),
    ...(helo === undefined ? {} : { helo }),
    ...(client.name.kind === 'verified' ? { clientName: client.name.name.ascii } : {}),
    ...(only !== undefined && others.length === 0 ? { for: only } : {}),
    ...(tls === undefined ? {} : { tls }),
  });
  return prependField(taken, field).message;
}

/**
 * RFC 5321 section 4.4: the server that makes the final delivery writes Return-Path, and a message in transit has none
 * (Postfix's message_drop_headers).
 */
function withoutReturnPath(message: Message): Message {
  if (firstField(message, 'Return-Path') === undefined) return message;
  return changed(
    message,
    message.header.filter((field) => field.lowerName !== 'return-path'),
  );
}
