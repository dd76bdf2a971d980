/** What the SMTP server can do for a policy. */
import type { SpecialKind } from '../../core/decision.js';
import { allEdits, type EditKind } from '../../core/edit.js';
import { type Phase, phases } from '../../core/phase.js';

/** SMTP has one reply for the whole message; all else can be done, for the server itself delivers. */
export const smtpAbilities: {
  readonly phases: readonly Phase[];
  readonly edits: readonly Exclude<EditKind, 'reply-per-recipient'>[];
  readonly decides: readonly SpecialKind[];
} = { phases, edits: [...allEdits, 'split'], decides: ['hold', 'quarantine', 'redirect'] };
