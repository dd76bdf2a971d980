/**
 * The login of an LDAP entry: one, whatever order a server gives values in. Of several the one that is in the entry's
 * own name (RFC 4512 section 2.3) is it; where none is, nobody is guessed. Values with options (`uid;lang-de`, RFC 4512
 * section 2.5) are no logins.
 */
import type { LdapEntry } from '../ports/ldap-search.js';
import { decodeUtf8 } from '../values/bytes.js';
import { foldName, isName } from './fold.js';
import { namingValues } from './naming.js';

export type LoginOf =
  | { readonly kind: 'login'; readonly login: string }
  | { readonly kind: 'none' }
  /** None of them is in the entry's name. */
  | { readonly kind: 'several'; readonly logins: readonly string[] };

/** `attributes`: in lower case; the first that has a value counts, and no other. */
export function loginOf(entry: LdapEntry, attributes: readonly string[]): LoginOf {
  for (const attribute of attributes) {
    const logins = plainTexts(entry, attribute).filter(isName);
    const [first] = logins;
    if (first === undefined) continue;
    if (new Set(logins.map(foldName)).size === 1) return { kind: 'login', login: first };
    const named = namedOf(entry, attribute, logins);
    return named === undefined ? { kind: 'several', logins } : { kind: 'login', login: named };
  }
  return { kind: 'none' };
}

/** The name of a group: as a login, but where none of several is in the entry's name the first is taken. */
export function nameOf(entry: LdapEntry, attributes: readonly string[]): string | undefined {
  for (const attribute of attributes) {
    const names = plainTexts(entry, attribute).filter(isName);
    if (names.length > 0) return namedOf(entry, attribute, names) ?? names[0];
  }
  return undefined;
}

function namedOf(entry: LdapEntry, attribute: string, values: readonly string[]): string | undefined {
  const own = new Set(namingValues(entry.dn, attribute).map(foldName));
  return values.find((value) => own.has(foldName(value)));
}

/** The values that came without options and are UTF-8 (RFC 4517 section 3.3.6). */
export function plainTexts(entry: LdapEntry, name: string): readonly string[] {
  const values = entry.plain?.get(name) ?? entry.attributes.get(name) ?? [];
  return values.flatMap((value) => decodeUtf8(value) ?? []);
}
