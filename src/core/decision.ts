/**
 * Decisions: what to do with the transaction, or with some of its recipients. A closed tagged union. Every
 * final decision carries three things apart: a reason from a closed list for machines, the reply for the peer,
 * and a detail for the log alone.
 */
import type { Mailbox } from '../values/address.js';
import type { Reply } from '../values/reply.js';
import type { Recipient } from './transaction.js';

/** Why, for counters, logs and tests. Closed: a new reason is a change of the library. */
export type Reason =
  | 'access'
  | 'relay-denied'
  | 'unknown-recipient'
  | 'unknown-sender'
  | 'bad-helo'
  | 'bad-address'
  | 'authentication'
  | 'content'
  | 'malformed-message'
  | 'virus'
  | 'spam'
  | 'sender-policy'
  | 'size'
  | 'limit'
  | 'rate'
  | 'loop'
  | 'quota'
  | 'mailbox'
  | 'routing'
  | 'moderation'
  | 'cannot-tell'
  | 'storage'
  | 'stage-crashed'
  | 'timeout'
  | 'shutdown'
  | 'other';

export type FinalKind = 'accept' | 'reject' | 'defer' | 'discard' | 'hold' | 'quarantine' | 'redirect';

/** The final kinds that not every server can carry out: a stage declares them (`decides`), and so does a server. */
export type SpecialKind = 'hold' | 'quarantine' | 'redirect';

export interface FinalOf<K extends FinalKind> {
  readonly kind: K;
  readonly reason: Reason;
  /** What the peer is told. */
  readonly reply: Reply;
  /** For the log and the trace, never for the peer. */
  readonly detail: string | undefined;
}

export interface Redirect extends FinalOf<'redirect'> {
  /** Replaces all recipients that the decision is for, as REDIRECT of Postfix's access(5) does. */
  readonly to: Mailbox;
}

export type Final =
  | FinalOf<'accept'>
  | FinalOf<'reject'>
  | FinalOf<'defer'>
  | FinalOf<'discard'>
  | FinalOf<'hold'>
  | FinalOf<'quarantine'>
  | Redirect;

/** Decisions for some of the recipients; the others go on. Legal only beside the findings of the stage. */
export interface ForSome<F extends Final = Final> {
  readonly kind: 'for-some';
  readonly groups: readonly Group<F>[];
}

export interface Group<F extends Final = Final> {
  readonly recipients: readonly Recipient[];
  readonly decision: F;
}

export interface Continue {
  readonly kind: 'continue';
}

export type Decision = Continue | Final | ForSome;

/** What a list of stages came to, for one recipient or for all. */
export type Verdict = Continue | Final;

export const goOn: Continue = Object.freeze({ kind: 'continue' });

const ok: Reply = Object.freeze({ kind: 'reply', code: 250, enhanced: '2.0.0', lines: ['Ok'] });

/** Ends this phase's list for the recipients concerned; later phases run (OK of access(5), not milter's accept). */
export function accept(reason: Reason = 'other', detail?: string): FinalOf<'accept'> {
  return { kind: 'accept', reason, reply: ok, detail };
}

/** Refuses for good: a 5yz reply. */
export function reject(reason: Reason, reply: Reply, detail?: string): FinalOf<'reject'> {
  return { kind: 'reject', reason, reply, detail };
}

/** Refuses for now: a 4yz reply, the peer tries again. */
export function defer(reason: Reason, reply: Reply, detail?: string): FinalOf<'defer'> {
  return { kind: 'defer', reason, reply, detail };
}

/** Tells the peer that all is well and drops the message. The one decision that loses mail: on purpose, and traced. */
export function discard(reason: Reason, detail?: string): FinalOf<'discard'> {
  return { kind: 'discard', reason, reply: ok, detail };
}

/** Accepts, and keeps the message undelivered until somebody releases it. */
export function hold(reason: Reason, detail?: string): FinalOf<'hold'> {
  return { kind: 'hold', reason, reply: ok, detail };
}

/** Accepts, and puts the message in the quarantine instead of delivering it. */
export function quarantine(reason: Reason, detail?: string): FinalOf<'quarantine'> {
  return { kind: 'quarantine', reason, reply: ok, detail };
}

/** Accepts, and sends the message to `to` instead of to its recipients. */
export function redirect(to: Mailbox, reason: Reason, detail?: string): Redirect {
  return { kind: 'redirect', to, reason, reply: ok, detail };
}

/** Decides for some recipients. */
export function forSome<const G extends readonly Group[]>(...groups: G): ForSome<G[number]['decision']> {
  return { kind: 'for-some', groups };
}

/** What happens when a port could not tell and the stage would let the mail go on. */
export type CannotTellRule = 'defer' | 'reject' | 'hold' | 'quarantine' | 'continue';

const notNow: Reply = Object.freeze({
  kind: 'reply',
  code: 451,
  enhanced: '4.3.0',
  lines: ['Temporary system problem, try again later'],
});
const notAtAll: Reply = Object.freeze({ kind: 'reply', code: 550, enhanced: '5.7.1', lines: ['Service unavailable'] });

/** The decision that a rule stands for; `continue` has none. */
export function decisionFor(rule: Exclude<CannotTellRule, 'continue'>, detail: string): Final {
  switch (rule) {
    case 'defer':
      return defer('cannot-tell', notNow, detail);
    case 'reject':
      return reject('cannot-tell', notAtAll, detail);
    case 'hold':
      return hold('cannot-tell', detail);
    case 'quarantine':
      return quarantine('cannot-tell', detail);
  }
}

/** What a crash or a time limit becomes: 451 4.3.0 with a fixed text; the cause is for the log alone. */
export function systemDefer(reason: 'stage-crashed' | 'timeout' | 'shutdown', detail: string): FinalOf<'defer'> {
  return defer(reason, notNow, detail);
}
