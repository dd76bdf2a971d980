/**
 * The maps that main.cf names, by the opener of src/tables. A map that cannot be loaded is a problem with the line of
 * main.cf that names it; what is wrong inside it comes with its own file and lines. Each map is loaded once, each
 * problem told once.
 */
import type { Table } from '../core/table.js';
import { splitWords, unbrace } from '../tables/braces.js';
import type { HashTable } from '../tables/hash-table.js';
import { type OpenTableOptions, openRules, openTable, splitTableName, tableList } from '../tables/index.js';
import type { LdapParameters } from '../tables/ldap/parameters.js';
import type { RuleTable } from '../tables/regex/index.js';
import { decodeText } from '../values/bytes.js';
import { isConfigurationError, type Problem, renderProblem, type SourcePosition } from '../values/errors.js';
import type { PostfixFiles } from './files.js';
import { joinedRules } from './joined-rules.js';

/**
 * What tables need that is not in the folder: an engine for patterns, the tables that are trusted, random numbers
 * (without them randmap: is refused), the system's accounts. With `unix` (`systemAccounts()`) local_recipient_maps has
 * Postfix's default, and who has no account has no mailbox; without it every local recipient is taken, unless a map
 * says who is one. `ldap` makes what searches for an `ldap:` table and is called for each of them (`ldapTables()` of
 * adapters/ldap has one, by which tables with the same servers share connections); without it `ldap:` is refused.
 */
export type MapOptions = Pick<OpenTableOptions, 'patterns' | 'trusted' | 'random' | 'unix' | 'defaultType' | 'ldap'>;

/** `problems` grow as maps are asked for. */
export class Maps {
  readonly problems: Problem[] = [];
  /** What postmap would have warned of: keys given twice, keys that end in a colon. */
  readonly warnings: Problem[] = [];
  /** Where a map is named that could not be loaded, and which. */
  readonly failed: (readonly [SourcePosition, string])[] = [];
  readonly #files: PostfixFiles;
  readonly #options: MapOptions & Pick<OpenTableOptions, 'mainCf'>;
  readonly #loaded = new Map<string, Table | undefined>();
  readonly #rules = new Map<string, RuleTable | undefined>();
  readonly #aliases = new Set<string>();
  readonly #pushed = new Set<string>();

  /** `mainCf`: the parameters of `ldap:` tables that have no file of their own. */
  constructor(files: PostfixFiles, options: MapOptions = {}, mainCf?: LdapParameters) {
    this.#files = files;
    this.#options = { ...options, ...(mainCf && { mainCf }) };
  }

  /** Says which files are written as aliases(5): lists like local_recipient_maps name them by the same `hash:`. */
  knowAliases(value: string): void {
    for (const name of splitWords(value)) {
      const { type, rest, plain } = splitTableName(name, this.#options.defaultType);
      const inner = type === 'unionmap' || type === 'pipemap' ? unbrace(rest) : undefined;
      if (inner?.kind === 'unbraced') this.knowAliases(inner.text);
      // The source of texthash: is read by Postfix itself, in postmap's form.
      else if (type !== 'texthash') this.#aliases.add(plain);
    }
  }

  /** The tables of a list, asked one after the other; undefined for an empty list, or one of which none could be
   * loaded. */
  list(value: string, source: SourcePosition): Table | undefined {
    const tables = splitWords(value).map((name) => this.one(name, source));
    const good = tables.filter((table) => table !== undefined);
    const [first, ...others] = good;
    return first === undefined || others.length === 0 ? first : tableList(...good);
  }

  one(written: string, source: SourcePosition): Table | undefined {
    const { plain } = splitTableName(written, this.#options.defaultType);
    const table = this.#once(this.#loaded, plain, () => openTable(plain, this.#opening(source)));
    if (table === undefined) this.failed.push([source, written]);
    return table;
  }

  /** For header_checks and body_checks: their tables must be of patterns. */
  rules(value: string, source: SourcePosition): RuleTable | undefined {
    const good = splitWords(value)
      .map((written) => this.#rulesOf(written, source))
      .filter((table) => table !== undefined);
    return good.length > 1 ? joinedRules(good) : good[0];
  }

  /** The domains that are keys of an indexed or inline map: what `virtual_alias_domains = $virtual_alias_maps` is. */
  domainKeys(written: string, source: SourcePosition): readonly string[] {
    const table = this.one(written, source) as (Table & Partial<Pick<HashTable, 'keys'>>) | undefined;
    return [...(table?.keys?.() ?? [])].filter((key) => key.includes('.') && !key.includes('@'));
  }

  text(path: string, source: SourcePosition): string | undefined {
    const read = this.#files.read(path);
    if (read.kind === 'read') return decodeText(read.bytes);
    const message = `the file ${read.file} cannot be read (${read.why})`;
    this.#push({ code: 'missing-map', message, source, construct: path });
    return undefined;
  }

  /** Every table that was asked for, as `type:name`; those in unionmap: and pipemap: too. */
  named(): readonly string[] {
    const inside = (name: string): readonly string[] => {
      const { type, rest, plain } = splitTableName(name, this.#options.defaultType);
      const inner = type === 'unionmap' || type === 'pipemap' ? unbrace(rest) : undefined;
      return inner?.kind === 'unbraced' ? [plain, ...splitWords(inner.text).flatMap(inside)] : [plain];
    };
    return [...this.#loaded.keys(), ...this.#rules.keys()].flatMap(inside);
  }

  #rulesOf(written: string, source: SourcePosition): RuleTable | undefined {
    const { type, rest, plain } = splitTableName(written, this.#options.defaultType);
    if (type === 'pcre' || type === 'regexp') {
      const rules = this.#once(this.#rules, plain, () => openRules(type, rest, this.#opening(source)));
      if (rules === undefined) this.failed.push([source, written]);
      return rules;
    }
    const message = 'a table of patterns is expected, pcre or regexp';
    this.#push({ code: 'wrong-map-type', message, source, construct: written });
    return undefined;
  }

  #opening(source: SourcePosition): OpenTableOptions & { readonly source: SourcePosition } {
    return {
      ...this.#options,
      files: this.#files,
      source,
      aliases: (name) => this.#aliases.has(name),
      onWarning: (warning) => this.warnings.push(warning),
    };
  }

  /** A map that two parameters name is loaded once. */
  #once<T extends Table>(known: Map<string, T | undefined>, name: string, load: () => T): T | undefined {
    if (known.has(name)) return known.get(name);
    let table: T | undefined;
    try {
      table = load();
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      for (const problem of error.problems) this.#push(problem);
    }
    known.set(name, table);
    return table;
  }

  #push(problem: Problem): void {
    const shown = renderProblem(problem);
    if (this.#pushed.has(shown)) return;
    this.#pushed.add(shown);
    this.problems.push(problem);
  }
}
