/**
 * Postfix's `type:name` as a table: one opener for main.cf, for programs and for the command line. Indexed types (hash,
 * btree, lmdb, cdb, dbm, sdbm, texthash) are read from their source text, never from a database file; `proxy:` in front
 * means nothing here. `ldap:` needs who searches for it; other tables that ask a program (mysql, tcp, socketmap ...)
 * are refused by name.
 */
import type { Table } from '../core/table.js';
import type { BacktrackingRegex } from '../ports/backtracking-regex.js';
import { ConfigurationError, isConfigurationError, type Problem, type SourcePosition } from '../values/errors.js';
import { aliasTable } from './alias-table.js';
import { splitWords, unbrace } from './braces.js';
import { cidrTable } from './cidr-table.js';
import { hashTable } from './hash-table.js';
import { bracedElements, inlineRules, inlineText } from './inline-text.js';
import { type LdapOpener, ldapTable, ldapTableOfMainCf } from './ldap/ldap-table.js';
import type { LdapParameters } from './ldap/parameters.js';
import { refuseTable, tableProblem } from './memory-table.js';
import { pcreTable, type RuleTable, type RuleTableOptions, regexpTable } from './regex/index.js';
import { failTable, pipeTable, randomTable, staticTable, tableList, unionTable } from './simple-tables.js';

/** Where the texts of tables come from. */
export interface TableFiles {
  read(path: string): FileRead;
}

export interface TrustedTables {
  /** As they are named: `pcre:/etc/postfix/body_checks`, without `proxy:`. */
  readonly tables: readonly string[];
  readonly engine: BacktrackingRegex;
}

export type FileRead =
  | { readonly kind: 'read'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly file: string; readonly why: string };

export interface OpenTableOptions {
  readonly files: TableFiles;
  /** Where the name is written, for problems that have no place of their own. Default: the name itself. */
  readonly source?: SourcePosition;
  /** The type of a name without one (default_database_type). Default `hash`. */
  readonly defaultType?: string;
  /** Compare the keys of indexed and inline tables without regard to letter case. Default true. */
  readonly foldKeys?: boolean;
  /** True for an indexed table, named without `proxy:`, that is written as aliases(5). Default: none is. */
  readonly aliases?: (name: string) => boolean;
  /** For `pcre:` and `regexp:`: their engine and what else they take. `trusted` here is for all of them. */
  readonly patterns?: Omit<RuleTableOptions, 'file'>;
  /** Those of `pcre:` and `regexp:` that are trusted; see `trusted` of RuleTableOptions for what that means. */
  readonly trusted?: TrustedTables;
  /** Numbers from 0 to below 1, for `randmap:`. Without it such a table is refused. */
  readonly random?: () => number;
  /** Answers for `unix:passwd.byname` and `unix:group.byname`: the accounts of a system are not read here. */
  readonly unix?: (map: string) => Table | undefined;
  /** Makes what searches the servers of an `ldap:` table; `ldapTables` of adapters/ldap has one. Without it such a
   * table is refused. */
  readonly ldap?: LdapOpener;
  /** The parameters of main.cf, for an `ldap:` table that is named by no path. Without it such a table is refused. */
  readonly mainCf?: LdapParameters;
  /** What postmap warns of, and reads nevertheless: keys given twice, keys that end in a colon. */
  readonly onWarning?: (warning: Problem) => void;
}

/** Types whose source text is that of postmap(1). */
export const indexedTypes: ReadonlySet<string> = new Set('hash btree lmdb cdb dbm sdbm texthash'.split(' '));
const elsewhere: ReadonlySet<string> = new Set(
  'ldaps mysql pgsql sqlite tcp socketmap memcache mongodb nis nisplus netinfo environ internal'.split(' '),
);
const KNOWN =
  'hash, btree, lmdb, cdb, dbm, texthash, pcre, regexp, cidr, static, inline, unionmap, pipemap, randmap, fail, unix, ldap';
const NESTING_LIMIT = 20;

interface Opening extends OpenTableOptions {
  readonly source: SourcePosition;
  readonly depth: number;
}

