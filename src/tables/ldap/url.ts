/**
 * LDAP URLs (RFC 4516) as values of special_result_attribute: what to search for. The server that one names is not
 * asked, the table's own is; extensions mean nothing, as in Postfix. `<URL:...>` around one is taken off.
 */
import { strictFilter } from './filter.js';

export interface UrlSearch {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: string;
  /** As the URL names them; empty for all. */
  readonly attributes: readonly string[];
}

const LENGTH_LIMIT = 65_536;
const PREFIX = /^<?(?:URL:)?(?:ldap|ldaps|ldapi|cldap):\/\//i;

const scopes: ReadonlyMap<string, UrlSearch['scope']> = new Map([
  ['', 'base'],
  ['base', 'base'],
  ['one', 'one'],
  ['onelevel', 'one'],
  ['sub', 'sub'],
  ['subtree', 'sub'],
]);

export function isLdapUrl(text: string): boolean {
  return PREFIX.test(text);
}

/** A text says what is wrong. */
export function readLdapUrl(text: string): UrlSearch | string {
  const prefix = PREFIX.exec(text)?.[0];
  if (prefix === undefined || text.length > LENGTH_LIMIT) return 'expected an LDAP URL';
  const closes = prefix.startsWith('<');
  if (closes && !text.endsWith('>')) return 'the "<" has no partner';
  const rest = text.slice(prefix.length, closes ? -1 : undefined);
  const slash = rest.indexOf('/');
  const [dn = '', names = '', scope = '', filter = '', , ...more] = (slash < 0 ? '' : rest.slice(slash + 1)).split('?');
  if (more.length > 0) return 'more parts than an LDAP URL has';
  const found = scopes.get(scope.toLowerCase());
  if (found === undefined) return `the scope ${scope.slice(0, 40)} is not searched`;
  const base = decoded(dn);
  const plainFilter = decoded(filter);
  const attributes = names.split(',').filter((name) => name !== '');
  if (base === undefined || plainFilter === undefined) return 'expected two hexadecimal digits behind %, and UTF-8';
  const strict = strictFilter(plainFilter === '' ? '(objectClass=*)' : plainFilter);
  return strict.kind === 'parsed' ? { base, scope: found, filter: strict.value, attributes } : 'no filter of RFC 4515';
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * The attributes to ask for: those that both name. Where one of two has an option (`mail;lang-de`) and the other has
 * not, the one with the option. Empty: none, and there is nothing to ask for.
 */
export function commonAttributes(ofUrl: readonly string[], ofTable: readonly string[]): readonly string[] {
  if (ofUrl.length === 0) return ofTable;
  const common = ofUrl.flatMap((one) =>
    ofTable.flatMap((other) => (isKindOf(other, one) ? [other] : isKindOf(one, other) ? [one] : [])),
  );
  return [...new Set(common)];
}

function isKindOf(special: string, general: string): boolean {
  const [one, other] = [special.toLowerCase(), general.toLowerCase()];
  return one === other || one.startsWith(`${other};`);
}
