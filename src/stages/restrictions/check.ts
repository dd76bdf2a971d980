/**
 * One evaluation of restrictions: what they are held against, what they may ask, and what has been put off so far. How refusals
 * are softened (warn_if_reject, soft_bounce), exchanged (defer_if_reject) and remembered (defer_if_permit) is here alone, in the
 * manner of smtpd's smtpd_check_reject.
 */
import { type CannotTellRule, defer, reject } from '../../core/decision.js';
import type { Session } from '../../core/session.js';
import type { Context, MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table, TableEntry } from '../../core/table.js';
import type { AddressResolver } from '../../ports/address-resolver.js';
import type { PolicyService } from '../../ports/policy-service.js';
import type { RecipientValidator } from '../../ports/recipient-validator.js';
import type { Resolver } from '../../ports/resolver.js';
import type { Mailbox, ReversePath } from '../../values/address.js';
import type { Answer } from '../../values/answer.js';
import { reply, replyFromText, replyText } from '../../values/reply.js';
import type { Effect, KeptEffect } from './effects.js';
import { circumstances, clientPlace } from './places.js';
import type { ProtocolState } from './policy/index.js';
import type { Ports } from './ports.js';
import { firstWord, type Grounds, type Place, type Refusal, type Restriction, type Verdict } from './restriction.js';
import type { Known } from './settings.js';

export interface Facts {
  readonly session: Session;
  readonly helo: string | undefined;
  readonly id: string;
  /** Undefined before MAIL. */
  readonly sender: ReversePath | undefined;
  readonly mailParameters: Readonly<Record<string, string | undefined>>;
  /** Undefined before RCPT, and after the message when there are several. */
  readonly recipient: Mailbox | undefined;
  readonly recipientCount: number;
  readonly state: ProtocolState;
  /** Octets of the message, once it is here. */
  readonly size: number | undefined;
}

/** Any stage of this folder asks by names that are made when it is built. */
export type AnyContext = Context<
  Readonly<Record<string, { readonly port: object; readonly cannotTell: CannotTellRule }>>
>;

type ListingQuestion = readonly [validator: RecipientValidator, address: Mailbox, as: 'recipient' | 'sender'];

/** Restrictions of one evaluation, classes unfolded; smtpd has no such bound. */
const APPLIED_LIMIT = 100_000;
/** As in smtpd. */
const DEPTH_LIMIT = 100;

export class Check {
  readonly facts: Facts;
  readonly known: Known;
  readonly #ctx: AnyContext;
  readonly #ports: Ports;
  /** How deep we are in what only warns; the first of each kind of deferral is kept. */
  #warning = 0;
  #depth = 0;
  #applied = 0;
  readonly #kept: KeptEffect[] = [];
  readonly #resolved = new Map<string, ReturnType<AddressResolver['resolve']>>();
  #ifPermit: Grounds | undefined = undefined;
  #ifReject: Grounds | undefined = undefined;
  /** Of the list that is run. */
  list = '';
  recipientChecked = false;
  senderChecked = false;

  constructor(facts: Facts, known: Known, ctx: AnyContext, ports: Ports) {
    this.facts = facts;
    this.known = known;
    this.#ctx = ctx;
    this.#ports = ports;
  }

  get now(): Date {
    return this.#ctx.now;
  }

  // --- running ---

  /** One list: what was put off in case of a refusal is forgotten, what was in case of none stays (smtpd). */
  runList(name: string, list: readonly Restriction[], place: Place): MaybePromise<Verdict> {
    this.list = name;
    return this.run(list, place);
  }

  beginPhase(): void {
    this.#ifReject = undefined;
  }

  /** What an earlier command put off, should all else permit. */
  resume(putOff: Grounds | undefined): void {
    this.#ifPermit = putOff;
  }

  get ifPermit(): Grounds | undefined {
    return this.#ifPermit;
  }

