/**
 * The source text of indexed tables, as postmap(1) reads it: `key white space value`, one a logical line; a key with white
 * space in it stands in double quotes, which stay part of the key. No database file is ever read. `hash`, `btree`, `lmdb`,
 * `cdb`, `dbm` and `texthash` do not differ in their answers: of a key given twice, the first line counts in all of them.
 * Where postmap warns that it leaves a line out, there is a problem here, and the table does not load.
 */
import type { TableEntry } from '../core/table.js';
import { found, notFound } from '../values/answer.js';
import type { Problem } from '../values/errors.js';
import { foldCase } from './case-fold.js';
import { type EnumerableTable, refuseTable, tableProblem } from './memory-table.js';
import { sourceLines } from './source-text.js';
import { isSpace, skipSpace } from './white-space.js';

export interface HashTableOptions {
  /** The file the text comes from: in problems, in traces, and in the table's name. */
  readonly file: string;
  /** Names the kind of table in traces. Default `hash`. */
  readonly type?: string;
  /** Compare keys without regard to letter case, as Postfix does for `hash:`. Default true. */
  readonly foldKeys?: boolean;
}

export interface HashTable extends EnumerableTable {
  readonly size: number;
  /** As they are compared, in the order of the text. */
  keys(): Iterable<string>;
  /** `duplicate-key` (the first entry counts, as in postmap), `alias-format` (a key that ends in a colon), `not-utf8`. */
  readonly warnings: readonly Problem[];
}

/** Octets count as UTF-8. Throws ConfigurationError `table` with every `unbalanced-quotes`, `no-value`, `leading-space` and `nul`. */
export function hashTable(text: string | Uint8Array, options: HashTableOptions): HashTable {
  const { file, type = 'hash', foldKeys = true } = options;
  const fold = foldKeys ? foldCase : (key: string): string => key;
  const entries = new Map<string, TableEntry>();
  const source = sourceLines(text, file);
  const problems = [...source.problems];
  const warnings = [...source.warnings];
  for (const { text: line, line: number } of source.lines) {
    const place = { file, line: number };
    const end = endOfKey(line);
    const fault = faultOf(line, end);
    if (fault !== undefined || end === undefined) {
      problems.push(tableProblem(fault?.code ?? '', fault?.message ?? '', place, line));
      continue;
    }
    const key = fold(line.slice(0, end));
    if (key.endsWith(':')) {
      const message = 'the key ends in a colon: is this a file of aliases?';
      warnings.push(tableProblem('alias-format', message, place, line.slice(0, end)));
    }
    if (entries.has(key)) warnings.push(tableProblem('duplicate-key', 'duplicate key, the first counts', place, key));
    else entries.set(key, { value: line.slice(skipSpace(line, end)), source: place });
  }
  refuseTable(problems);
  return keyedTable(`${type}:${file}`, entries, fold, warnings);
}

/** A table of exact keys. `entries` are by folded key. */
export function keyedTable(
  name: string,
  entries: ReadonlyMap<string, TableEntry>,
  fold: (key: string) => string,
  warnings: readonly Problem[],
): HashTable {
  return {
    name,
    size: entries.size,
    warnings,
    lookup: (key) => {
      const entry = entries.get(fold(key));
      return entry === undefined ? notFound() : found(entry);
    },
    entries: () => entries.values(),
    keys: () => entries.keys(),
  };
}

function faultOf(
  line: string,
  keyEnd: number | undefined,
): { readonly code: string; readonly message: string } | undefined {
  if (isSpace(line.charCodeAt(0))) {
    return { code: 'leading-space', message: 'a line that begins with white space has nothing to continue here' };
  }
  if (keyEnd === undefined) return { code: 'unbalanced-quotes', message: 'a double quote in the key has no partner' };
  return keyEnd === line.length ? { code: 'no-value', message: 'expected "key white space value"' } : undefined;
}

/** The index of the first white space outside quotes; undefined where a quote is left open. A backslash takes the next character. */
function endOfKey(line: string): number | undefined {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) quoted = !quoted;
    else if (!quoted && isSpace(code)) return at;
  }
  return quoted ? undefined : line.length;
}
