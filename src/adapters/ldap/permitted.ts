/** Which of the members of a group are users at all: below `usersBase` and by `usersFilter`. The server decides, as it
 * does for one. */
import { isOutside } from '../../directory/naming.js';
import type { DirectoryMember } from '../../ports/directory.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { escapeFilterValue } from '../../values/ldap-names.js';
import { inBatches, NAMES_AT_ONCE } from './batches.js';
import { allOf, anyOf } from './filters.js';
import { entriesBelow, type Inquiry } from './inquiry.js';

export async function permitted(
  inquiry: Inquiry,
  members: readonly DirectoryMember[],
): Promise<Answer<readonly DirectoryMember[]>> {
  const { place, settings } = inquiry;
  const { schema, base, usersBase } = place;
  if (settings.usersFilter === undefined && usersBase === base) {
    return found(members.filter(({ kind, id }) => kind === 'contact' || !isOutside(id, usersBase)));
  }
  const names = members.filter(({ kind }) => kind === 'user').map(({ id }) => id);
  const users = await inBatches(names, NAMES_AT_ONCE, (batch) => {
    const named = anyOf(batch.map((name) => `(${schema.entryName}=${escapeFilterValue(name)})`));
    const filter = allOf(named, settings.usersFilter);
    const sizeLimit = batch.length + 1;
    return entriesBelow(inquiry, { base: usersBase, filter, attributes: ['objectClass'], sizeLimit });
  });
  if (users.kind !== 'found') return users;
  if (users.value.length === 0 && names.length > 0 && !(await knowsNames(inquiry))) {
    const why = `knows no ${schema.entryName}: members cannot be told by usersBase and usersFilter`;
    return cannotTell(`${inquiry.service.name}: ${why}`, false);
  }
  const shown = new Set(users.value.map(({ dn }) => dn));
  return found(members.filter(({ kind, id }) => kind === 'contact' || shown.has(id)));
}

/** A server without that attribute shows nobody, and no error. */
async function knowsNames({ service, place, call }: Inquiry): Promise<boolean> {
  const { schema, base } = place;
  const filter = `(${schema.entryName}=${escapeFilterValue(base)})`;
  const own = await service.search({ base, scope: 'base', filter, attributes: ['objectClass'], sizeLimit: 0 }, call);
  return own.kind === 'found' && own.value.length > 0;
}
