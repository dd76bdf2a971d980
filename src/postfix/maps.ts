/**
 * Postfix's `type:name` maps as tables: pcre, regexp, hash, btree, lmdb and texthash (all from their source text), cidr,
 * static, inline, unionmap. `proxy:` in front means nothing here. A map that cannot be loaded is a problem with the line
 * of main.cf that names it; what is wrong inside it comes with its own file and lines.
 */
import type { Table } from '../core/table.js';
import {
  aliasTable,
  cidrTable,
  hashTable,
  inlineTable,
  logicalLines,
  staticTable,
  tableList,
  unionTable,
} from '../tables/index.js';
import { pcreTable, type RuleTable, regexpTable } from '../tables/regex/index.js';
import { decodeText } from '../values/bytes.js';
import { isConfigurationError, type Problem, renderProblem, type SourcePosition } from '../values/errors.js';
import type { PostfixFiles } from './files.js';
import { splitList } from './lists.js';

const INDEXED: readonly string[] = ['hash', 'btree', 'lmdb', 'texthash', 'dbm', 'cdb', 'sdbm'];
const ELSEWHERE: ReadonlySet<string> = new Set(
  'ldap mysql pgsql sqlite tcp socketmap memcache mongodb nis nisplus netinfo unix environ pipemap randmap fail'.split(
    ' ',
  ),
);
const KNOWN = 'pcre, regexp, hash, btree, lmdb, texthash, cidr, static, inline, unionmap';

/** Loads each map once. `problems` grow as maps are asked for. */
export class Maps {
  readonly problems: Problem[] = [];
  /** What postmap would have warned of: keys given twice, keys that end in a colon. */
  readonly warnings: Problem[] = [];
  readonly #files: PostfixFiles;
  readonly #loaded = new Map<string, Table | undefined>();
  readonly #aliases = new Set<string>();
  readonly #pushed = new Set<string>();

  constructor(files: PostfixFiles) {
    this.#files = files;
  }

  /** Says which files are written as aliases(5): lists like local_recipient_maps name them by the same `hash:`. */
  knowAliases(value: string): void {
    for (const name of splitList(value)) this.#aliases.add(withoutProxy(name));
  }

  /** The tables of a list, asked one after the other; undefined for an empty list, or one of which none could be loaded. */
  list(value: string, source: SourcePosition): Table | undefined {
    const tables = splitList(value).map((name) => this.one(name, source));
    const good = tables.filter((table) => table !== undefined);
    const [first, ...others] = good;
    return first === undefined || others.length === 0 ? first : tableList(...good);
  }

