/** What servers ask of a conversation, and what it is told at its beginning. */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import type { EvaluationOptions } from './evaluation.js';
import type { DeliverOutcome, MessageOutcome, PhaseOutcome, RcptOutcome } from './outcome.js';
import type { Session, TlsFacts } from './session.js';
import type { MaybePromise } from './stage.js';
import type { Parameters } from './transaction.js';

/** Names a transaction in logs and Received fields. Servers give one that is unique on the host. */
export type NewId = () => string;

export interface ConversationOptions extends EvaluationOptions {
  /** Default: the instant in base 36 and a counter; unique within the conversation only. */
  readonly newId?: NewId;
}

export interface RcptOptions {
  /** The client said `<postmaster>` without a domain; the address is what the server takes it for. Default false. */
  readonly postmaster?: boolean;
}

/** The steps of a conversation; a promise only where a stage gave one. */
export interface DirectSteps {
  connect(): MaybePromise<PhaseOutcome>;
  hello(name: string | undefined, protocol?: Session['protocol']): MaybePromise<PhaseOutcome>;
  secure(tls: TlsFacts): MaybePromise<PhaseOutcome>;
  mail(sender: ReversePath, parameters?: Parameters): MaybePromise<PhaseOutcome>;
  rcpt(address: Mailbox, parameters?: Parameters, options?: RcptOptions): MaybePromise<RcptOutcome>;
  data(): MaybePromise<PhaseOutcome>;
  message(message: Message): MaybePromise<MessageOutcome>;
  deliver(): MaybePromise<DeliverOutcome>;
}