/**
 * Throws ConfigurationError `table` with every problem: `unknown-map-type`, `no-accounts`, `no-ldap`, `missing-map`,
 * `bad-inline`, `no-random`, `nested-maps`, and those of the text, which come with its own file and lines.
 */
export function openTable(name: string, options: OpenTableOptions): Table {
  return open(name, { source: { file: name }, ...options, depth: 0 });
}

/**
 * Several names, or `hash:a, hash:b`: the first answer counts. Throws as `openTable` does, with the problems of all.
 */
export function openTableList(names: string | readonly string[], options: OpenTableOptions): Table {
  const words = typeof names === 'string' ? splitWords(names) : names;
  const source = options.source ?? { file: typeof names === 'string' ? names : names.join(', ') };
  if (words.length === 0) refuse('bad-map-name', 'expected "type:name"', { source }, '');
  const tables = openAll(words, { source, ...options, depth: 0 });
  const [first, ...others] = tables;
  return first !== undefined && others.length === 0 ? first : tableList(...tables);
}

/** `type` and what it is followed by, of a name without `proxy:`. */
export function splitTableName(
  name: string,
  defaultType = 'hash',
): { readonly type: string; readonly rest: string; readonly plain: string } {
  const plain = name.startsWith('proxy:') ? name.slice('proxy:'.length) : name;
  const colon = plain.indexOf(':');
  const typed = /^[A-Za-z0-9_-]{1,40}:/.test(plain);
  return typed
    ? { type: plain.slice(0, colon), rest: plain.slice(colon + 1), plain }
    : { type: defaultType, rest: plain, plain };
}

function open(name: string, opening: Opening): Table {
  const { type, rest, plain } = splitTableName(name, opening.defaultType);
  if (opening.depth > NESTING_LIMIT) refuse('nested-maps', `tables nest at most ${NESTING_LIMIT} deep`, opening, name);
  if (rest === '') refuse('bad-map-name', 'expected "type:name"', opening, name);
  if (indexedTypes.has(type)) return indexed(type, rest, plain, opening);
  switch (type) {
    case 'pcre':
    case 'regexp':
      return openRules(type, rest, opening);
    case 'cidr': {
      const { text, file } = ruleText(type, rest, opening);
      return warned(cidrTable(text, { file }), opening);
    }
    case 'static':
      return staticTable(staticValue(rest, opening));
    case 'inline':
      return warned(inlineText(rest, opening), opening);
    case 'fail':
      return failTable(`the table fail:${rest} never has an answer`);
    case 'randmap':
      return randomly(bracedElements(rest, 'randmap:{ value, ... }', opening.source), opening, name);
    case 'unionmap':
      return unionTable(...members(type, rest, opening));
    case 'pipemap':
      return pipeTable(...members(type, rest, opening));
    case 'unix':
      return accounts(rest, opening, name);
    case 'ldap':
      return directory(rest, opening, name);
    default:
      return unknown(type, opening, name);
  }
}

/** `pcre:` or `regexp:`, from a file or inline, as the table of rules that header and body checks take. */
export function openRules(
  type: 'pcre' | 'regexp',
  rest: string,
  options: OpenTableOptions & { readonly source: SourcePosition },
): RuleTable {
  const { text, file } = ruleText(type, rest, options);
  const { patterns, trusted } = options;
  const isTrusted = trusted?.tables.includes(`${type}:${rest}`) === true;
  return (type === 'pcre' ? pcreTable : regexpTable)(text, {
    ...patterns,
    ...(isTrusted && { trusted: trusted.engine }),
    file,
  });
}

function ruleText(
  type: string,
  rest: string,
  options: OpenTableOptions & { readonly source: SourcePosition },
): { readonly text: string | Uint8Array; readonly file: string } {
  if (!rest.startsWith('{')) {
    const { bytes, file } = read(rest, options, `${type}:${rest}`);
    return { text: bytes, file };
  }
  const { source } = options;
  const place = source.line === undefined ? '' : ` of ${source.file}:${source.line}`;
  return { text: inlineRules(rest, type, source), file: `${type}:{...}${place}` };
}

