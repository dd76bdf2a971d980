/**
 * One peer's session: what each command means for the policy, and the reply to it. Knows no socket. Keeps its own list of
 * recipients, one entry for each RCPT command that got a 250: duplicates and case variants count by themselves.
 *
 * A verdict on HELO is held until MAIL, as Postfix's smtpd_delay_reject does: a client that is refused at HELO may try
 * again without end, and the log would not tell whose mail it was.
 */
import type { Conversation } from '../../core/conversation.js';
import type { Verdict } from '../../core/decision.js';
import type { MessageOutcome, RecipientVerdict } from '../../core/outcome.js';
import type { Login, Session, TlsFacts } from '../../core/session.js';
import type { Mailbox, ReversePath } from '../../values/address.js';
import { decodeText } from '../../values/bytes.js';
import type { IpAddress } from '../../values/ip.js';
import type { Message } from '../../values/message.js';
import type { Reply } from '../../values/reply.js';
import { contentFault, type Intake, openIntake, spoolFault } from './content.js';
import { readMail, readRcpt } from './envelope.js';
import type { ServerHost } from './host.js';
import { type LoginAttempt, verifyLogin } from './login.js';
import { decisionFields, pathText, peerFields } from './record.js';
import { redirectRecipients } from './redirect.js';
import * as replies from './replies.js';
import { settle, summaryOf } from './settle.js';
import { stamped } from './stamp.js';
import { applyXclient, parseXclient } from './xclient.js';

export interface PeerFacts {
  readonly ip: IpAddress | undefined;
  readonly port: number | undefined;
  readonly tls: TlsFacts | undefined;
}

/** The mail transaction that MAIL began. */
interface Envelope {
  readonly id: string;
  readonly sender: ReversePath;
  readonly utf8: boolean;
  readonly begun: number;
  /** In the order of the commands. */
  readonly accepted: Mailbox[];
  readonly refused: Set<Mailbox>;
}

/** For a message whose client has gone. */
const noReplies: readonly Reply[] = [];

export class Peer {
  readonly #host: ServerHost;
  #conversation: Conversation;
  #envelope: Envelope | undefined = undefined;
  /** Set by XCLIENT HELO=, in place of what HELO says. */
  #heloByFront: string | undefined = undefined;
  authFailures = 0;

