/**
 * How a directory is to be asked: what its entries say (`EntrySchema`), and which of two families it is of. Active
 * Directory tells a user's groups itself; any other is walked group by group, for there the in-chain rule and ranges
 * succeed with nothing.
 */
import { activeDirectorySchema, type EntrySchema, rfc2307Schema } from '../../directory/schema.js';
import type { Problem } from '../../values/errors.js';
import { anyOf } from './filters.js';

export type SchemaKind = 'active-directory' | 'rfc2307';

/** A schema of the site's own: that of `like`, but for what is given. Names of attributes and classes of any letter
 * case. */
export interface LdapSchema extends Partial<EntrySchema> {
  readonly like: SchemaKind;
}

export interface Schema {
  readonly kind: SchemaKind;
  readonly entries: EntrySchema;
  /** The attribute that holds the entry's own name (RFC 5020), by which many entries are read with one search. */
  readonly entryName: string;
  /** What users have and others do not; beside it the answer is looked at. */
  readonly userFilter: string;
  readonly groupFilter: string;
  /** What a member is made of. Those of groups are among them, their members too. */
  readonly memberAttributes: readonly string[];
  readonly userAttributes: readonly string[];
  readonly groupAttributes: readonly string[];
}

/** LDAP_CAP_ACTIVE_DIRECTORY_OID ([MS-ADTS] section 3.1.1.3.4.3). */
const ACTIVE_DIRECTORY = '1.2.840.113556.1.4.800';

/** By `supportedCapabilities` of the root DSE. */
export function kindOfServer(capabilities: readonly string[]): SchemaKind {
  return capabilities.includes(ACTIVE_DIRECTORY) ? 'active-directory' : 'rfc2307';
}

/** `given` without problems. */
export function schemaOf(given: SchemaKind | LdapSchema): Schema {
  const { like: kind, ...own } = typeof given === 'string' ? { like: given } : given;
  const standard = kind === 'active-directory' ? activeDirectorySchema : rfc2307Schema;
  const lower = Object.entries(own).map(([name, values]) => [name, (values ?? []).map((one) => one.toLowerCase())]);
  const entries: EntrySchema = { ...standard, ...Object.fromEntries(lower) };
  const person = kind === 'active-directory' ? [...PERSON, PRINCIPAL, 'primaryGroupID'] : PERSON;
  const userAttributes = [...person, ...entries.login, ...entries.displayName, ...entries.addresses, ...entries.home];
  const groupAttributes = [
    'objectClass',
    'objectSid',
    'gidNumber',
    'proxyAddresses',
    ...entries.groupName,
    ...entries.addresses,
  ];
  const memberAttributes = [...userAttributes, ...entries.groupName, ...entries.memberNames, ...entries.memberLogins];
  return {
    kind,
    entries,
    entryName: kind === 'active-directory' ? 'distinguishedName' : 'entryDN',
    userFilter: kind === 'active-directory' ? NORMAL_ACCOUNT : anyOf(classTerms(entries.users)),
    groupFilter: kind === 'active-directory' ? '(objectCategory=group)' : anyOf(classTerms(entries.groups)),
    userAttributes: once(userAttributes),
    groupAttributes: once(groupAttributes),
    memberAttributes: once(memberAttributes),
  };
}

/** sAMAccountType SAM_NORMAL_USER_ACCOUNT ([MS-ADTS] section 2.2.17): no computer, no trust with another domain.
 * Indexed. */
const NORMAL_ACCOUNT = '(sAMAccountType=805306368)';

/** [MS-ADA3]: `user@suffix`, for logins. */
export const PRINCIPAL: string = 'userPrincipalName';

/** What `entries.ts` reads of every schema; some are operational and come only when they are asked for by name. */
const PERSON = [
  'objectClass',
  'objectSid',
  'proxyAddresses',
  'uidNumber',
  'gidNumber',
  'loginShell',
  'userAccountControl',
  'msDS-User-Account-Control-Computed',
  'accountExpires',
  'shadowExpire',
  'nsAccountLock',
  'pwdAccountLockedTime',
];

function classTerms(classes: readonly string[]): readonly string[] {
  return classes.map((name) => `(objectClass=${name})`);
}

function once(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/** Problems `bad-option` with what was given as `schema`. */
export function schemaProblems(given: unknown): readonly Problem[] {
  if (given === undefined || isKind(given)) return [];
  const problem = (expected: string): Problem => {
    return { code: 'bad-option', message: `ldap: schema ${expected}`, construct: 'schema' };
  };
  if (typeof given !== 'object' || given === null) {
    return [problem(`is "active-directory", "rfc2307", or an object whose like is one of these${givenText(given)}`)];
  }
  const { like } = given as { readonly like?: unknown };
  const needed = 'like: "active-directory" or "rfc2307", whose names hold where it gives none';
  const unlike = isKind(like) ? [] : [like === undefined ? `needs ${needed}` : `needs ${needed}${givenText(like)}`];
  const lists = Object.entries(given).filter(([name]) => name !== 'like');
  const strange = lists
    .filter(([name]) => !Object.hasOwn(rfc2307Schema, name))
    .map(([name]) => `knows no "${name}" (${Object.keys(rfc2307Schema).join(', ')})`);
  const wrong = lists
    .filter(([name, value]) => Object.hasOwn(rfc2307Schema, name) && !isNames(value))
    .map(([name]) => `has a ${name} that is no list of names of attributes or classes`);
  const nameless = lists
    .filter(([name, value]) => NEEDED.includes(name) && Array.isArray(value) && value.length === 0)
    .map(([name]) => `needs at least one ${name}`);
  return [...unlike, ...strange, ...wrong, ...nameless].map(problem);
}

const NEEDED = ['users', 'groups', 'login', 'groupName'];

function givenText(value: unknown): string {
  return typeof value === 'string' ? `, not "${value.slice(0, 100)}"` : '';
}

function isKind(value: unknown): value is SchemaKind {
  return value === 'active-directory' || value === 'rfc2307';
}

/** Names or numbers of attributes (RFC 4512 section 1.4); they stand in filters as they are. */
function isNames(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one) => typeof one === 'string' && /^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/.test(one))
  );
}
