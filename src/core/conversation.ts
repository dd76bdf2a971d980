/**
 * A policy in conversation with one peer: connect, HELO, MAIL, RCPT, DATA, the message, delivery. It owns what is
 * forgotten when: RSET, MAIL and HELO drop the transaction, STARTTLS the session's findings too (RFC 3207
 * section 4.2). One call at a time; a server awaits each before the next.
 */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import type { ConversationOptions, DirectSteps, RcptOptions } from './direct-steps.js';
import type { DeliverOutcome, MessageOutcome, Outcome, PhaseOutcome, RcptOutcome } from './outcome.js';
import type { Phase } from './phase.js';
import type { PolicyType } from './policy.js';
import type { Login, Session, TlsFacts } from './session.js';
import type { AnyStage } from './stage.js';
import { Steps } from './steps.js';
import type { Parameters } from './transaction.js';

export type { ConversationOptions, NewId, RcptOptions } from './direct-steps.js';

export interface Conversation<T extends PolicyType = PolicyType> {
  readonly session: Session;
  readonly helo: string | undefined;
  /** Undefined between transactions. */
  readonly transactionId: string | undefined;
  connect(): Promise<PhaseOutcome>;
  /** HELO, EHLO, LHLO: drops the transaction and what was found about an earlier name. Without a name, for a client that has given
   * none or whose HELO was refused, the list of helo still sees the latter. */
  hello(name: string | undefined, protocol?: Session['protocol']): Promise<PhaseOutcome>;
  /** STARTTLS: drops the name, the transaction and all findings, and runs the connect list again. */
  secure(tls: TlsFacts): Promise<PhaseOutcome>;
  login(login: Login | undefined): void;
  /** Whether the client has sent commands out of turn (RFC 2920); stages see it as `session.pipelined`. */
  pipelined(value: boolean): void;
  mail(sender: ReversePath, parameters?: Parameters): Promise<PhaseOutcome>;
  rcpt(address: Mailbox, parameters?: Parameters, options?: RcptOptions): Promise<RcptOutcome>;
  /** The DATA command, before any of the message. `message` runs this list first where a host has not. Refused, it leaves the
   * transaction open: rcpt() and data() may come again, and find it as it was. */
  data(): Promise<PhaseOutcome>;
  message(message: Message): Promise<MessageOutcome>;
  /** Runs the deliver list for each recipient that goes on. */
  deliver(): Promise<DeliverOutcome>;
  /** RSET: drops the transaction. */
  reset(): void;
  /** All that is known so far of the session and the transaction. */
  outcome(): Outcome<T>;
  /** The same steps without a turn of the event loop where no stage takes one: for servers. What the steps above reject
   * with, these throw. */
  readonly direct: DirectSteps;
}

export class PolicyConversation implements Conversation {
  readonly direct: Steps;

  constructor(lists: Readonly<Record<Phase, readonly AnyStage[]>>, session: Session, options: ConversationOptions) {
    this.direct = new Steps(lists, session, options);
  }

  get session(): Session {
    return this.direct.session;
  }
  get helo(): string | undefined {
    return this.direct.helo;
  }
  get transactionId(): string | undefined {
    return this.direct.transactionId;
  }

  async connect(): Promise<PhaseOutcome> {
    return this.direct.connect();
  }
  async hello(name: string | undefined, protocol?: Session['protocol']): Promise<PhaseOutcome> {
    return this.direct.hello(name, protocol);
  }
  async secure(tls: TlsFacts): Promise<PhaseOutcome> {
    return this.direct.secure(tls);
  }
  pipelined(value: boolean): void {
    this.direct.pipelined(value);
  }
  login(login: Login | undefined): void {
    this.direct.login(login);
  }
  async mail(sender: ReversePath, parameters?: Parameters): Promise<PhaseOutcome> {
    return this.direct.mail(sender, parameters);
  }
  async rcpt(address: Mailbox, parameters?: Parameters, options?: RcptOptions): Promise<RcptOutcome> {
    return this.direct.rcpt(address, parameters, options);
  }
  async data(): Promise<PhaseOutcome> {
    return this.direct.data();
  }
  async message(message: Message): Promise<MessageOutcome> {
    return this.direct.message(message);
  }
  async deliver(): Promise<DeliverOutcome> {
    return this.direct.deliver();
  }
  reset(): void {
    this.direct.reset();
  }
  outcome(): Outcome {
    return this.direct.outcome();
  }
}
