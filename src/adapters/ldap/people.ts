/** Entries as users and contacts of this directory: with the addresses that logins make, and not where nobody can say
 * who they are. */
import { contactOf, hasUnclearLogin, userOf } from '../../directory/entries.js';
import type { DirectoryMember, DirectoryUser } from '../../ports/directory.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { foldedKey, type Mailbox, mailboxOf } from '../../values/address.js';
import { type CannotTell, cannotTell } from '../../values/answer.js';
import type { Inquiry } from './inquiry.js';

export function userIn({ place, settings }: Inquiry, entry: LdapEntry): DirectoryUser | undefined {
  const user = userOf(entry, place.schema.entries, settings.now());
  if (user === undefined || settings.domains.length === 0) return user;
  const addresses = new Map(user.addresses.map((address) => [foldedKey(address), address]));
  for (const domain of settings.domains) {
    const address = mailboxOf(user.login, domain);
    if (address.kind === 'malformed') continue;
    const key = foldedKey(address.value);
    if (!addresses.has(key)) addresses.set(key, address.value);
  }
  return { ...user, addresses: [...addresses.values()] };
}

/** Undefined: neither user nor contact. */
export function memberIn(inquiry: Inquiry, entry: LdapEntry): DirectoryMember | undefined {
  return userIn(inquiry, entry) ?? contactOf(entry, inquiry.place.schema.entries);
}

/** The login for which an address stands, by `domains`. Undefined: for none. */
export function loginOfAddress({ settings }: Inquiry, { localPart, domain }: Mailbox): string | undefined {
  const isOurs = settings.domains.some(({ ascii }) => domain.kind === 'domain' && domain.ascii === ascii);
  return isOurs ? localPart : undefined;
}

/** The first that has several logins, none of which is in its name. */
export function unclearLogin({ service, place }: Inquiry, entries: readonly LdapEntry[]): CannotTell | undefined {
  const entry = entries.find((one) => hasUnclearLogin(one, place.schema.entries));
  if (entry === undefined) return undefined;
  const why = `${entry.dn} has several logins, of which none is in its name: nobody can say who it is`;
  return cannotTell(`${service.name}: ${why}`, false);
}
