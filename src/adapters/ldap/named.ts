/** Many entries by their names, with few searches: filters on the attribute that holds the name; what these miss is
 * read one by one. */

import { dnKey } from '../../directory/dn-key.js';
import { parentOf } from '../../directory/naming.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { type Answer, found } from '../../values/answer.js';
import { escapeFilterValue } from '../../values/ldap-names.js';
import { inBatches, NAMES_AT_ONCE, severalAtOnce } from './batches.js';
import { anyOf } from './filters.js';
import { entriesBelow, entryNamed, gone, type Inquiry } from './inquiry.js';

/** Each entry once. Those that are gone are left out; one that may be there and cannot be read, or is hidden, is "could
 * not tell". */
export async function entriesNamed(
  inquiry: Inquiry,
  names: readonly string[],
  attributes: readonly string[],
): Promise<Answer<readonly LdapEntry[]>> {
  if (names.length === 0) return found([]);
  const read = await inBatches(names, NAMES_AT_ONCE, (batch) => readTogether(inquiry, batch, attributes));
  if (read.kind !== 'found') return read;
  const entries = new Map(read.value.map((entry) => [entry.dn, entry]));
  const seen = new Set(read.value.map(({ dn }) => dnKey(dn)));
  // Gone, outside of the base, spelled in a way of its own, or the server has no such attribute: only the entry itself
  // can tell.
  const missed = names.filter((name) => !seen.has(dnKey(name)));
  // Many that are gone were often in one place.
  const places = new Map<string, Promise<Answer<never>>>();
  const goneFrom = (name: string): Promise<Answer<never>> => {
    const place = dnKey(parentOf(name) ?? '');
    const known = places.get(place) ?? gone(inquiry, name);
    places.set(place, known);
    return known;
  };
  const rest = await severalAtOnce(missed, async (name): Promise<Answer<readonly LdapEntry[]>> => {
    const entry = await entryNamed(inquiry, name, attributes);
    return entry.kind === 'found' ? found([entry.value]) : entry.kind === 'not-found' ? goneFrom(name) : entry;
  });
  if (rest.kind !== 'found') return rest;
  for (const entry of rest.value) entries.set(entry.dn, entry);
  return found([...entries.values()]);
}

function readTogether(
  inquiry: Inquiry,
  names: readonly string[],
  attributes: readonly string[],
): Promise<Answer<readonly LdapEntry[]>> {
  const { schema, base } = inquiry.place;
  const filter = anyOf(names.map((name) => `(${schema.entryName}=${escapeFilterValue(name)})`));
  // So few that the server need not make pages of them, which takes several times as long. What another server may hold
  // is asked for by its name.
  return entriesBelow(inquiry, { base, filter, attributes, sizeLimit: names.length + 1, whole: false });
}
