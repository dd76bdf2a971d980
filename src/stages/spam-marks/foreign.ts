/**
 * Fields that came from outside under names that only we write: X-Spam-*, all of them, as SpamAssassin does. Also behind a bare CR,
 * which ends a line to some readers. Marks of an earlier stage go too: those for one recipient replace those for all.
 */
import type { HeaderField } from '../../values/header.js';
import { hiddenFields } from '../../values/hidden-fields.js';

const PREFIX = 'x-spam-';

export function foreignSpamFields(header: readonly HeaderField[]): readonly HeaderField[] {
  return header.filter((field) => isOurs(field.lowerName) || (field.origin === 'received' && hidesOurs(field)));
}

function isOurs(lowerName: string): boolean {
  return lowerName.startsWith(PREFIX);
}

function hidesOurs(field: HeaderField): boolean {
  for (const { lowerName } of hiddenFields(field)) if (isOurs(lowerName)) return true;
  return false;
}
