/**
 * Our Received field on top of a message (RFC 5321 section 4.4), before the policy looks at it: what stages put on top
 * (Received-SPF, RFC 7208 section 9.1) belongs above it, and header checks may take it away, as with Postfix.
 */
import type { Conversation } from '../../core/conversation.js';
import type { Mailbox } from '../../values/address.js';
import { type Message, prependField } from '../../values/message.js';
import { receivedField, transmissionType } from '../../values/stamp.js';

export interface StampFacts {
  readonly id: string;
  /** MAIL came with SMTPUTF8. */
  readonly utf8: boolean;
  readonly accepted: readonly Mailbox[];
}

export function stamped(message: Message, { session, helo }: Conversation, facts: StampFacts, at: Date): Message {
  const { client, tls, login, server } = session;
  if (client.ip === undefined) return message;
  const { id, utf8, accepted } = facts;
  const protocol = session.protocol === 'local' ? 'smtp' : session.protocol;
  const [only, ...others] = accepted;
  const field = receivedField({
    clientIp: client.ip,
    by: server.name,
    with: transmissionType({ protocol, tls: tls !== undefined, authenticated: login !== undefined, utf8 }),
    id,
    at,
    ...(helo === undefined ? {} : { helo }),
    ...(client.name.kind === 'verified' ? { clientName: client.name.name.ascii } : {}),
    ...(only !== undefined && others.length === 0 ? { for: only } : {}),
    ...(tls === undefined ? {} : { tls }),
  });
  return prependField(message, field).message;
}
