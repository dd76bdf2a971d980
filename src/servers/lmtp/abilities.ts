/** What the LMTP server can do for a policy: everything. */
import type { Abilities } from '../../core/abilities.js';
import { allEdits } from '../../core/edit.js';
import { phases } from '../../core/phase.js';

export const lmtpAbilities: Abilities = {
  phases,
  edits: [...allEdits, 'split', 'reply-per-recipient'],
  decides: ['hold', 'quarantine', 'redirect'],
};
