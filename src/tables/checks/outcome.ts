/**
 * What the actions on one message come to for its envelope: the same for headers and bodies, after Postfix's
 * cleanup(8). REJECT, DISCARD, REDIRECT and PASS end the checks; HOLD, BCC, FILTER and the others go on. Edits of
 * fields and lines are the caller's.
 */
import { defer, discard, type FinalOf, hold, type Redirect, redirect, reject } from '../../core/decision.js';
import {
  type AddRecipient,
  addRecipient,
  type RemoveRecipient,
  removeRecipient,
  type SetNextHop,
  setNextHop,
} from '../../core/edit.js';
import type { NextHop, Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { encodeLatin1 } from '../../values/bytes.js';
import { type Reply, replyFromText } from '../../values/reply.js';
import type { Action, ActionKind } from './action.js';

export type ChecksDecision = FinalOf<'reject'> | FinalOf<'defer'> | FinalOf<'discard'> | FinalOf<'hold'> | Redirect;
export type EnvelopeEdit = AddRecipient | RemoveRecipient | SetNextHop;
export type EnvelopeEditKind = EnvelopeEdit['kind'];

/** The edit kinds that actions on the envelope may need. */
export function envelopeEdits(kinds: ReadonlySet<ActionKind>): readonly EnvelopeEditKind[] {
  const edits: EnvelopeEditKind[] = [];
  const both = kinds.has('hold') && kinds.has('redirect');
  if (kinds.has('bcc') || both) edits.push('add-recipient');
  if (both) edits.push('remove-recipient');
  if (kinds.has('filter')) edits.push('set-next-hop');
  return edits;
}

/** The special decisions that a table may come to. */
export function checksDecide(kinds: ReadonlySet<ActionKind>): readonly ('hold' | 'redirect')[] {
  return (['hold', 'redirect'] as const).filter((kind) => kinds.has(kind));
}

/** What ends the checks and loses the message or refuses it; nothing else of the outcome counts then. */
type End =
  | { readonly kind: 'reject' | 'discard'; readonly text: string }
  | { readonly kind: 'redirect'; readonly to: Mailbox }
  | { readonly kind: 'pass' };

export interface Outcome {
  end: End | undefined;
  /** The text behind HOLD. */
  hold: string | undefined;
  nextHop: NextHop | undefined;
  readonly bcc: Mailbox[];
}

export function newOutcome(): Outcome {
  return { end: undefined, hold: undefined, nextHop: undefined, bcc: [] };
}

/** Takes an action in; those on fields and lines leave no mark here. Check `outcome.end` afterwards. */
export function take(outcome: Outcome, action: Action): void {
  switch (action.kind) {
    case 'reject':
    case 'discard':
      outcome.end = { kind: action.kind, text: action.text };
      return;
    case 'redirect':
      outcome.end = { kind: 'redirect', to: action.address };
      return;
    case 'pass':
      outcome.end = { kind: 'pass' };
      return;
    case 'hold':
      outcome.hold ??= action.text;
      return;
    case 'bcc':
      // An address gets one copy, however many fields and lines ask for it.
      if (!outcome.bcc.some(({ text }) => text === action.address.text)) outcome.bcc.push(action.address);
      return;
    case 'filter':
      outcome.nextHop = { transport: action.transport, destination: action.destination };
      return;
    case 'dunno':
    case 'info':
    case 'warn':
    case 'ignore':
    case 'strip':
    case 'prepend':
    case 'replace':
      return;
  }
}

/** `why` is for the log: the rule that ended it. */
export function decisionOf({ end, hold: held }: Outcome, why: string): ChecksDecision | undefined {
  switch (end?.kind) {
    case 'reject':
      return refuse(end.text, why);
    case 'discard':
      return discard('content', why);
    case 'redirect':
      // A message can be held and redirected: then the edits change its recipients.
      return held === undefined ? redirect(end.to, 'content', why) : hold('content', held === '' ? why : held);
    default:
      return held === undefined ? undefined : hold('content', held === '' ? why : held);
  }
}

/** True when the message is going nowhere: edits have no meaning. */
export function isLost({ end }: Outcome): boolean {
  return end?.kind === 'reject' || end?.kind === 'discard';
}

export function envelopeEditsOf(outcome: Outcome, recipients: readonly Recipient[]): readonly EnvelopeEdit[] {
  const { end, bcc, nextHop, hold: held } = outcome;
  if (end?.kind === 'redirect') {
    // header_checks(5): REDIRECT overrides FILTER, and replaces all recipients, those of BCC too.
    if (held === undefined) return [];
    return [addRecipient(end.to), ...recipients.map((recipient) => removeRecipient(recipient))];
  }
  const filtered = nextHop === undefined ? [] : recipients.map((recipient) => setNextHop(recipient, nextHop));
  return [...filtered, ...bcc.map((address) => addRecipient(address, nextHop))];
}

const rejected: Reply = Object.freeze({
  kind: 'reply',
  code: 550,
  enhanced: '5.7.1',
  lines: ['message content rejected'],
});

/**
 * Postfix's cleanup(8): the reply code is always 550, or 451 behind an enhanced code of class 4 (class 2 counts as that too);
 * a reply code in the text is text.
 */
function refuse(text: string, why: string): FinalOf<'reject'> | FinalOf<'defer'> {
  const [own, digit, rest] = /^([245])(\.[0-9]{1,3}\.[0-9]{1,3})(?=[ \t]|$)/.exec(text) ?? [];
  const said = shownText(text.slice(own?.length ?? 0));
  const later = digit !== undefined && digit !== '5';
  const reply = replyFromText(`${later ? '451 4' : '550 5'}${rest ?? '.7.1'} ${said}`, rejected);
  return later ? defer('content', reply, why) : reject('content', reply, why);
}

/** The text is octets, some of them of the message: those that are no UTF-8 become blanks, as in Postfix. */
function shownText(octets: string): string {
  return new TextDecoder().decode(encodeLatin1(octets)).replace(/\ufffd/g, ' ');
}
