/**
 * The immutable snapshot that a stage is shown, and its parts. What a snapshot contains depends on the phase;
 * see {@link FactsAt}. At connect and helo RFC 5321 has not begun a mail transaction yet: the snapshot then
 * holds only what is known of the session.
 */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import type { Phase } from './phase.js';
import type { Session } from './session.js';

/** Parameters of MAIL or RCPT: keyword in upper case, value undefined where the keyword stands alone (RFC 5321 section 4.1.2). */
export type Parameters = Readonly<Record<string, string | undefined>>;

export interface Recipient {
  readonly kind: 'recipient';
  /** Names the recipient within its transaction, whatever becomes of its address. Counts from 1. */
  readonly id: number;
  /** The address now, after aliases and rewriting. */
  readonly address: Mailbox;
  /** The address as the client gave it in RCPT. */
  readonly original: Mailbox;
  readonly origin: RecipientOrigin;
  readonly parameters: Parameters;
  /** Where the message goes for this recipient; undefined until a stage has said so. */
  readonly nextHop: NextHop | undefined;
  /** True when the client said `<postmaster>` without a domain, which every server takes (RFC 5321 section 4.5.1). */
  readonly postmaster?: true;
  /** What was found out about this recipient alone. Read it with `key.in(recipient.findings)`. */
  readonly findings: object;
}

/** Where a recipient came from. */
export type RecipientOrigin =
  | { readonly kind: 'original' }
  | { readonly kind: 'alias-of'; readonly address: Mailbox }
  | { readonly kind: 'member-of'; readonly group: Mailbox };

/** Postfix's words (transport(5)): a delivery agent and what it is given. */
export interface NextHop {
  /** `maildir`, `smtp`, `lmtp`, `pipe`, `discard`, `error`, or a name that the host knows. */
  readonly transport: string;
  /** For `maildir` a mailbox name, for `smtp` a host (`[192.0.2.1]:25`), for `error` the text. */
  readonly destination: string;
}

export interface ConnectFacts {
  readonly session: Session;
}

export interface HeloFacts extends ConnectFacts {
  /** The name of HELO, EHLO or LHLO as it was given; undefined when the client has given none. */
  readonly helo: string | undefined;
}

export interface MailFacts extends HeloFacts {
  /** Names the transaction in logs and Received fields. */
  readonly id: string;
  readonly sender: ReversePath;
  readonly mailParameters: Parameters;
}

export interface RcptFacts extends MailFacts {
  readonly recipient: Recipient;
  /** The recipient of the RCPT before this one, refused or not, with what was found out about it. Undefined for the first one,
   * and inside `eachRecipient`. */
  readonly previous?: Recipient | undefined;
}

export interface DataFacts extends MailFacts {
  /** Those without a final decision so far. */
  readonly recipients: readonly Recipient[];
  /** Those of all RCPTs as they were given, refused ones too, with what was found out about them. Undefined where the snapshot was
   * not made by a conversation. */
  readonly tried?: readonly Recipient[] | undefined;
}

export interface MessageFacts extends DataFacts {
  /** With the edits of all earlier stages applied. */
  readonly message: Message;
}

export interface DeliverFacts extends MessageFacts {
  readonly recipient: Recipient;
}

/** What a stage of each phase sees. */
export interface FactsAt {
  readonly connect: ConnectFacts;
  readonly helo: HeloFacts;
  readonly mail: MailFacts;
  readonly rcpt: RcptFacts;
  readonly data: DataFacts;
  readonly message: MessageFacts;
  readonly deliver: DeliverFacts;
}

/** The snapshot of phase `P` with findings `F`. */
export type Transaction<P extends Phase = Phase, F extends object = object> = FactsAt[P] & {
  readonly findings: Readonly<F>;
};
