/**
 * The envelope sender and the addresses in header fields through canonical(5) and masquerade_domains, as Postfix's
 * cleanup(8) does it. Header fields of strangers stay as they are (local_header_rewrite_clients). One stage at message: the
 * restrictions have seen the sender as given.
 */
import { defer, type FinalOf } from '../../core/decision.js';
import { type ReplaceHeader, type RewriteSender, replaceHeader, rewriteSender } from '../../core/edit.js';
import type { Session } from '../../core/session.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { ReversePath } from '../../values/address.js';
import type { HeaderField } from '../../values/header.js';
import { ask, type RewriteAsks, rewriteAsks } from './asking.js';
import { compileRewriting, type RewriteOptions, type Rewriting } from './options.js';
import { type Inquiring, type RewriteFault, rewriteAddress } from './rewrite-address.js';
import { ADDRESS_LIMIT, type Known, placeOf, rewriteField } from './rewrite-field.js';
import { rewriteError } from './rewrite-recipients.js';
import type { StandardForm } from './standard.js';

export interface RewriteAddressesStage
  extends Stage<{
    readonly name: 'rewriteAddresses';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: 'rewrite-sender' | 'replace-header';
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** A table that leads in a circle, or to what is no address, is 451 4.6.0. Throws ConfigurationError `options`. */
export function rewriteAddresses(options: RewriteOptions): RewriteAddressesStage {
  const rewriting = compileRewriting(options);
  const asks: RewriteAsks = rewriteAsks(rewriting, options.cannotTell);
  const { parts = ['sender', 'header'] } = options;
  return defineStage({
    name: 'rewriteAddresses',
    at: 'message',
    edits: ['rewrite-sender', 'replace-header'],
    asks,
    run: ({ sender, session, message }, ctx) => {
      const known: Known = new Map();
      const from = parts.includes('sender') ? sender : undefined;
      const form = parts.includes('header') ? formFor(session, rewriting) : undefined;
      const inquiry = rewriteAll(from, message.header, form, rewriting, known);
      return andThen(ask(inquiry, rewriting, ctx), (found): { edits: Edits } | FinalOf<'defer'> | undefined => {
        if (found.kind === 'cannot-tell') return undefined;
        if (found.kind === 'fault') return defer('routing', rewriteError, found.why);
        if (known.size >= ADDRESS_LIMIT) {
          ctx.note({ kind: 'remark', text: `more than ${ADDRESS_LIMIT} addresses: the others are not rewritten` });
        }
        return found.edits.length === 0 ? undefined : { edits: found.edits };
      });
    },
  });
}

type Edits = readonly (RewriteSender | ReplaceHeader)[];

/** Undefined: header fields stay as they are. */
function formFor(session: Session, rewriting: Rewriting): StandardForm | undefined {
  return rewriting.isLocalClient(session) ? rewriting.local : rewriting.remote;
}

function* rewriteAll(
  sender: ReversePath | undefined,
  header: readonly HeaderField[],
  form: StandardForm | undefined,
  rewriting: Rewriting,
  known: Known,
): Inquiring<{ readonly kind: 'edits'; readonly edits: Edits } | RewriteFault> {
  const edits: (RewriteSender | ReplaceHeader)[] = [];
  if (sender?.kind === 'mailbox') {
    const now = yield* rewriteAddress(sender, 'envelope_sender', rewriting.local, rewriting);
    if (now?.kind === 'fault') return now;
    if (now !== undefined) edits.push(rewriteSender(now));
  }
  for (const field of form === undefined ? [] : header) {
    const place = placeOf(field);
    if (place === undefined || form === undefined) continue;
    const now = yield* rewriteField(field, place, form, rewriting, known);
    if (now === undefined) continue;
    if (now.kind === 'fault') return now;
    edits.push(replaceHeader(field, now));
  }
  return { kind: 'edits', edits };
}
