/**
 * The text of aliases(5): `name: value1, value2`, one a logical line, a name with white space or a colon in double
 * quotes. Names are compared in lower case. What the values mean is for who uses the table (stages/routing).
 */
import type { TableEntry } from '../core/table.js';
import { foldCase } from './case-fold.js';
import { type HashTable, type HashTableOptions, keyedTable } from './hash-table.js';
import { refuseTable, tableProblem } from './memory-table.js';
import { sourceLines } from './source-text.js';
import { findSpace, isSpace, skipSpace, trimEnd } from './white-space.js';

/**
 * Throws ConfigurationError `table` with every `no-name`, `no-colon`, `no-value`, `leading-space` and `nul`. A name given twice
 * is a warning and the first counts, as postalias has it.
 */
export function aliasTable(text: string | Uint8Array, options: Pick<HashTableOptions, 'file'>): HashTable {
  const { file } = options;
  const entries = new Map<string, TableEntry>();
  const lines = sourceLines(text, file);
  const problems = [...lines.problems];
  const warnings = [...lines.warnings];
  for (const { text: line, line: number } of lines.lines) {
    const source = { file, line: number };
    const fault = (code: string, message: string): void =>
      void problems.push(tableProblem(code, message, source, line));
    const read = readName(line);
    if (isSpace(line.charCodeAt(0)))
      fault('leading-space', 'a line that begins with white space has nothing to continue here');
    else if (read === undefined)
      fault('no-colon', 'expected "name: value"; the name is local, or stands in double quotes');
    else if (read.name === '') fault('no-name', 'expected a name before the colon');
    else if (read.end === line.length) fault('no-value', 'expected an address, a name or a list behind the colon');
    else if (entries.has(read.name))
      warnings.push(tableProblem('duplicate-key', 'duplicate name, the first counts', source, read.name));
    else entries.set(read.name, { value: line.slice(read.end), source });
  }
  refuseTable(problems);
  return keyedTable(`aliases:${file}`, entries, foldCase, warnings);
}

/** The name without its quotes, and where the value begins. */
function readName(line: string): { readonly name: string; readonly end: number } | undefined {
  if (line.startsWith('"')) return readQuotedName(line);
  const colon = line.indexOf(':');
  const name = trimEnd(line.slice(0, Math.max(colon, 0)));
  // What makes an address: a name is local, and stands in quotes where it holds these.
  if (colon < 0 || /[@,"()<>\\]/.test(name)) return undefined;
  return { name: foldCase(words(name).join(' ')), end: skipSpace(line, colon + 1) };
}

function readQuotedName(line: string): { readonly name: string; readonly end: number } | undefined {
  let name = '';
  let at = 1;
  for (; at < line.length && line.charAt(at) !== '"'; at++) {
    if (line.charAt(at) === '\\') at++;
    name += line.charAt(at);
  }
  const colon = skipSpace(line, at + 1);
  if (at >= line.length || line.charAt(colon) !== ':') return undefined;
  return { name: foldCase(name), end: skipSpace(line, colon + 1) };
}

function words(text: string): readonly string[] {
  const out: string[] = [];
  for (let at = skipSpace(text, 0); at < text.length; ) {
    const end = findSpace(text, at);
    out.push(text.slice(at, end));
    at = skipSpace(text, end);
  }
  return out;
}