  run(list: readonly Restriction[], place: Place): MaybePromise<Verdict> {
    if (this.#depth >= DEPTH_LIMIT) return this.serverError(`restrictions nest more than ${DEPTH_LIMIT} deep`);
    this.#depth++;
    const word = firstWord(
      list,
      (one) => this.#apply(one, place),
      () => this.#ifPermit !== undefined && this.#ifReject !== undefined,
    );
    return andThen(word, (said) => {
      this.#depth--;
      return said;
    });
  }

  #apply(one: Restriction, place: Place): MaybePromise<Verdict> {
    if (++this.#applied > APPLIED_LIMIT) return this.serverError(`more than ${APPLIED_LIMIT} restrictions to apply`);
    return andThen(one.apply(this, place), (word) => {
      if (one.form === 'plain' && (word !== 'next' || this.#ctx.detail)) this.#note(one, place, word);
      return word;
    });
  }

  get onlyWarns(): boolean {
    return this.#warning > 0;
  }

  warnOnly(one: Restriction, place: Place): MaybePromise<Verdict> {
    this.#warning++;
    return andThen(this.#apply(one, place), (word) => {
      this.#warning--;
      return word;
    });
  }

  // --- what a restriction may say ---

  refuse(grounds: Grounds): Verdict {
    if (this.#warning > 0 && grounds.fault !== true) {
      this.log('reject_warning', replyText(this.#refusal(grounds).reply));
      return 'next';
    }
    // What refuses for now anyway stays as it is.
    return this.#refusal(grounds.code >= 500 ? (this.#ifReject ?? grounds) : grounds);
  }

  /** Refuses later, if all else would permit; at once where only a warning is wanted. */
  deferIfPermit(grounds: Grounds): Verdict {
    if (this.#warning > 0) return this.refuse(grounds);
    if (this.#ifPermit === undefined) this.remark(`put off, should all else permit: ${grounds.text}`);
    this.#ifPermit ??= grounds;
    return 'next';
  }

  deferIfReject(grounds: Grounds): Verdict {
    if (this.#ifReject === undefined) this.remark(`put off, should anything refuse: ${grounds.text}`);
    this.#ifReject ??= grounds;
    return 'next';
  }

  /** What was put off by `deferIfPermit`. */
  putOff(): Verdict {
    if (this.#ifPermit === undefined) return 'next';
    return this.unwritten('defer_if_permit', 'put off until all else had permitted', this.refuse(this.#ifPermit));
  }

  /** A rule that stands in no list: without its note, the one that permitted last would seem to have refused. */
  unwritten(name: string, text: string, word: Verdict): Verdict {
    if (typeof word === 'object') {
      const result = replyText(word.reply).slice(0, 200);
      this.#ctx.note({ kind: 'rule', source: { file: name }, text, matched: true, result });
    }
    return word;
  }

  /** smtpd's reject_server_error. */
  serverError(detail: string): Verdict {
    return this.refuse({
      code: 451,
      enhanced: '4.3.5',
      text: 'Server configuration error',
      reason: 'cannot-tell',
      detail,
      fault: true,
    });
  }

  /** smtpd's reject_dict_retry. */
  lookupFailure(subject: string, detail: string): Verdict {
    const text = `<${subject}>: Temporary lookup failure`;
    return this.refuse({ code: 451, enhanced: '4.3.0', text, reason: 'cannot-tell', detail, fault: true });
  }

  #refusal(grounds: Grounds): Refusal {
    const { code, enhanced, text, reason, detail } =
      grounds.code >= 400 && grounds.code < 600 ? grounds : unfit(grounds);
    const soft = this.known.softBounce === true && code >= 500 ? code - 100 : code;
    const fallback = reply(soft, `${Math.floor(soft / 100)}${enhanced.slice(1)}`, 'Access denied');
    // No code is read out of the text, which may begin with what a stranger wrote.
    const { lines } = replyFromText(`${soft} ${fallback.enhanced} ${text}`, fallback);
    const shown = { ...fallback, lines };
    return soft >= 500 ? reject(reason, shown, detail) : defer(reason, shown, detail);
  }

  /** False, and traced, before MAIL: smtpd passes them over there. */
  keep(effect: Effect, detail: string): boolean {
    const early = this.facts.sender === undefined;
    if (early) this.remark(`passed over before MAIL, as smtpd does: ${detail}`);
    else this.#kept.push({ effect, detail });
    return !early;
  }

  get kept(): readonly KeptEffect[] {
    return this.#kept;
  }

  // --- asking ---

  lookup(table: Table, key: string): MaybePromise<Answer<TableEntry>> {
    return this.#ask(table, 'lookup', key) as MaybePromise<Answer<TableEntry>>;
  }

  decide(service: PolicyService, attributes: Readonly<Record<string, string>>): MaybePromise<Answer<string>> {
    return this.#ask(service, 'decide', attributes) as MaybePromise<Answer<string>>;
  }

  listing(...[validator, ...args]: ListingQuestion): ReturnType<RecipientValidator['listing']> {
    return this.#ask(validator, 'listing', ...args) as ReturnType<RecipientValidator['listing']>;
  }

  /** Once for each address: several restrictions look it up. */
  resolve(resolver: AddressResolver, address: Mailbox): ReturnType<AddressResolver['resolve']> {
    const known = this.#resolved.get(address.text);
    if (known !== undefined) return known;
    const sender = this.facts.sender ?? { kind: 'null-path' };
    const answer = this.#ask(resolver, 'resolve', address, sender) as ReturnType<AddressResolver['resolve']>;
    this.#resolved.set(address.text, answer);
    return answer;
  }

  /** What the DNS cannot tell is for the restriction to weigh, as smtpd does. */
  get resolver(): Resolver | undefined {
    const { resolver } = this.known;
    if (resolver === undefined) return undefined;
    return {
      addresses: (name, family) => this.#ask(resolver, 'addresses', name, family) as never,
      mailExchangers: (name) => this.#ask(resolver, 'mailExchangers', name) as never,
      texts: (name) => this.#ask(resolver, 'texts', name) as never,
      nameServers: (name) => this.#ask(resolver, 'nameServers', name) as never,
      names: (ip) => this.#ask(resolver, 'names', ip) as never,
    };
  }

  #ask(port: object, method: string, ...args: readonly unknown[]): unknown {
    const ask = this.#ctx.ask.bind(this.#ctx) as (name: string, method: string, ...args: readonly unknown[]) => unknown;
    return ask(this.#ports.nameOf(port, this.#warning > 0), method, ...args);
  }

  // --- the trace ---

  remark(text: string): void {
    this.#ctx.note({ kind: 'remark', text: text.slice(0, 300) });
  }

  /** For the operator's log too, in smtpd's words: `warn: RCPT from host[ip]: text; from=<a> to=<b> proto=ESMTP helo=<h>`. */
  log(what: 'warn' | 'info' | 'reject_warning', text: string): void {
    const line = `${what}: ${this.facts.state} from ${clientPlace(this.facts.session).subject}: ${text.slice(0, 300)}`;
    this.#ctx.note({
      kind: 'remark',
      text: `${line}; ${circumstances(this.facts)}`,
      log: what === 'info' ? 'info' : 'warn',
    });
  }

  /** A table's entry that was found. */
  noteEntry({ source, value }: TableEntry, key: string, on: string): void {
    if (source === undefined) return;
    const shown = { text: `${key} ${value}`.slice(0, 200), on: on.slice(0, 200), result: value.slice(0, 200) };
    this.#ctx.note({ kind: 'rule', source, matched: true, ...shown });
  }

  #note(one: Restriction, place: Place, word: Verdict): void {
    const subject = one.about === 'client' ? clientPlace(this.facts.session).subject : place.subject;
    const source = one.source ?? { file: this.list };
    const text = `${this.list}: ${one.text}`.slice(0, 200);
    const note = { kind: 'rule', source, text, matched: word !== 'next', on: subject.slice(0, 200) } as const;
    const result = typeof word === 'string' ? word : replyText(word.reply).slice(0, 200);
    this.#ctx.note(word === 'next' ? note : { ...note, result });
  }
}

/** A code that refuses nothing, such as relay_domains_reject_code = 454 less the 100 of defer_unauth_destination: as smtpd. */
function unfit({ reason, code, detail }: Grounds): Grounds {
  const text = 'Service unavailable';
  return { code: 450, enhanced: '4.7.1', text, reason, detail: `reply code ${code}: ${detail ?? ''}` };
}
