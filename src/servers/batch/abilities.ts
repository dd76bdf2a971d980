/** What the batch server can do: everything, since it only reports what would be done. */
import type { Abilities } from '../../core/abilities.js';
import { allEdits } from '../../core/edit.js';
import { phases } from '../../core/phase.js';

export const batchAbilities: Abilities = {
  phases,
  edits: [...allEdits, 'split', 'reply-per-recipient'],
  decides: ['hold', 'quarantine', 'redirect'],
};
