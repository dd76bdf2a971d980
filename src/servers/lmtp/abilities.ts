/** What the LMTP server can do for a policy: everything. */
import type { SpecialKind } from '../../core/decision.js';
import type { EditKind } from '../../core/edit.js';
import type { Phase } from '../../core/phase.js';
import { smtpAbilities } from '../smtp/abilities.js';

export const lmtpAbilities: {
  readonly phases: readonly Phase[];
  readonly edits: readonly EditKind[];
  readonly decides: readonly SpecialKind[];
} = { ...smtpAbilities, edits: [...smtpAbilities.edits, 'reply-per-recipient'] };
