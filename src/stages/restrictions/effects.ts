/**
 * What access tables want done with a mail that nothing refuses. As in smtpd it is for the whole message, whoever was judged
 * when the table said it, and whether or not that recipient was refused: the stages of one bundle hand it on as findings until
 * the message is here. PREPEND, BCC and FILTER become edits; DISCARD, and at the end HOLD and REDIRECT, decisions.
 */
import { discard, type FinalOf, hold, type Redirect, redirect } from '../../core/decision.js';
import { addRecipient, type EditOf, prependAll, setNextHop } from '../../core/edit.js';
import type { Recipient } from '../../core/transaction.js';
import type { AccessAction } from '../../tables/access-action.js';

export type RestrictionEdit = EditOf<'prepend-header' | 'add-recipient' | 'set-next-hop'>;
/** Actions that do not decide about the recipient at hand. */
export type Effect = Exclude<AccessAction, { kind: 'ok' | 'dunno' | 'restrictions' } | { reply: unknown }>;

/** As a table said it. */
export interface KeptEffect {
  readonly effect: Effect;
  /** The table and its entry, for the log. */
  readonly detail: string;
}

export function discardOf(effects: readonly KeptEffect[]): FinalOf<'discard'> | undefined {
  const first = effects.find(({ effect }) => effect.kind === 'discard');
  return first && discard('access', first.detail);
}

/** HOLD keeps the message for the recipients that it came for, as cleanup(8) does, also where there is a REDIRECT; the last REDIRECT counts. */
export function lateDecision(effects: readonly KeptEffect[]): FinalOf<'hold'> | Redirect | undefined {
  let last: Redirect | undefined;
  for (const { effect, detail } of effects) {
    if (effect.kind === 'hold') return hold('access', detail);
    if (effect.kind === 'redirect') last = redirect(effect.to, 'access', detail);
  }
  return last;
}

/** The last FILTER counts, for added recipients too; of a BCC that was said for each recipient there is one copy. */
export function editsFor(effects: readonly KeptEffect[], recipients: readonly Recipient[]): readonly RestrictionEdit[] {
  const all = effects.map(({ effect }) => effect);
  const hop = all.findLast((one) => one.kind === 'filter')?.nextHop;
  const copies = new Map(all.flatMap((one) => (one.kind === 'bcc' ? [[one.to.text, one.to] as const] : [])));
  return [
    ...prependAll(all.flatMap((one) => (one.kind === 'prepend' ? [one.field] : []))),
    ...(hop === undefined ? [] : recipients.map((one) => setNextHop(one, hop))),
    ...[...copies.values()].map((to) => addRecipient(to, hop)),
  ];
}

/** Only what the tables can lead to: a server that cannot do the rest is no hindrance then. */
export function editsOf(effects: ReadonlySet<string>): readonly RestrictionEdit['kind'][] {
  const edits = [
    effects.has('prepend') ? ('prepend-header' as const) : undefined,
    effects.has('bcc') ? ('add-recipient' as const) : undefined,
    effects.has('filter') ? ('set-next-hop' as const) : undefined,
  ];
  return edits.filter((edit) => edit !== undefined);
}

export function decidesOf(effects: ReadonlySet<string>): readonly ('hold' | 'redirect')[] {
  return (['hold', 'redirect'] as const).filter((kind) => effects.has(kind));
}
