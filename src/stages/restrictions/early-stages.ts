/**
 * smtpd_delay_reject = no: the lists of the client, HELO and the sender each at its own command, where what they refuse is
 * answered. What they put off, and what the sender's list wants done with the message, goes on to the stage at RCPT.
 */
import type { Asks, MaybePromise, Stage } from '../../core/stage.js';
import { defineStage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import { type AnyContext, Check } from './check.js';
import { discardOf } from './effects.js';
import {
  clientRestrictionsFinding,
  heloRestrictionsFinding,
  type RestrictionsFinding,
  senderRestrictionsFinding,
} from './findings.js';
import { clientList, earlyFacts, heloList, Lists, senderList } from './lists.js';
import type { Ports } from './ports.js';
import type { Refusal, Restriction } from './restriction.js';
import type { Known } from './settings.js';

type Findings<K extends string> = { readonly [N in K]: RestrictionsFinding };
type Early<P extends 'connect' | 'helo' | 'mail', K extends string, U extends string> = Stage<{
  readonly name: K;
  readonly at: P;
  readonly needs: Record<never, never>;
  readonly uses: Findings<U>;
  readonly gives: Findings<K>;
  readonly edits: never;
  readonly accepts: false;
  readonly decides: never;
}>;

export interface SmtpdClientRestrictionsStage extends Early<'connect', 'smtpdClientRestrictions', never> {}
export interface SmtpdHeloRestrictionsStage
  extends Early<'helo', 'smtpdHeloRestrictions', 'smtpdClientRestrictions' | 'smtpdHeloRestrictions'> {}
export interface SmtpdSenderRestrictionsStage
  extends Early<'mail', 'smtpdSenderRestrictions', 'smtpdClientRestrictions' | 'smtpdHeloRestrictions'> {}

export interface Built {
  readonly known: Known;
  readonly ports: Ports;
  readonly asks: Asks;
}

export function clientStage(list: readonly Restriction[], { known, ports, asks }: Built): SmtpdClientRestrictionsStage {
  return defineStage({
    name: 'smtpdClientRestrictions',
    at: 'connect',
    gives: [clientRestrictionsFinding],
    asks,
    run: (tx, ctx) => {
      const check = new Check(earlyFacts(tx, 'CONNECT'), known, anyContext(ctx), ports);
      const lists = new Lists(check, isOwn(check) ? [] : [clientList(list, tx)]);
      return ended(lists, (found) => clientRestrictionsFinding.of(found));
    },
  });
}

export function heloStage(list: readonly Restriction[], { known, ports, asks }: Built): SmtpdHeloRestrictionsStage {
  return defineStage({
    name: 'smtpdHeloRestrictions',
    at: 'helo',
    uses: [clientRestrictionsFinding, heloRestrictionsFinding],
    gives: [heloRestrictionsFinding],
    asks,
    run: (tx, ctx) => {
      const state = tx.session.protocol === 'smtp' ? 'HELO' : tx.session.protocol === 'lmtp' ? 'LHLO' : 'EHLO';
      const check = new Check(earlyFacts(tx, state), known, anyContext(ctx), ports);
      // A client that goes on without HELO after one that was refused: smtpd goes on with what that put off.
      const { smtpdHeloRestrictions: refused, smtpdClientRestrictions: client } = tx.findings;
      check.resume((refused ?? client)?.putOff);
      const lists = new Lists(check, isOwn(check) ? [] : [heloList(list, tx)]);
      return ended(lists, (found) => heloRestrictionsFinding.of(found));
    },
  });
}

export function senderStage(list: readonly Restriction[], { known, ports, asks }: Built): SmtpdSenderRestrictionsStage {
  return defineStage({
    name: 'smtpdSenderRestrictions',
    at: 'mail',
    uses: [heloRestrictionsFinding, clientRestrictionsFinding],
    gives: [senderRestrictionsFinding],
    asks,
    run: (tx, ctx) => {
      const check = new Check(earlyFacts(tx, 'MAIL'), known, anyContext(ctx), ports);
      const { smtpdHeloRestrictions: helo, smtpdClientRestrictions: client } = tx.findings;
      check.resume((helo ?? client)?.putOff);
      const lists = new Lists(check, isOwn(check) ? [] : [senderList(list, tx)]);
      // The message is dropped when it has come: DISCARD refuses nobody.
      return ended(lists, (found) => senderRestrictionsFinding.of(found));
    },
  });
}

/** smtpd never sees what this host sends itself. */
export function isOwn(check: Check): boolean {
  if (check.facts.session.protocol !== 'local') return false;
  check.remark('mail of this host itself: no list is applied');
  return true;
}

export function anyContext(ctx: unknown): AnyContext {
  return ctx as AnyContext;
}

function ended<F extends object>(
  lists: Lists,
  find: (found: RestrictionsFinding) => F,
): MaybePromise<{ readonly findings: F; readonly decision?: Refusal }> {
  return andThen(lists.apply(), (word) => {
    const findings = find(lists.finding);
    return typeof word === 'object' ? { findings, decision: word } : { findings };
  });
}

/** True when the sender's list has said DISCARD. */
export function discards(found: RestrictionsFinding | undefined): boolean {
  return found !== undefined && discardOf(found.effects) !== undefined;
}
