/**
 * Our Received field on top of a message (RFC 5321 section 4.4), before the policy looks at it: what stages put on top
 * (Received-SPF, RFC 7208 section 9.1) belongs above it, and header checks may take it away, as with Postfix.
 */
import type { Conversation } from '../../core/conversation.js';
import type { Session } from '../../core/session.js';
import type { Mailbox } from '../../values/address.js';
import { formatDateTime } from '../../values/date-time.js';
import { changed, firstField, type Message, prependField } from '../../values/message.js';
import { receivedClauses, receivedWith, type TransmissionType, transmissionType } from '../../values/stamp.js';

export interface StampFacts {
  readonly id: string;
  /** MAIL came with SMTPUTF8. */
  readonly utf8: boolean;
  readonly accepted: readonly Mailbox[];
}

/** For one peer: what is the same from message to message is worded once. */
export class Stamp {
  /** What the clauses were made of. */
  #session: Session | undefined = undefined;
  #helo: string | undefined = undefined;
  #with: TransmissionType = 'SMTP';
  #clauses = '';
  #second = Number.NaN;
  #date = '';

  put(message: Message, { session, helo }: Conversation, { id, utf8, accepted }: StampFacts, at: Date): Message {
    const taken = withoutReturnPath(message);
    const { protocol, tls, login } = session;
    if (protocol === 'local') return taken;
    const kind = transmissionType({ protocol, tls: tls !== undefined, authenticated: login !== undefined, utf8 });
    if (session !== this.#session || helo !== this.#helo || kind !== this.#with) this.#word(session, helo, kind);
    const [only, ...others] = accepted;
    const one = only !== undefined && others.length === 0 ? { for: only } : {};
    return prependField(taken, receivedWith(this.#clauses, { id, with: kind, ...one }, this.#dated(at))).message;
  }

  #word(session: Session, helo: string | undefined, kind: TransmissionType): void {
    const { client, tls, server } = session;
    this.#session = session;
    this.#helo = helo;
    this.#with = kind;
    this.#clauses = receivedClauses({
      by: server.name,
      with: kind,
      ...(client.ip === undefined ? {} : { clientIp: client.ip }),
      ...(helo === undefined ? {} : { helo }),
      ...(client.name.kind === 'verified' ? { clientName: client.name.name.ascii } : {}),
      ...(tls === undefined ? {} : { tls }),
    });
  }

  #dated(at: Date): string {
    const second = Math.floor(at.getTime() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = formatDateTime(at);
    }
    return this.#date;
  }
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
