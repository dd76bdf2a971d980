/**
 * Lists of our own domains, as operators write them into options: exact names and address literals, or names with all
 * that lies below them. Every name is parsed once; comparisons are of A-labels.
 */
import type { Table } from '../core/table.js';
import type { Mailbox } from '../values/address.js';
import { parseDomain } from '../values/domain.js';
import type { Problem } from '../values/errors.js';
import { parseAddressLiteral } from '../values/mailbox.js';
import { tableList } from './simple-tables.js';

export type MailDomain = Mailbox['domain'];

/** A name, or a table that has the domain as a key, whatever its value (`mydestination = pcre:...`). */
export type DomainEntry = string | Table;

export interface DomainSet {
  has(domain: MailDomain): boolean;
  /** True when a parent of `domain` is in the set. */
  hasParentOf(domain: MailDomain): boolean;
}

export interface ReadDomains {
  readonly set: DomainSet;
  /** In the order given; those that are wrong are left out. */
  readonly domains: readonly MailDomain[];
  /** `bad-domain`, `wildcard-domain`. */
  readonly problems: readonly Problem[];
}

/** `option` names the list in problems. */
export function readDomains(names: readonly string[], option: string): ReadDomains {
  const problems: Problem[] = [];
  const domains: MailDomain[] = [];
  for (const name of names) {
    const domain = readDomain(name, option);
    if ('kind' in domain) domains.push(domain);
    else problems.push({ ...domain, construct: name });
  }
  return { set: domainSet(domains), domains, problems };
}

export function domainSet(domains: readonly MailDomain[]): DomainSet {
  const names = new Set(domains.map(nameOf));
  return {
    has: (domain) => names.has(nameOf(domain)),
    hasParentOf: (domain) => domain.kind === 'domain' && hasParent(names, domain.ascii),
  };
}

/** The tables of a list as one; undefined where there are none. */
export function splitDomains(entries: readonly DomainEntry[]): {
  readonly names: readonly string[];
  readonly table: Table | undefined;
} {
  const tables = entries.filter((entry) => typeof entry !== 'string');
  const names = entries.filter((entry) => typeof entry === 'string');
  return { names, table: tables.length > 1 ? tableList(...tables) : tables[0] };
}

function readDomain(name: string, option: string): MailDomain | { readonly code: string; readonly message: string } {
  const below = /^\*?\.(.*)$/.exec(name)?.[1];
  if (below !== undefined) {
    // Postfix reads such an entry of mydestination as a name with a star in it, which no address ever has.
    const message = `${option}: a pattern is no domain and would match nothing; name each domain, or write relayDomains: ['${below}'] for ${below} and all below it`;
    return { code: 'wildcard-domain', message };
  }
  const literal = name.startsWith('[') && name.endsWith(']');
  const domain = literal ? parseAddressLiteral(name.slice(1, -1)) : parseDomain(name);
  return domain.kind === 'parsed' ? domain.value : { code: 'bad-domain', message: `${option}: ${domain.why}` };
}

function hasParent(names: ReadonlySet<string>, name: string): boolean {
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    if (names.has(name.slice(dot + 1))) return true;
  }
  return false;
}

function nameOf(domain: MailDomain): string {
  return domain.kind === 'domain' ? domain.ascii : domain.text;
}
