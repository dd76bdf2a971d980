/**
 * One user or group by its name or by an address. The server finds, and what it found is looked at again: what two
 * names have in common is for some servers more than letter case (accents, blanks), and is not for us. Two entries for
 * one key are "could not tell".
 */
import { groupOf } from '../../directory/entries.js';
import { foldName } from '../../directory/fold.js';
import { plainTexts } from '../../directory/login-of.js';
import type { DirectoryGroup, DirectoryUser, GroupKey, UserKey } from '../../ports/directory.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { foldedKey, type Mailbox } from '../../values/address.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import { utf8Length } from '../../values/characters.js';
import { escapeFilterValue } from '../../values/ldap-names.js';
import { allOf, anyOf } from './filters.js';
import { entriesBelow, type Inquiry } from './inquiry.js';
import { loginOfAddress, unclearLogin, userIn } from './people.js';
import { PRINCIPAL } from './schema.js';

/** Octets of a name: Active Directory allows 256 characters at most, far fewer in practice. */
const LONGEST_NAME = 256;
/** More entries for one key are "could not tell" without a look at them. */
const MOST_ALIKE = 20;

export async function findUser(inquiry: Inquiry, key: UserKey): Promise<Answer<DirectoryUser>> {
  const { schema, usersBase } = inquiry.place;
  const term = userTerm(inquiry, key);
  if (term === undefined) return notFound('no account has such a name');
  const filter = allOf(term, schema.userFilter, inquiry.settings.usersFilter);
  const entries = await entriesBelow(inquiry, {
    base: usersBase,
    filter,
    attributes: schema.userAttributes,
    sizeLimit: MOST_ALIKE,
  });
  if (entries.kind !== 'found') return entries;
  // Such an entry may be the one that is meant, or not.
  const fault = unclearLogin(inquiry, entries.value);
  if (fault !== undefined) return fault;
  const users = entries.value.flatMap((entry) => {
    const user = userIn(inquiry, entry);
    return user !== undefined && isMeant(entry, user, key) ? [user] : [];
  });
  return onlyOne(inquiry, users);
}

function userTerm(inquiry: Inquiry, key: UserKey): string | undefined {
  const { kind, entries } = inquiry.place.schema;
  if (key.kind === 'login') return nameTerm(entries.login, key.login);
  if (key.kind === 'principal') {
    return kind === 'active-directory' ? nameTerm([PRINCIPAL], key.principal) : undefined;
  }
  const login = loginOfAddress(inquiry, key.address);
  const terms = [addressTerm(inquiry, key.address), login === undefined ? undefined : nameTerm(entries.login, login)];
  return anyOf(terms.filter((term) => term !== undefined));
}

function isMeant(entry: LdapEntry, user: DirectoryUser, key: UserKey): boolean {
  if (key.kind === 'address') return hasAddress(user, key.address);
  // Not any value of the attribute: what an entry is called besides makes it no other's.
  if (key.kind === 'login') return foldName(user.login) === foldName(key.login);
  return plainTexts(entry, PRINCIPAL.toLowerCase()).some((text) => foldName(text) === foldName(key.principal));
}

export async function findGroup(inquiry: Inquiry, key: GroupKey): Promise<Answer<DirectoryGroup>> {
  const { schema, groupsBase } = inquiry.place;
  const term = key.kind === 'name' ? nameTerm(schema.entries.groupName, key.name) : addressTerm(inquiry, key.address);
  if (term === undefined) return notFound('no group has such a name');
  const filter = allOf(term, schema.groupFilter);
  const entries = await entriesBelow(inquiry, {
    base: groupsBase,
    filter,
    attributes: schema.groupAttributes,
    sizeLimit: MOST_ALIKE,
  });
  if (entries.kind !== 'found') return entries;
  const groups = entries.value.flatMap((entry) => {
    const group = groupOf(entry, schema.entries);
    if (group === undefined) return [];
    const meant = key.kind === 'name' ? foldName(group.name) === foldName(key.name) : hasAddress(group, key.address);
    return meant ? [group] : [];
  });
  return onlyOne(inquiry, groups);
}

/** Undefined: nothing can have this name. */
function nameTerm(attributes: readonly string[], name: string): string | undefined {
  if (name.length > LONGEST_NAME || utf8Length(name) > LONGEST_NAME || foldName(name) === undefined) return undefined;
  const value = escapeFilterValue(name.normalize('NFC'));
  return anyOf(attributes.map((attribute) => `(${attribute}=${value})`));
}

function addressTerm(inquiry: Inquiry, address: Mailbox): string {
  const { addresses } = inquiry.place.schema.entries;
  const terms = spellings(address).flatMap((text) => {
    const value = escapeFilterValue(text);
    return [`(proxyAddresses=smtp:${value})`, ...addresses.map((attribute) => `(${attribute}=${value})`)];
  });
  return anyOf(terms);
}

/** With the domain in A-labels, and in U-labels where that differs (RFC 5890 section 2.3.2.1). */
function spellings({ text, domain }: Mailbox): readonly string[] {
  if (domain.kind !== 'domain' || domain.unicode === domain.ascii) return [text];
  return [text, `${text.slice(0, text.length - domain.ascii.length)}${domain.unicode}`];
}

function hasAddress({ addresses }: { readonly addresses: readonly Mailbox[] }, address: Mailbox): boolean {
  const key = foldedKey(address);
  return addresses.some((one) => foldedKey(one) === key);
}

function onlyOne<T extends { readonly id: string }>(inquiry: Inquiry, alike: readonly T[]): Answer<T> {
  const [first, second] = alike;
  if (first === undefined) return notFound();
  if (second === undefined) return found(first);
  return cannotTell(`${inquiry.service.name}: more than one entry is meant: ${first.id} and ${second.id}`, false);
}