  one(written: string, source: SourcePosition): Table | undefined {
    const name = withoutProxy(written);
    const known = this.#loaded.get(name);
    if (known !== undefined || this.#loaded.has(name)) return known;
    const table = this.#guarded(written, source, () => this.#load(name, source));
    this.#loaded.set(name, table);
    return table;
  }

  /** For header_checks and body_checks: their tables must be of patterns. */
  rules(value: string, source: SourcePosition): RuleTable | undefined {
    const tables = splitList(value).map((written) => {
      const { type, rest } = typeAndName(withoutProxy(written));
      if (type !== 'pcre' && type !== 'regexp') {
        this.#add('wrong-map-type', 'a table of patterns is expected, pcre or regexp', source, written);
        return undefined;
      }
      return this.#guarded(written, source, () => this.#patterns(type, rest, source));
    });
    const good = tables.filter((table) => table !== undefined);
    return good.length > 1 ? joined(good) : good[0];
  }

  /** The domains that are keys of an indexed map: what `virtual_alias_domains = $virtual_alias_maps` means. */
  domainKeys(written: string, source: SourcePosition): readonly string[] {
    const { type, rest } = typeAndName(withoutProxy(written));
    if (!INDEXED.includes(type)) {
      this.#add(
        'wrong-map-type',
        'domains can be listed from hash, btree, lmdb or texthash maps only: name them',
        source,
        written,
      );
      return [];
    }
    const text = this.#text(rest, source);
    if (text === undefined) return [];
    const keys = logicalLines(text).map((line) => /^"?([^\s"]{1,255})/.exec(line.text)?.[1] ?? '');
    return [...new Set(keys.map((key) => key.toLowerCase()))].filter((key) => key.includes('.') && !key.includes('@'));
  }

  text(path: string, source: SourcePosition): string | undefined {
    return this.#text(path, source);
  }

  #load(name: string, source: SourcePosition): Table | undefined {
    const { type, rest } = typeAndName(name);
    if (type === 'static') return staticTable(unbraced(rest));
    if (type === 'inline') return this.#inline(rest, source);
    if (type === 'unionmap') return this.#union(rest, source);
    if (type === 'pcre' || type === 'regexp') return this.#patterns(type, rest, source);
    if (type === 'cidr') return this.#fromText(rest, source, (text, file) => cidrTable(text, { file }));
    if (INDEXED.includes(type)) {
      const isAliases = this.#aliases.has(name);
      return this.#fromText(rest, source, (text, file) => {
        const table = isAliases ? aliasTable(text, { file }) : hashTable(text, { file, type });
        for (const warning of table.warnings) this.warnings.push(warning);
        return table;
      });
    }
    const why = ELSEWHERE.has(type) ? 'tables of this type are not read here yet' : 'no such type of table';
    this.#add('unknown-map-type', `${why}; expected ${KNOWN}`, source, name);
    return undefined;
  }

  #fromText(path: string, source: SourcePosition, make: (text: string, file: string) => Table): Table | undefined {
    const read = this.#bytes(path, source);
    return read === undefined ? undefined : make(decodeText(read.bytes), read.file);
  }

  #patterns(type: 'pcre' | 'regexp', path: string, source: SourcePosition): RuleTable | undefined {
    const read = this.#bytes(path, source);
    if (read === undefined) return undefined;
    const { bytes, file } = read;
    return type === 'pcre' ? pcreTable(bytes, { file }) : regexpTable(bytes, { file });
  }

  /** `inline:{ key=value, { key = text with spaces } }`. */
  #inline(rest: string, source: SourcePosition): Table | undefined {
    const record: Record<string, string> = {};
    for (const element of splitList(unbraced(rest))) {
      const text = unbraced(element);
      const equals = text.indexOf('=');
      const key = text.slice(0, Math.max(equals, 0)).trim();
      if (key === '') this.#add('bad-inline', 'expected inline:{ key=value, ... }', source, element);
      else Object.defineProperty(record, key, { value: text.slice(equals + 1).trim(), enumerable: true });
    }
    return inlineTable(record);
  }

  #union(rest: string, source: SourcePosition): Table {
    const tables = splitList(unbraced(rest)).map((name) => this.one(name, source));
    return unionTable(...tables.filter((table) => table !== undefined));
  }

  #text(path: string, source: SourcePosition): string | undefined {
    const read = this.#bytes(path, source);
    return read === undefined ? undefined : decodeText(read.bytes);
  }

  #bytes(path: string, source: SourcePosition): { readonly bytes: Uint8Array; readonly file: string } | undefined {
    const read = this.#files.read(path);
    if (read.kind === 'read') return read;
    this.#add('missing-map', `the file ${read.file} cannot be read (${read.why})`, source, path);
    return undefined;
  }

  #guarded<T>(written: string, source: SourcePosition, load: () => T | undefined): T | undefined {
    try {
      return load();
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      const own = error.problems.map((one) =>
        one.source === undefined ? { ...one, source, construct: written } : one,
      );
      for (const problem of own) this.#push(problem);
      return undefined;
    }
  }

  #add(code: string, message: string, source: SourcePosition, construct: string): void {
    this.#push({ code, message, source, construct });
  }

  /** A map that two parameters name is wrong once. */
  #push(problem: Problem): void {
    const shown = renderProblem(problem);
    if (this.#pushed.has(shown)) return;
    this.#pushed.add(shown);
    this.problems.push(problem);
  }
}

function withoutProxy(name: string): string {
  return name.startsWith('proxy:') ? name.slice('proxy:'.length) : name;
}

function typeAndName(name: string): { readonly type: string; readonly rest: string } {
  const colon = name.indexOf(':');
  return colon < 0
    ? { type: '', rest: name }
    : { type: name.slice(0, colon).toLowerCase(), rest: name.slice(colon + 1) };
}

function unbraced(text: string): string {
  return text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1).trim() : text;
}

/** Several tables as one: the first rule that matches, in the order of the tables. */
function joined(tables: readonly RuleTable[]): RuleTable {
  const starts: number[] = [];
  let count = 0;
  for (const table of tables) {
    starts.push(count);
    count += table.rules.length;
  }
  const firstMatch =
    (matchers: readonly (Pick<RuleTable, 'match'> | undefined)[]): RuleTable['match'] =>
    (text, folded) => {
      for (const [at, matcher] of matchers.entries()) {
        const match = matcher?.match(text, folded);
        if (match !== undefined) return { ...match, index: match.index + (starts[at] ?? 0) };
      }
      return undefined;
    };
  return {
    kind: 'rule-table',
    patterns: true,
    name: tables.map((table) => table.name).join(', '),
    rules: tables.flatMap((table) => table.rules),
    lookup: tableList(...tables).lookup,
    match: firstMatch(tables),
    within: (folded) => {
      const parts = tables.map((table) => table.within(folded));
      return parts.every((part) => part === undefined) ? undefined : { match: firstMatch(parts) };
    },
  };
}