  constructor(host: ServerHost, { ip, port, tls }: PeerFacts) {
    this.#host = host;
    const { protocol, ourName } = host.settings;
    this.#conversation = host.open({
      client: { ip, port, name: { kind: 'not-looked-up' } },
      server: { name: ourName, port: host.port },
      protocol,
      tls,
      login: undefined,
    });
  }

  get session(): Session {
    return this.#conversation.session;
  }

  /** True between MAIL and the reply to its message. */
  get inTransaction(): boolean {
    return this.#envelope !== undefined;
  }

  /** Undefined when the greeting may be sent. */
  async connect(): Promise<Reply | undefined> {
    const { decision } = await this.#conversation.connect();
    if (decision.kind !== 'reject' && decision.kind !== 'defer') return undefined;
    // RFC 5321 section 3.1: 554 in place of the greeting; what is temporary is 421.
    const code = decision.kind === 'reject' ? 554 : 421;
    const reply: Reply = { ...decision.reply, code };
    this.#log('connect', decision, reply, {}, 'connection refused');
    return reply;
  }

  /** `name` is undefined for a command without one. */
  async hello(name: string | undefined, protocol: 'smtp' | 'esmtp' | 'lmtp'): Promise<void> {
    this.#envelope = undefined;
    await this.#conversation.hello(this.#heloByFront ?? name, protocol);
  }

  /** STARTTLS: all that was learned before is forgotten (RFC 3207 section 4.2). */
  async secured(tls: TlsFacts): Promise<void> {
    this.#envelope = undefined;
    this.#conversation.login(undefined);
    await this.#conversation.secure(tls);
  }

  /** Undefined when the session starts over, with `connect()` and a greeting. */
  xclient(line: Uint8Array): Reply | undefined {
    if (this.inTransaction) return replies.notDuringMail;
    const attributes = parseXclient(decodeText(line).slice('XCLIENT'.length).trim());
    if (attributes.kind === 'malformed') return replies.badParameters;
    const { session } = this;
    this.#heloByFront = attributes.value.helo;
    this.#conversation = this.#host.open(applyXclient(session, attributes.value));
    const fields = { event: 'xclient', front: session.client.ip?.text, ...peerFields(this.session, undefined) };
    this.#host.reporter.log?.info(fields, 'XCLIENT');
    return undefined;
  }

  /** The login, or the reply that refuses it. */
  async authenticate(attempt: LoginAttempt): Promise<Login | Reply> {
    const { credentials, full } = this.#host.settings;
    if (credentials === undefined) return replies.cannotAuthenticate;
    const answer = await verifyLogin(credentials, attempt, this.session.client.ip, full.authTime);
    const { mechanism, login } = attempt;
    const fields = { event: 'auth', ...peerFields(this.session, this.#conversation.helo), mechanism, login };
    const { log } = this.#host.reporter;
    if (answer.kind === 'found') {
      this.#conversation.login(answer.value);
      log?.info({ ...fields, result: 'ok' }, 'logged in');
      return answer.value;
    }
    this.authFailures++;
    log?.warn({ ...fields, result: answer.kind, detail: answer.why }, 'login failed');
    return answer.kind === 'not-found' ? replies.wrongCredentials : replies.cannotAuthenticate;
  }

  async mail(line: Uint8Array): Promise<Reply> {
    const { requireTls, requireLogin, strictEnvelope, full } = this.#host.settings;
    const { tls, login } = this.session;
    if (requireTls === true && tls === undefined) return replies.tlsRequired;
    if (requireLogin === true && login === undefined) return replies.loginRequired;
    if (this.inTransaction) return replies.nestedMail;
    const read = readMail(line, { strict: strictEnvelope === true, messageBytes: full.messageBytes });
    if (read.kind === 'refused') return read.reply;
    const { sender, utf8, parameters } = read.value;
    const { decision } = await this.#conversation.mail(sender, parameters);
    const id = this.#conversation.transactionId ?? '';
    const reply = refusalOf(decision) ?? replies.senderOk;
    if (decision.kind !== 'continue') this.#log('mail', decision, reply, { id, sender: pathText(sender) }, 'MAIL');
    if (refusalOf(decision) === undefined) {
      this.#envelope = { id, sender, utf8, begun: performance.now(), accepted: [], refused: new Set() };
    } else {
      this.#conversation.reset();
    }
    return reply;
  }

  async rcpt(line: Uint8Array): Promise<Reply> {
    const envelope = this.#envelope;
    const { strictEnvelope, full, ourName } = this.#host.settings;
    if (envelope === undefined) return replies.needsMail;
    const rules = { strict: strictEnvelope === true, messageBytes: full.messageBytes };
    const read = readRcpt(line, rules, envelope.utf8, ourName);
    if (read.kind === 'refused') return read.reply;
    // RFC 5321 section 4.5.3.1.10: 452, not 552; the client sends the rest in another transaction.
    if (envelope.accepted.length >= full.recipients) return replies.tooManyRecipients;
    const { address, parameters } = read.value;
    const { decision } = await this.#conversation.rcpt(address, parameters);
    const reply = refusalOf(decision) ?? replies.recipientOk;
    if (decision.kind !== 'continue') {
      const fields = { id: envelope.id, sender: pathText(envelope.sender), recipient: address.text };
      this.#log('rcpt', decision, reply, fields, 'RCPT');
    }
    if (refusalOf(decision) === undefined) envelope.accepted.push(address);
    else envelope.refused.add(address);
    return reply;
  }

  reset(): void {
    this.#envelope = undefined;
    this.#conversation.reset();
  }

  /** The reply to DATA when it is not 354. */
  dataRefusal(): Reply | undefined {
    if (this.#envelope === undefined) return replies.needsMail;
    if (this.#envelope.accepted.length > 0) return undefined;
    // RFC 2033 section 4.2: LMTP answers 503 where no recipient was accepted.
    const tried = this.#envelope.refused.size > 0 && this.#host.settings.protocol === 'smtp';
    return tried ? replies.noValidRecipients : replies.needsRcpt;
  }

  openIntake(): Intake {
    return openIntake(this.#host.spool, this.#host.settings.bareNewline ?? 'reject');
  }

  /** The message has arrived: one reply, or for LMTP one for each accepted RCPT. Ends the transaction. */
  async finish(intake: Intake): Promise<readonly Reply[]> {
    const envelope = this.#envelope;
    const spooled = await intake.end();
    if (envelope === undefined) return noReplies;
    try {
      if (spooled.kind !== 'spooled') {
        const fault = spoolFault(spooled);
        const why = spooled.kind === 'failed' || spooled.kind === 'aborted' ? spooled.why : spooled.limit;
        return fault === undefined ? noReplies : this.#refuseContent(envelope, fault, why);
      }
      const { message, facts } = spooled;
      const fault = contentFault(facts, this.#host.settings.full.lineBytes);
      if (fault !== undefined) return this.#refuseContent(envelope, fault, undefined, facts.size);
      return await this.#judge(envelope, message, facts.size);
    } finally {
      this.reset();
      if (spooled.kind === 'spooled') await spooled.release().catch(() => undefined);
    }
  }

  #refuseContent(envelope: Envelope, reply: Reply, detail: string | undefined, size?: number): readonly Reply[] {
    const told = this.#forEachUnit(envelope, reply);
    this.#report(
      envelope,
      told,
      { decision: replies.is(4, reply) ? 'defer' : 'reject', reason: 'content', detail },
      size,
    );
    return told;
  }

  async #judge(envelope: Envelope, received: Message, size: number): Promise<readonly Reply[]> {
    const conversation = this.#conversation;
    const receivedAt = this.#host.now();
    const outcome = await conversation.message(stamped(received, conversation, envelope, receivedAt));
    const verdicts = (await this.#delivering(outcome)).filter((one) => !envelope.refused.has(one.recipient.original));
    const byAddress = new Map(envelope.accepted.map((address, unit) => [address, [unit]]));
    const perRecipient = this.#host.settings.protocol === 'lmtp';
    const all = perRecipient ? envelope.accepted.map((_, unit) => unit) : [0];
    const { sender } = outcome;
    const told = await settle({
      outlets: this.#host.outlets,
      consignment: { id: envelope.id, sender },
      verdicts,
      // A recipient that the policy added belongs to no RCPT: without it, nobody's copy is complete.
      unitsOf: ({ original }) => (perRecipient ? (byAddress.get(original) ?? all) : all),
      units: all.length,
      redirect: (to) => redirectRecipients(this.#host, this.session, envelope.id, to),
    });
    const decision = summaryOf(verdicts);
    const { reply: _, ...fields } = decisionFields(decision, replies.ok) as { reply: unknown };
    this.#report(envelope, told, fields, size);
    return told;
  }

  /** The deliver list runs for those that nothing has been decided for. An empty one is run for its trace alone. */
  async #delivering(outcome: MessageOutcome): Promise<readonly RecipientVerdict[]> {
    const { settings, reporter } = this.#host;
    if (settings.policy.lists.deliver.length === 0 && !reporter.watched) return outcome.recipients;
    const undecided = outcome.recipients.some(({ decision: { kind } }) => kind === 'continue' || kind === 'accept');
    return undecided ? (await this.#conversation.deliver()).recipients : outcome.recipients;
  }

  #forEachUnit({ accepted }: Envelope, reply: Reply): readonly Reply[] {
    return this.#host.settings.protocol === 'lmtp' ? accepted.map(() => reply) : [reply];
  }

  #report(envelope: Envelope, told: readonly Reply[], fields: object, size: number | undefined): void {
    const { id, accepted, begun } = envelope;
    const { reporter } = this.#host;
    const ms = Math.round(performance.now() - begun);
    reporter.log?.info(
      {
        event: 'message',
        id,
        ...peerFields(this.session, this.#conversation.helo),
        sender: pathText(envelope.sender),
        recipients: accepted.map((one) => one.text),
        ...fields,
        replies: told.map((one) => `${one.code} ${one.enhanced ?? ''} ${one.lines.join(' ')}`),
        ms,
        size,
      },
      'message',
    );
    reporter.transaction(() => ({
      id,
      session: this.session,
      outcome: this.#conversation.outcome(),
      replies: told,
      size,
    }));
  }

  #log(event: string, decision: Verdict, reply: Reply, fields: object, text: string): void {
    const { log } = this.#host.reporter;
    const peer = peerFields(this.session, this.#conversation.helo);
    log?.info({ event, ...fields, ...peer, ...decisionFields(decision, reply) }, text);
  }
}

/** Discard, hold, quarantine and redirect are carried out at the end: the dialogue goes on. */
function refusalOf(decision: Verdict): Reply | undefined {
  return decision.kind === 'reject' || decision.kind === 'defer' ? decision.reply : undefined;
}
