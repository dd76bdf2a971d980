/**
 * The source text of Postfix's indexed tables (hash, btree, lmdb, texthash; postmap(1)): `key white space value`, one a
 * logical line, a key with white space in double quotes. Keys are compared in lower case. Where postmap ignores a
 * line with a warning, loading fails here, with every such line; where it only warns, `warnings` has it. The aliases(5)
 * form with its colon is in alias-table.ts.
 */
import type { TableEntry } from '../core/table.js';
import { found, notFound } from '../values/answer.js';
import type { Problem } from '../values/errors.js';
import { logicalLines } from './logical-lines.js';
import { type EnumerableTable, refuseTable, tableProblem } from './memory-table.js';
import { isSpace, skipSpace } from './white-space.js';

export interface HashTableOptions {
  /** The file the text comes from: in problems, in traces, and in the table's name. */
  readonly file: string;
  /** Names the kind of table in traces. Default `hash`. */
  readonly type?: string;
  /** Compare keys in lower case, as Postfix does for `hash:`. Default true. */
  readonly foldKeys?: boolean;
}

export interface HashTable extends EnumerableTable {
  readonly size: number;
  /** `duplicate-key` (the first entry counts, as in postmap) and `alias-format` (a key that ends in a colon). */
  readonly warnings: readonly Problem[];
}

/** Throws ConfigurationError `table` with every `unbalanced-quotes`, `no-value` and `leading-space`. */
export function hashTable(text: string, options: HashTableOptions): HashTable {
  const { file, type = 'hash', foldKeys = true } = options;
  const entries = new Map<string, TableEntry>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { text: line, line: number } of logicalLines(text)) {
    const source = { file, line: number };
    const fault = (code: string, message: string): void =>
      void problems.push(tableProblem(code, message, source, line));
    const keyEnd = endOfKey(line);
    if (isSpace(line.charCodeAt(0))) {
      fault('leading-space', 'a line that begins with white space has nothing to continue here');
    } else if (keyEnd === undefined) {
      fault('unbalanced-quotes', 'a double quote in the key has no partner');
    } else if (keyEnd === line.length) {
      fault('no-value', 'expected "key white space value"');
    } else {
      const written = line.slice(0, keyEnd);
      const key = foldKeys ? written.toLowerCase() : written;
      if (key.endsWith(':')) warnings.push(tableProblem('alias-format', 'the key ends in a colon', source, written));
      if (entries.has(key))
        warnings.push(tableProblem('duplicate-key', 'duplicate key, the first counts', source, key));
      else entries.set(key, { value: line.slice(skipSpace(line, keyEnd)), source });
    }
  }
  refuseTable(problems);
  return {
    name: `${type}:${file}`,
    size: entries.size,
    warnings,
    lookup: (key) => {
      const entry = entries.get(foldKeys ? key.toLowerCase() : key);
      return entry === undefined ? notFound() : found(entry);
    },
    entries: () => entries.values(),
  };
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
