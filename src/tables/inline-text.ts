/**
 * Tables that stand in their own name (DATABASE_README, pcre_table(5) "INLINE SPECIFICATION"): `inline:{ key=value, { key =
 * text, with commas } }`, and the rules of `pcre:{ {rule}, {rule} }`, also of regexp and cidr, as the lines of a file.
 */
import type { TableEntry } from '../core/table.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import { splitWords, unbrace } from './braces.js';
import { foldCase } from './case-fold.js';
import { type HashTable, keyedTable } from './hash-table.js';
import { refuseTable, tableProblem } from './memory-table.js';
import { isSpace, skipSpace } from './white-space.js';

export interface InlineTextOptions {
  /** Where the name of the table is written; it is the source of its entries. */
  readonly source: SourcePosition;
  /** Default true. */
  readonly foldKeys?: boolean;
}

/**
 * `{ key=value, ... }`. Throws ConfigurationError `table` with every `bad-inline`. Of a key given twice the last counts, as
 * in Postfix (`duplicate-key`, a warning), and an empty value is one (`empty-value`, a warning: Postfix then says that an
 * empty result is not allowed).
 */
export function inlineText(text: string, { source, foldKeys = true }: InlineTextOptions): HashTable {
  const fold = foldKeys ? foldCase : (key: string): string => key;
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const entries = new Map<string, TableEntry>();
  for (const element of bracedElements(text, 'inline:{ key=value, { key = text }, ... }', source)) {
    const read = readPair(element);
    if (typeof read === 'string') {
      problems.push(tableProblem('bad-inline', read, source, element));
      continue;
    }
    const key = fold(read.key);
    if (entries.has(key)) warnings.push(tableProblem('duplicate-key', 'duplicate key, the last counts', source, key));
    if (read.value === '') warnings.push(tableProblem('empty-value', 'the value is empty', source, element));
    entries.set(key, { value: read.value, source });
  }
  refuseTable(problems);
  return keyedTable('inline', entries, fold, warnings);
}

/** The rules of `{ {rule}, {rule} }`, one a line. Throws ConfigurationError `table` (`bad-inline`). */
export function inlineRules(text: string, type: string, source: SourcePosition): string {
  const outer = unbrace(text);
  const elements = outer.kind === 'unbraced' ? splitWords(outer.text) : [];
  const problems = outer.kind === 'unbraced' ? [] : [tableProblem('bad-inline', outer.why, source, text)];
  const rules = elements.map((element) => {
    const rule = unbrace(element);
    if (rule.kind === 'unbraced') return rule.text.replaceAll('\n', ' ');
    problems.push(tableProblem('bad-inline', `expected ${type}:{ {rule}, {rule}, ... }: ${rule.why}`, source, element));
    return '';
  });
  refuseTable(problems);
  return rules.map((rule) => `${rule}\n`).join('');
}

/** The words of `{...}`; at least one is needed. `form` is told in problems. */
export function bracedElements(text: string, form: string, source: SourcePosition): readonly string[] {
  const outer = unbrace(text);
  const elements = outer.kind === 'unbraced' ? splitWords(outer.text) : [];
  if (elements.length > 0) return elements;
  const why = outer.kind === 'unbraced' ? 'nothing between the braces' : outer.why;
  refuseTable([tableProblem('bad-inline', `${why}; expected ${form}`, source, text)]);
  return [];
}

/** `key=value`, or `{ key = text }`. A string says what is wrong. */
function readPair(element: string): { readonly key: string; readonly value: string } | string {
  const inner = element.startsWith('{') ? unbrace(element) : { kind: 'unbraced' as const, text: element };
  if (inner.kind === 'malformed') return inner.why;
  const { text } = inner;
  const end = endOfName(text);
  if (end === undefined) return 'a double quote in the key has no partner';
  const equals = skipSpace(text, end);
  if (end === 0) return 'expected a key before "="';
  if (text.charAt(equals) !== '=') return 'expected "=" behind the key';
  return { key: text.slice(0, end), value: text.slice(skipSpace(text, equals + 1)) };
}

/** The index of the first white space or `=` outside double quotes; undefined where a quote is left open. */
function endOfName(text: string): number | undefined {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) quoted = !quoted;
    else if (!quoted && (code === 0x3d || isSpace(code))) return at;
  }
  return quoted ? undefined : text.length;
}
