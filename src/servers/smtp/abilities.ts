/** What the SMTP server can do for a policy. */
import type { SpecialKind } from '../../core/decision.js';
import type { EditKind } from '../../core/edit.js';
import { type Phase, phases } from '../../core/phase.js';

/** SMTP has one reply for the whole message; all else can be done, for the server itself delivers. */
export const smtpAbilities: {
  readonly phases: readonly Phase[];
  readonly edits: readonly Exclude<EditKind, 'reply-per-recipient'>[];
  readonly decides: readonly SpecialKind[];
} = {
  phases,
  edits: [
    'prepend-header',
    'append-header',
    'insert-header',
    'replace-header',
    'remove-header',
    'replace-body',
    'rewrite-sender',
    'add-recipient',
    'remove-recipient',
    'rewrite-recipient',
    'expand-recipient',
    'set-next-hop',
    'split',
  ],
  decides: ['hold', 'quarantine', 'redirect'],
};
