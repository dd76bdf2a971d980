/**
 * What access tables want done with a mail that nothing refuses: FILTER, PREPEND, BCC as edits; REDIRECT, HOLD, DISCARD as the
 * decision at the end. smtpd keeps them for the whole message; here they are for the recipient that is judged.
 */
import { discard, type FinalOf, hold, type Redirect, redirect } from '../../core/decision.js';
import { addRecipient, type EditOf, prependHeader, setNextHop } from '../../core/edit.js';
import type { NextHop, Recipient } from '../../core/transaction.js';
import type { AccessAction } from '../../tables/access-action.js';

export type KeptDecision = FinalOf<'discard'> | FinalOf<'hold'> | Redirect;
export type RestrictionEdit = EditOf<'prepend-header' | 'add-recipient' | 'set-next-hop'>;
export type Effect = Exclude<AccessAction, { kind: 'ok' | 'dunno' | 'restrictions' } | { reply: unknown }>;

export class Effects {
  #discard: FinalOf<'discard'> | undefined = undefined;
  #hold: FinalOf<'hold'> | undefined = undefined;
  #redirect: Redirect | undefined = undefined;
  #nextHop: NextHop | undefined = undefined;
  readonly #edits: RestrictionEdit[] = [];

  /** The last FILTER and the last REDIRECT count, as in smtpd. */
  add(effect: Effect, detail: string): void {
    switch (effect.kind) {
      case 'discard':
        this.#discard ??= discard('access', detail);
        return;
      case 'hold':
        this.#hold ??= hold('access', detail);
        return;
      case 'redirect':
        this.#redirect = redirect(effect.to, 'access', detail);
        return;
      case 'filter':
        this.#nextHop = effect.nextHop;
        return;
      case 'bcc':
        this.#edits.push(addRecipient(effect.to));
        return;
      case 'prepend':
        // The first comes on top (smtpd writes them in order), and of two edits the later is the topmost.
        this.#edits.unshift(prependHeader(effect.field));
        return;
      case 'warn':
      case 'info':
        return;
    }
  }

  get decision(): KeptDecision | undefined {
    return this.#discard ?? this.#hold ?? this.#redirect;
  }

  edits(recipients: readonly Recipient[]): readonly RestrictionEdit[] {
    const hop = this.#nextHop;
    return hop === undefined ? this.#edits : [...this.#edits, ...recipients.map((one) => setNextHop(one, hop))];
  }
}
