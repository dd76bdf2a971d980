/**
 * One peer's session: what each command means for the policy, and the reply to it. Knows no socket. Keeps its own list
 * of recipients, one entry for each RCPT command that got a 250: duplicates and case variants count by themselves. A
 * verdict on HELO is held until MAIL (`delayHello`).
 */
import type { SpoolResult } from '../../adapters/spool/index.js';
import type { Conversation } from '../../core/conversation.js';
import type { Verdict } from '../../core/decision.js';
import type { PhaseOutcome } from '../../core/outcome.js';
import type { Session, TlsFacts } from '../../core/session.js';
import type { MaybePromise } from '../../core/stage.js';
import { andThen, isThenable } from '../../core/stage-context.js';
import type { Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { decodeText } from '../../values/bytes.js';
import type { IpAddress } from '../../values/ip.js';
import type { Reply } from '../../values/reply.js';
import { clientText, nameOfClient } from './client-name.js';
import { type Intake, openIntake } from './content.js';
import { type EnvelopeRules, type MailCommand, readMail, readRcpt } from './envelope.js';
import type { ServerHost } from './host.js';
import { Judgement, noReplies } from './judgement.js';
import { logNotes } from './log-notes.js';
import { type LoginAttempt, logIn } from './login.js';
import { decisionFields, pathText, peerFields } from './record.js';
import * as replies from './replies.js';
import type { Envelope } from './report.js';
import { noWayOut } from './settle.js';
import { applyXclient, parseXclient } from './xclient.js';

export interface PeerFacts {
  readonly ip: IpAddress | undefined;
  readonly port: number | undefined;
  readonly tls: TlsFacts | undefined;
}

/** Recipients beyond the limit, in one transaction, that are no errors yet (smtpd_recipient_overshoot_limit). */
const RECIPIENT_OVERSHOOT = 1000;

export class Peer {
  readonly #host: ServerHost;
  #conversation: Conversation;
  #envelope: Envelope | undefined = undefined;
  /** Set by XCLIENT HELO=, in place of what HELO says; `unavailable`: the client gave none. */
  #heloByFront: string | 'unavailable' | undefined = undefined;
  authFailures = 0;
  /** What the client hears from now on: it was refused when it came. */
  denied: Reply | undefined = undefined;
  /** It has said SMTPUTF8. */
  knowsUtf8 = false;
  /** HELO, EHLO or LHLO has been said. */
  #greeted = false;
  readonly #judgement: Judgement;
  readonly #rules: EnvelopeRules;

  constructor(host: ServerHost, { ip, port, tls }: PeerFacts) {
    this.#host = host;
    this.#judgement = new Judgement(host);
    const { protocol, ourName, strictEnvelope, full, smtputf8 = 'strict' } = host.settings;
    this.#rules = { strict: strictEnvelope === true, messageBytes: full.messageBytes, smtputf8 };
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

  /** Undefined when the greeting may be sent; else what stands in its place (RFC 5321 section 3.1). */
  async connect(): Promise<Reply | undefined> {
    await this.#nameClient();
    const decision = this.#heard(await this.#conversation.connect());
    const refusal = replies.refusalOf(decision);
    if (refusal === undefined) return undefined;
    this.denied = replies.accessDenied(clientText(this.session));
    this.#log('connect', decision, refusal, {}, 'connection refused');
    return refusal;
  }

  /** Looks the client's name up, unless a front has told it. */
  async #nameClient(): Promise<void> {
    const { resolver, full } = this.#host.settings;
    const { client } = this.session;
    if (resolver === undefined || client.ip === undefined || client.name.kind !== 'not-looked-up') return;
    const name = await nameOfClient(client.ip, resolver, full.clientNameTime, this.#host.outlets.signal);
    this.#conversation = this.#host.open({ ...this.session, client: { ...client, name } });
  }

  /** The client has sent more behind a command than it may (RFC 2920). */
  spokeOutOfTurn(): void {
    this.#conversation.pipelined(true);
  }

  /** `name` is undefined for a command without one. A reply refuses it. */
  async hello(name: string | undefined, protocol: 'smtp' | 'esmtp' | 'lmtp'): Promise<Reply | undefined> {
    this.#envelope = undefined;
    this.#greeted = true;
    const told = this.#heloByFront === 'unavailable' ? undefined : (this.#heloByFront ?? name);
    const decision = this.#heard(await this.#conversation.hello(told, protocol));
    const refusal = this.#host.settings.delayHello === false ? replies.refusalOf(decision) : undefined;
    if (refusal !== undefined) {
      this.#log('helo', decision, refusal, {}, 'HELO');
      // What was refused has not been said: MAIL begins anew.
      this.#greeted = false;
    }
    return refusal;
  }

  /** STARTTLS: all that was learned before is forgotten (RFC 3207 section 4.2). */
  async secured(tls: TlsFacts): Promise<void> {
    this.#envelope = undefined;
    this.#greeted = false;
    this.#conversation.login(undefined);
    await this.#conversation.secure(tls);
  }

  /** Undefined when the session starts over, with `connect()` and a greeting. What is wrong first is told as by
   * Postfix. */
  xclient(line: Uint8Array, authorised: boolean): Reply | undefined {
    if (this.inTransaction) return replies.notDuringMail;
    const text = decodeText(line).slice('XCLIENT'.length).trim();
    if (text !== '' && !authorised) return replies.notAuthorised;
    const attributes = parseXclient(text);
    if (attributes.kind === 'malformed') return replies.badParameters;
    const { session } = this;
    this.#greeted = false;
    this.#heloByFront = attributes.value.helo;
    this.#conversation = this.#host.open(applyXclient(session, attributes.value));
    const fields = { event: 'xclient', front: session.client.ip?.text, ...peerFields(this.session, undefined) };
    this.#host.reporter.log?.info(fields, 'XCLIENT');
    return undefined;
  }

  /** RFC 4954 section 4: not twice, not during a transaction. */
  authRefusal(): Reply | undefined {
    if (this.authFailures >= this.#host.settings.full.authFailures) return replies.tooManyLogins;
    if (this.session.login !== undefined) return replies.alreadyLoggedIn;
    return this.inTransaction ? replies.notDuringMail : undefined;
  }

  async authenticate(attempt: LoginAttempt): Promise<Reply> {
    const answer = await logIn(this.#host, this.#conversation, attempt);
    if ('kind' in answer) {
      this.authFailures++;
      return answer;
    }
    this.#conversation.login(answer);
    return replies.loggedIn;
  }

  mail(line: Uint8Array): MaybePromise<Reply> {
    const { settings } = this.#host;
    const { requireTls, requireLogin } = settings;
    const { tls, login } = this.session;
    if (requireTls === true && tls === undefined) return replies.tlsRequired;
    if (requireLogin === true && login === undefined) return replies.loginRequired;
    if (this.inTransaction) return replies.nestedMail;
    const read = readMail(line, this.#rules);
    if (read.kind === 'refused') return read.reply;
    const { sender, parameters, utf8 } = read.value;
    this.knowsUtf8 ||= utf8;
    const { direct } = this.#conversation;
    // A client may have left HELO out (`requireHello`): the list of helo runs all the same, for those that rely on it.
    const greeted = this.#greeted ? undefined : this.hello(undefined, settings.protocol);
    return andThen(
      andThen(greeted, () => direct.mail(sender, parameters)),
      (outcome) => this.#begin(read.value, this.#heard(outcome)),
    );
  }

  #begin({ sender, utf8 }: MailCommand, decision: Verdict): Reply {
    const id = this.#conversation.transactionId ?? '';
    const refusal = replies.refusalOf(decision);
    const reply = refusal ?? replies.senderOk;
    if (decision.kind !== 'continue') this.#log('mail', decision, reply, { id, sender: pathText(sender) }, 'MAIL');
    if (refusal === undefined) {
      this.#envelope = {
        id,
        sender,
        utf8,
        begun: performance.now(),
        accepted: [],
        refused: new Set(),
        overshoot: 0,
      };
    } else {
      this.#conversation.reset();
    }
    return reply;
  }

  rcpt(line: Uint8Array): MaybePromise<Reply> {
    const envelope = this.#envelope;
    const { full, postmasterBox } = this.#host.settings;
    if (envelope === undefined) return replies.needsMail;
    const read = readRcpt(line, this.#rules, envelope.utf8, postmasterBox);
    if (read.kind === 'refused') return read.reply;
    // RFC 5321 section 4.5.3.1.10: 452, not 552; the client sends the rest in another transaction.
    if (envelope.accepted.length >= full.recipients) {
      return envelope.overshoot++ < RECIPIENT_OVERSHOOT ? replies.tooManyRecipients : replies.farTooManyRecipients;
    }
    const { address, parameters } = read.value;
    return andThen(this.#conversation.direct.rcpt(address, parameters, read.value), (outcome) =>
      this.#add(envelope, address, this.#heard(outcome), outcome.recipients),
    );
  }

  #add(envelope: Envelope, address: Mailbox, decision: Verdict, recipients: readonly Recipient[]): Reply {
    const refusal = replies.refusalOf(decision) ?? noWayOut(this.#host.outlets, envelope.id, decision, recipients);
    const reply = refusal ?? replies.recipientOk;
    if (decision.kind !== 'continue') {
      const fields = { id: envelope.id, sender: pathText(envelope.sender), recipient: address.text };
      this.#log('rcpt', decision, reply, fields, 'RCPT');
    }
    if (refusal === undefined) envelope.accepted.push(address);
    else envelope.refused.add(address);
    return reply;
  }

  reset(): void {
    this.#envelope = undefined;
    this.#conversation.reset();
  }

  /** The reply to DATA when it is not 354. */
  data(hasArguments: boolean): MaybePromise<Reply | undefined> {
    const envelope = this.#envelope;
    if (envelope === undefined) return replies.needsRcpt;
    if (envelope.accepted.length === 0) {
      // RFC 5321 section 3.3 has 503 and 554; RFC 2033 section 4.2: LMTP answers 503 where no recipient was accepted.
      return this.#host.settings.protocol === 'smtp' ? replies.noValidRecipients : replies.needsRcpt;
    }
    if (hasArguments) return replies.dataSyntax;
    return andThen(this.#conversation.direct.data(), (outcome) => this.#mayBegin(envelope, this.#heard(outcome)));
  }

  /** A refusal leaves the transaction open. */
  #mayBegin(envelope: Envelope, decision: Verdict): Reply | undefined {
    const refusal = replies.refusalOf(decision);
    if (decision.kind !== 'continue') {
      const { id, sender } = envelope;
      this.#log('data', decision, refusal ?? replies.startMail, { id, sender: pathText(sender) }, 'DATA');
    }
    return refusal;
  }

  openIntake(): Intake {
    return openIntake(this.#host.spool, this.#host.settings.bareNewline ?? 'reject');
  }

  /** The message has arrived: one reply, or for LMTP one for each accepted RCPT. Ends the transaction. */
  async finish(intake: Intake): Promise<readonly Reply[]> {
    const envelope = this.#envelope;
    const ended = intake.end();
    const spooled = isThenable<SpoolResult>(ended) ? await ended : ended;
    if (envelope === undefined) return noReplies;
    try {
      return await this.#judgement.of(spooled, envelope, this.#conversation);
    } finally {
      this.reset();
      const released = spooled.kind === 'spooled' ? spooled.release().catch(() => undefined) : undefined;
      if (spooled.kind === 'spooled' && spooled.location === 'file') await released;
    }
  }

  /** The decision of a list; what its stages remark for the log is in there now. */
  #heard({ decision, trace }: PhaseOutcome): Verdict {
    const { log } = this.#host.reporter;
    const { transactionId: id, helo } = this.#conversation;
    if (log !== undefined) logNotes(log, { id, ...peerFields(this.session, helo) }, trace);
    return decision;
  }

  #log(event: string, decision: Verdict, reply: Reply, fields: object, text: string): void {
    const { log } = this.#host.reporter;
    const peer = peerFields(this.session, this.#conversation.helo);
    log?.info({ event, ...fields, ...peer, ...decisionFields(decision, reply) }, text);
  }
}
