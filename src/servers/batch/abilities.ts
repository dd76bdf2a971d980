/** What the batch server can do: everything, since it only reports what would be done. */
import type { Abilities } from '../../core/abilities.js';

export const batchAbilities: {
  readonly phases: readonly ['connect', 'helo', 'mail', 'rcpt', 'message', 'deliver'];
  readonly edits: Abilities['edits'];
  readonly decides: readonly ['hold', 'quarantine', 'redirect'];
} = {
  phases: ['connect', 'helo', 'mail', 'rcpt', 'message', 'deliver'],
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
    'reply-per-recipient',
  ],
  decides: ['hold', 'quarantine', 'redirect'],
};
