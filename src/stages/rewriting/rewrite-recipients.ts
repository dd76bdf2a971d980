/**
 * The recipients of the envelope through canonical(5) and masquerade_domains, as Postfix's cleanup(8) does it before virtual
 * aliases. Stands behind the restrictions, which see addresses as given, and before `route`.
 */
import { defer, type FinalOf } from '../../core/decision.js';
import { type RewriteRecipient, rewriteRecipient } from '../../core/edit.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import type { Inquiry } from '../../tables/asking.js';
import type { Mailbox } from '../../values/address.js';
import { reply } from '../../values/reply.js';
import { ask, type RewriteAsks, rewriteAsks } from './asking.js';
import { compileRewriting, type RewriteOptions, type RewriteTable } from './options.js';
import { type RewriteFault, rewriteAddress } from './rewrite-address.js';

export interface RewriteRecipientsStage
  extends Stage<{
    readonly name: 'rewriteRecipients';
    readonly at: 'rcpt';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: 'rewrite-recipient';
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** A table that leads in a circle, or to what is no address, is 451 4.6.0. Throws ConfigurationError `options`. */
export function rewriteRecipients(options: RewriteOptions): RewriteRecipientsStage {
  const rewriting = compileRewriting(options);
  const asks: RewriteAsks = rewriteAsks(rewriting, options.cannotTell);
  return defineStage({
    name: 'rewriteRecipients',
    at: 'rcpt',
    edits: ['rewrite-recipient'],
    asks,
    run: ({ recipient }, ctx) => {
      const inquiry = rewriteAddress(recipient.address, 'envelope_recipient', rewriting.local, rewriting);
      return andThen(ask(inquiry, rewriting, ctx), (now): Rewritten | FinalOf<'defer'> | undefined => {
        if (now === undefined || now.kind === 'cannot-tell') return undefined;
        if (now.kind === 'fault') return defer('routing', rewriteError, now.why);
        // The same recipient by another name: copies are for the canonical address (recipient_bcc_maps), and that is no alias.
        return { edits: [rewriteRecipient(recipient, now, recipient.origin)] };
      });
    },
  });
}

/** The same as look-ups, for recipients that another stage adds: `bcc({ rewriting })`. */
export interface RecipientRewriting {
  readonly tables: Readonly<Partial<Record<RewriteTable, Table>>>;
  /** Undefined when nothing changes. */
  readonly rewrite: (address: Mailbox) => Inquiry<RewriteTable, Mailbox | RewriteFault | undefined>;
}

/** Throws ConfigurationError `options`. */
export function recipientRewriting(options: RewriteOptions): RecipientRewriting {
  const rewriting = compileRewriting(options);
  const { tables, local } = rewriting;
  return { tables, rewrite: (address) => rewriteAddress(address, 'envelope_recipient', local, rewriting) };
}

interface Rewritten {
  readonly edits: readonly RewriteRecipient[];
}

export const rewriteError: ReturnType<typeof reply> = reply(451, '4.6.0', 'Address rewriting error');