function indexed(type: string, path: string, name: string, opening: Opening): Table {
  const { bytes, file } = read(path, opening, name);
  if (opening.aliases?.(name) === true) return warned(aliasTable(bytes, { file }), opening);
  const { foldKeys = true } = opening;
  return warned(hashTable(bytes, { file, type, foldKeys }), opening);
}

function members(type: string, rest: string, opening: Opening): readonly Table[] {
  const names = bracedElements(rest, `${type}:{ type:name, ... }`, opening.source);
  return openAll(names, { ...opening, depth: opening.depth + 1 });
}

/** All, or the problems of all. */
function openAll(names: readonly string[], opening: Opening): readonly Table[] {
  const problems: Problem[] = [];
  const tables = names.flatMap((name) => {
    try {
      return [open(name, opening)];
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      for (const problem of error.problems) problems.push(problem);
      return [];
    }
  });
  refuseTable(problems);
  return tables;
}

function staticValue(rest: string, opening: Opening): string {
  if (!rest.startsWith('{')) return rest;
  const inner = unbrace(rest);
  return inner.kind === 'unbraced' ? inner.text : refuse('bad-inline', `static: ${inner.why}`, opening, rest);
}

function randomly(values: readonly string[], opening: Opening, name: string): Table {
  const { random } = opening;
  return random === undefined
    ? refuse('no-random', 'no source of random numbers was given for this table', opening, name)
    : randomTable(values, random);
}

function accounts(map: string, opening: Opening, name: string): Table {
  const { unix } = opening;
  if (unix === undefined) {
    return refuse('no-accounts', "the system's accounts are not given: name a map of users", opening, name);
  }
  return unix(map) ?? refuse('unknown-map-type', 'expected passwd.byname or group.byname', opening, name);
}

function directory(rest: string, opening: Opening, name: string): Table {
  const { ldap, mainCf, foldKeys = true, depth, source } = opening;
  if (ldap === undefined) {
    return refuse('no-ldap', 'no directory is asked here: give the option `ldap`, who searches for it', opening, name);
  }
  const domainFiles = {
    table: (one: string, at: SourcePosition) => open(one, { ...opening, source: at, depth: depth + 1 }),
    read: (path: string, at: SourcePosition) => read(path, { ...opening, source: at }, path),
  };
  const options = { ldap, foldKeys, domainFiles };
  // As Postfix tells them apart.
  if (/^[/.]/.test(rest)) {
    const { bytes, file } = read(rest, opening, name);
    return warned(ldapTable(bytes, { ...options, file }), opening);
  }
  if (mainCf === undefined) {
    return refuse('bad-map-name', 'expected a path that begins with "/" or "."', opening, name);
  }
  const parameters: LdapParameters = (parameter) => mainCf(`${rest}_${parameter}`);
  return warned(ldapTableOfMainCf(parameters, { ...options, file: rest, source }), opening);
}

function unknown(type: string, opening: Opening, name: string): never {
  const why = elsewhere.has(type) ? 'tables of this type are not read here' : 'no such type of table';
  return refuse('unknown-map-type', `${why}; expected ${KNOWN}`, opening, name);
}

function read(
  path: string,
  { files, source }: Pick<Opening, 'files' | 'source'>,
  name: string,
): Extract<FileRead, { kind: 'read' }> {
  const answer = files.read(path);
  if (answer.kind === 'read') return answer;
  return refuse('missing-map', `the file ${answer.file} cannot be read (${answer.why})`, { source }, name);
}

function warned<T extends Table & { readonly warnings: readonly Problem[] }>(table: T, { onWarning }: Opening): T {
  for (const warning of table.warnings) onWarning?.(warning);
  return table;
}

function refuse(code: string, message: string, { source }: Pick<Opening, 'source'>, construct: string): never {
  const problem = tableProblem(code, message, source, construct === source.file ? undefined : construct);
  throw new ConfigurationError('table', [problem]);
}
