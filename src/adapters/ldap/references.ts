/**
 * Continuation references (RFC 4511 section 4.5.3): parts of the tree that another server holds. They are not followed;
 * what matters is whether what was asked for may be there.
 */
import { textsIn } from '../../directory/entries.js';
import { isOutside } from '../../directory/naming.js';
import type { LdapEntry } from '../../ports/ldap-search.js';

/** Names of entries that LDAP URLs are for (RFC 4516 section 2), '' where there is none. */
export function referredNames(urls: readonly string[]): readonly string[] {
  return urls.map((url) => {
    const [, written = ''] = /^[a-z]+:\/\/[^/?]*\/([^?]*)/i.exec(url) ?? [];
    try {
      return decodeURIComponent(written);
    } catch {
      return '';
    }
  });
}

/** The first of the names that is below the base, where no other naming context of the server is. '' is the base
 * itself. */
export function referredBelow(
  names: readonly string[],
  base: string,
  rootDse: LdapEntry | undefined,
): string | undefined {
  const contexts = CONTEXTS.flatMap((attribute) => (rootDse === undefined ? [] : textsIn(rootDse, attribute)));
  // A context around the base is where the base itself is.
  const others = contexts.filter((context) => context !== '' && isOutside(base, context));
  return names.find((name) => {
    if (name === '') return true;
    return !isOutside(name, base) && !OF_EVERY_DOMAIN.test(name) && others.every((context) => isOutside(name, context));
  });
}

const CONTEXTS = ['namingcontexts', 'configurationnamingcontext', 'schemanamingcontext'];
/** Of Active Directory; a domain controller names those alone that it holds. */
const OF_EVERY_DOMAIN = /^(?:CN=Configuration|DC=DomainDnsZones|DC=ForestDnsZones),/i;
