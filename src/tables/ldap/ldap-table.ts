/**
 * `ldap:` tables in the form of ldap_table(5), over the port LdapSearch: no connection is made here. A key that lacks
 * what the templates need (`%d` of a name without a domain) is not found and not searched for. An entry that is not
 * there is "not found" where search_base comes of the key; where it is fixed, and for anything else that goes wrong, it
 * is "could not tell".
 */
import type { MaybePromise, PortCall } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table, TableEntry } from '../../core/table.js';
import type { LdapQuery, LdapSearch, LdapTableServer } from '../../ports/ldap-search.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import type { Problem, SourcePosition } from '../../values/errors.js';
import { escapeDnValue, escapeFilterValue } from '../../values/ldap-names.js';
import { foldCase } from '../case-fold.js';
import { refuseTable, tableProblem } from '../memory-table.js';
import { type DomainList, type DomainListFiles, domainList } from './domain-list.js';
import { Lookup } from './lookup.js';
import { type LdapParameters, readParameters } from './parameters.js';
import { knownParameters, type LdapTableSettings, type ReadSettings, readSettings } from './settings.js';
import { fill, isDynamic, keyFits, partsOf } from './template.js';

/**
 * Makes what searches the servers of a table; `ldapTables` of adapters/ldap has one. `source`: where the table is named
 * or written.
 */
export type LdapOpener = (server: LdapTableServer, source: SourcePosition) => LdapSearch;

export interface LdapTableOptions {
  /** The file the text comes from: in problems, in traces, and in the table's name. */
  readonly file: string;
  readonly ldap: LdapOpener;
  /** Where the table is named, for problems with what is not set. Default: the file. */
  readonly source?: SourcePosition;
  /** Ask for keys in lower case. Default true, as Postfix does. */
  readonly foldKeys?: boolean;
  /** For tables and files in the list `domain`. Without it names of domains alone can stand there. */
  readonly domainFiles?: DomainListFiles;
}

export interface LdapTable extends Table {
  readonly server: LdapTableServer;
  /** `duplicate-parameter`, `unknown-parameter`, `ignored-parameter`, `fixed-filter`, `verified-anyway`,
   * `plaintext-password`, `not-utf8`. */
  readonly warnings: readonly Problem[];
}

/** A longer key is not asked for: no address and no name is. */
const KEY_LIMIT = 65_536;

/**
 * Octets count as UTF-8. Throws ConfigurationError `table` with every fault of the text, each with its line:
 * `leading-space`, `no-equals`, `bad-name`, `bad-number`, `bad-word`, `bad-server`, `no-base`, `bad-base`,
 * `bad-filter`, `bad-template`, `bad-attribute`, `no-attributes`, `no-password`, `start-tls`, `unsupported`,
 * `bad-domain`, `nul`.
 */
export function ldapTable(text: string | Uint8Array, options: LdapTableOptions): LdapTable {
  const { file } = options;
  const { parameters, ...written } = readParameters(text, file);
  const read = readSettings((name) => parameters.get(name), { file });
  const unknown = [...parameters]
    .filter(([name]) => !knownParameters.has(name))
    .map(([name, { source }]) =>
      tableProblem('unknown-parameter', 'ldap_table(5) has no such parameter', source, name),
    );
  const problems = [...written.problems, ...read.problems];
  const warnings = [...written.warnings, ...unknown, ...read.warnings];
  return made({ ...read, problems, warnings }, options);
}

/** The same from parameters of main.cf, `NAME_server_host` and so on; `file` of the options is the name. */
export function ldapTableOfMainCf(parameters: LdapParameters, options: LdapTableOptions): LdapTable {
  return made(readSettings(parameters, options.source ?? { file: options.file }), options);
}

function made({ settings, server, problems, warnings }: ReadSettings, options: LdapTableOptions): LdapTable {
  const { file, source = { file }, ldap, foldKeys = true, domainFiles } = options;
  refuseTable(problems);
  const { domain } = settings;
  const inDomains = domain === undefined ? undefined : domainList(domain.list, domain.source, domainFiles);
  const search = ldap(server, source);
  const lookup = (key: string, call?: PortCall): MaybePromise<Answer<TableEntry>> => {
    const folded = foldKeys ? foldCase(key) : key;
    return andThen(isAskedFor(folded, inDomains, call), (asked) =>
      asked.kind === 'found' ? find(settings, search, folded, file, call) : asked,
    );
  };
  return { name: `ldap:${file}`, server, warnings, lookup };
}

function isAskedFor(
  key: string,
  inDomains: DomainList | undefined,
  call: PortCall | undefined,
): MaybePromise<Answer<unknown>> {
  if (key === '' || key.length > KEY_LIMIT || key.includes('\0')) return notFound();
  if (inDomains === undefined) return found(true);
  const { user, domain } = partsOf(key);
  return user === '' || (domain ?? '') === '' ? notFound() : inDomains(domain ?? '', call);
}

function find(
  settings: LdapTableSettings,
  search: LdapSearch,
  text: string,
  file: string,
  call: PortCall | undefined,
): MaybePromise<Answer<TableEntry>> {
  const { base, filter, scope, attributes, sizeLimit } = settings;
  const key = partsOf(text);
  if (!keyFits(key, settings.needs)) return notFound();
  const query: LdapQuery = {
    base: fill(base, key, key, escapeDnValue),
    scope,
    filter: fill(filter, key, key, escapeFilterValue),
    attributes,
    sizeLimit,
  };
  return andThen(search.search(query, call), async (answer): Promise<Answer<TableEntry>> => {
    if (answer.kind === 'cannot-tell') return answer;
    if (answer.kind === 'not-found') {
      return isDynamic(base) ? notFound() : cannotTell(`there is no entry at the search_base ${query.base}`, false);
    }
    const lookup = new Lookup(settings, search, key, call);
    const fault = await lookup.add(answer.value);
    if (fault !== undefined) return fault;
    return lookup.result === '' ? notFound() : found({ value: lookup.result, source: { file } });
  });
}
