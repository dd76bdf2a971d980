/**
 * The text of aliases(5): `name: value1, value2`, one a logical line, a name with white space or a colon in double
 * quotes. Names are compared in lower case. What the values mean is for who uses the table (stages/routing).
 */
import type { TableEntry } from '../core/table.js';
import { found, notFound } from '../values/answer.js';
import type { Problem } from '../values/errors.js';
import type { HashTable, HashTableOptions } from './hash-table.js';
import { logicalLines } from './logical-lines.js';
import { refuseTable, tableProblem } from './memory-table.js';
import { isSpace, skipSpace, trimEnd } from './white-space.js';

/**
 * Throws ConfigurationError `table` with every `no-name`, `no-colon`, `no-value` and `leading-space`. A name given twice
 * is a warning and the first counts, as postalias has it.
 */
export function aliasTable(text: string, options: Pick<HashTableOptions, 'file'>): HashTable {
  const { file } = options;
  const entries = new Map<string, TableEntry>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { text: line, line: number } of logicalLines(text)) {
    const source = { file, line: number };
    const fault = (code: string, message: string): void =>
      void problems.push(tableProblem(code, message, source, line));
    const read = readName(line);
    if (isSpace(line.charCodeAt(0)))
      fault('leading-space', 'a line that begins with white space has nothing to continue here');
    else if (read === undefined) fault('no-colon', 'expected "name: value", the name without white space or in quotes');
    else if (read.name === '') fault('no-name', 'expected a name before the colon');
    else if (read.end === line.length) fault('no-value', 'expected an address, a name or a list behind the colon');
    else if (entries.has(read.name))
      warnings.push(tableProblem('duplicate-key', 'duplicate name, the first counts', source, read.name));
    else entries.set(read.name, { value: line.slice(read.end), source });
  }
  refuseTable(problems);
  return {
    name: `aliases:${file}`,
    size: entries.size,
    warnings,
    lookup: (key) => {
      const entry = entries.get(key.toLowerCase());
      return entry === undefined ? notFound() : found(entry);
    },
    entries: () => entries.values(),
  };
}

/** The name without its quotes, and where the value begins. */
function readName(line: string): { readonly name: string; readonly end: number } | undefined {
  if (!line.startsWith('"')) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? '' : trimEnd(line.slice(0, colon));
    if (colon < 0 || [...name].some((c) => isSpace(c.charCodeAt(0)))) return undefined;
    return { name: name.toLowerCase(), end: skipSpace(line, colon + 1) };
  }
  let name = '';
  let at = 1;
  for (; at < line.length && line.charAt(at) !== '"'; at++) {
    if (line.charAt(at) === '\\') at++;
    name += line.charAt(at);
  }
  const colon = skipSpace(line, at + 1);
  if (at >= line.length || line.charAt(colon) !== ':') return undefined;
  return { name: name.toLowerCase(), end: skipSpace(line, colon + 1) };
}
