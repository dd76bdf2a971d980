/** What a directory over LDAP can be told, beside where its servers are; all problems at once. */
import { type Domain, parseDomain } from '../../values/domain.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { parseLdapFilter } from '../../values/ldap-filter.js';
import { isDn } from '../../values/ldap-names.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';
import { type LdapSchema, type SchemaKind, schemaProblems } from './schema.js';
import { LDAP_SERVER_OPTIONS, type LdapServerOptions, type LdapSettings, readLdapSettings } from './settings.js';

export interface LdapDirectoryOptions extends LdapServerOptions {
  /** A distinguished name; all is searched below it. Default: what the server calls its default or only tree. */
  readonly base?: string;
  /** Which attributes say what. Default: Active Directory where the server says that it is one, else RFC 2307 and
   * inetOrgPerson. */
  readonly schema?: SchemaKind | LdapSchema;
  /** Below which users are; others are nobody, also as members of groups. Default: `base`. */
  readonly usersBase?: string;
  /** Below which groups are; others do not count. Default: `base`. */
  readonly groupsBase?: string;
  /** Of directories without addresses: each user has `login@domain` for each of these, behind the addresses in the
   * entry, and is found by it. Default: none. */
  readonly domains?: readonly string[];
  /** RFC 4515. Who does not match is nobody, also as a member of a group: `(!(employeeType=guest))`. Default:
   * everybody. */
  readonly usersFilter?: string;
  /** RFC 4515. Who does not match has no login, the right password notwithstanding (`not-permitted`). Default:
   * everybody. */
  readonly loginFilter?: string;
  /** Milliseconds for one question, with all the searches it takes. The evaluation's own deadline holds besides.
   * Default 30,000. */
  readonly questionTimeout?: number;
  /** Milliseconds for which groups of Active Directory are remembered, with the groups that they are in. Who is in a
   * group directly is never remembered. 0: not at all. Default 60,000. */
  readonly groupTime?: number;
  /** Groups that a user may be in, and that may be in a group; more are "could not tell". Default 10,000. */
  readonly maxGroups?: number;
  /** Members of a group; more are "could not tell". Default 100,000. */
  readonly maxMembers?: number;
  /** Milliseconds since 1970, for accounts that expire. Default: the host's clock. */
  readonly clock?: () => number;
}

type Numbers = 'questionTimeout' | 'groupTime' | 'maxGroups' | 'maxMembers';

export interface DirectorySettings extends Readonly<Record<Numbers, number>> {
  readonly schema: SchemaKind | LdapSchema | undefined;
  readonly base: string | undefined;
  readonly usersBase: string | undefined;
  readonly groupsBase: string | undefined;
  readonly domains: readonly Domain[];
  /** In parentheses. */
  readonly usersFilter: string | undefined;
  readonly loginFilter: string | undefined;
  readonly now: () => number;
}

const ranges: Readonly<Record<Numbers, Range>> = {
  questionTimeout: [30_000, 1, MOST_MILLISECONDS],
  groupTime: [60_000, 0, MOST_MILLISECONDS],
  maxGroups: [10_000, 1, 1_000_000],
  maxMembers: [100_000, 1, 10_000_000],
};

const BASES = ['base', 'usersBase', 'groupsBase'] as const;
const FILTERS = ['usersFilter', 'loginFilter'] as const;
const NAMES = [...LDAP_SERVER_OPTIONS, ...Object.keys(ranges), ...BASES, ...FILTERS, 'schema', 'domains', 'clock'];

/** Throws ConfigurationError (code `options`; problems `bad-option`, `no-such-option`, `plaintext-password`). */
export function directorySettings(options: LdapDirectoryOptions): {
  readonly servers: LdapSettings;
  readonly directory: DirectorySettings;
} {
  const problems: Problem[] = [];
  const given = givenOptions('ldap', options, NAMES, problems);
  const servers = readLdapSettings(given, problems);
  const numbers = wholeNumbers('ldap', ranges, given, problems);
  problems.push(...schemaProblems(given.schema));
  const { base, usersBase, groupsBase, usersFilter, loginFilter, schema, clock = Date.now } = given;
  for (const name of BASES) if (!isGoodBase(given[name])) problems.push(problem(name, 'is a distinguished name'));
  for (const name of FILTERS) problems.push(...filterProblems(name, given[name]));
  const domains = domainsOf(given.domains, problems);
  if (typeof clock !== 'function') problems.push(problem('clock', 'is a function'));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const filters = { usersFilter: inParentheses(usersFilter), loginFilter: inParentheses(loginFilter) };
  return { servers, directory: { ...numbers, ...filters, schema, base, usersBase, groupsBase, domains, now: clock } };
}

function domainsOf(given: unknown, problems: Problem[]): readonly Domain[] {
  const texts: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [undefined];
  return texts.flatMap((text) => {
    const domain = typeof text === 'string' ? parseDomain(text) : undefined;
    if (domain?.kind === 'parsed') return [domain.value];
    problems.push(
      problem('domains', `is a list of domain names${typeof text === 'string' ? `: "${text}" is none` : ''}`),
    );
    return [];
  });
}

function isGoodBase(base: unknown): boolean {
  return base === undefined || (typeof base === 'string' && isDn(base));
}

function filterProblems(name: string, filter: unknown): readonly Problem[] {
  if (filter === undefined) return [];
  if (typeof filter !== 'string') return [problem(name, 'is a search filter (RFC 4515)')];
  const read = parseLdapFilter(filter);
  return read.kind === 'parsed' ? [] : [problem(name, `is a search filter (RFC 4515): ${read.why}`)];
}

function inParentheses(filter: string | undefined): string | undefined {
  return filter === undefined || filter.startsWith('(') ? filter : `(${filter})`;
}

function problem(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `ldap: ${name} ${expected}`, construct: name };
}
