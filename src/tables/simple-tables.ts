/**
 * Small tables: `inline` (a record in the program), `static` (one value for every key), `fail` (never an answer),
 * `random` (one of several values, Postfix's randmap), `union` (all answers joined, unionmap), `pipe` (each answer is the
 * key of the next table, pipemap) and `list` (the first answer, "hash:a, hash:b"). See DATABASE_README.
 */

import type { MaybePromise, PortCall } from '../core/stage.js';
import { andThen } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import { type Answer, cannotTell, found, notFound } from '../values/answer.js';
import { ConfigurationError } from '../values/errors.js';
import { foldCase } from './case-fold.js';
import {
  type EnumerableTable,
  isMixedTable,
  isPatternTable,
  knownEntries,
  type MemoryTable,
  type MixedTable,
  type PatternTable,
  refuseTable,
  tableProblem,
} from './memory-table.js';

export interface InlineTableOptions {
  /** Default `inline`. */
  readonly name?: string;
  /** Compare keys in lower case. Default true. */
  readonly foldKeys?: boolean;
}

/** Throws ConfigurationError `table` for keys that differ in letter case alone (`duplicate-key`). */
export function inlineTable(
  record: Readonly<Record<string, string>>,
  options: InlineTableOptions = {},
): EnumerableTable {
  const { name = 'inline', foldKeys = true } = options;
  const fold = (key: string): string => (foldKeys ? foldCase(key) : key);
  const entries = new Map<string, TableEntry>();
  const twice = Object.keys(record).filter((key) => {
    const known = entries.has(fold(key));
    if (!known) entries.set(fold(key), { value: record[key] ?? '', source: { file: name } });
    return known;
  });
  refuseTable(
    twice.map((key) => tableProblem('duplicate-key', 'keys are compared in lower case', { file: name }, key)),
  );
  const lookup = (key: string): Answer<TableEntry> => {
    const entry = entries.get(fold(key));
    return entry === undefined ? notFound() : found(entry);
  };
  return { name, lookup, entries: () => entries.values() };
}

/** The same value for every key. */
export function staticTable(value: string): EnumerableTable {
  const name = `static:${value}`;
  const entry = { value, source: { file: name } };
  return { name, lookup: () => found(entry), entries: () => [entry] };
}

/** Could not tell, whatever the key: for tests, and in the place of a table that did not load. */
export function failTable(why: string, temporary = true): MemoryTable {
  return { name: 'fail', lookup: () => cannotTell(why, temporary) };
}

/** One of `values`, whatever the key. `random` gives numbers from 0 to below 1. Throws for no values (`no-value`). */
export function randomTable(values: readonly string[], random: () => number): EnumerableTable {
  const name = `randmap:{${values.join(', ')}}`;
  const entries = values.map((value) => ({ value, source: { file: name } }));
  const [first] = entries;
  if (first === undefined) throw new ConfigurationError('table', [{ code: 'no-value', message: 'randmap: no values' }]);
  const pick = (): TableEntry => entries[Math.floor(random() * entries.length)] ?? first;
  return { name, lookup: () => found(pick()), entries: () => entries };
}

/** The key goes to the first table, its answer to the next, and so on; the last answer counts. */
export function pipeTable(...tables: readonly Table[]): Table {
  const lookup = (key: string, call?: PortCall): MaybePromise<Answer<TableEntry>> => through(tables, key, call, 0);
  const name = `pipemap:{${tables.map((table) => table.name).join(', ')}}`;
  // As dict_pipe has it: what the first table is, is the whole.
  return { name, lookup, ...patternsIf(tables.slice(0, 1)) };
}

function through(
  tables: readonly Table[],
  key: string,
  call: PortCall | undefined,
  from: number,
): MaybePromise<Answer<TableEntry>> {
  const table = tables[from];
  if (table === undefined) return notFound();
  return andThen(table.lookup(key, call), (answer) =>
    answer.kind === 'found' && from + 1 < tables.length ? through(tables, answer.value.value, call, from + 1) : answer,
  );
}

/** All answers joined with commas, in the order of the tables. One that cannot tell makes the whole so. */
export function unionTable(...tables: readonly Table[]): Table {
  const lookup = (key: string, call?: PortCall): MaybePromise<Answer<TableEntry>> =>
    ask(tables, key, call, 0, [], (answers) => {
      const [first, ...others] = answers;
      if (first === undefined || others.length === 0) return first === undefined ? notFound() : found(first);
      const value = answers.map((answer) => answer.value).join(',');
      return found(first.source === undefined ? { value } : { value, source: first.source });
    });
  // With one table of exact keys among them, all are asked for parts of a key too (dict_union).
  return { name: `unionmap:{${tables.map((table) => table.name).join(', ')}}`, lookup, ...patternsIf(tables) };
}

function patternsIf(tables: readonly Table[]): Partial<Pick<PatternTable, 'patterns'>> {
  return tables.length > 0 && tables.every(isPatternTable) ? { patterns: true } : {};
}

/**
 * The answer of the first table that has one; one that cannot tell ends the search. Tables of patterns in it are asked for whole
 * keys alone, the others for parts of them too, as maps_find(3) does it.
 */
export function tableList(...tables: readonly Table[]): Table {
  const name = tables.map((table) => table.name).join(', ');
  const lookup = (key: string, call?: PortCall): MaybePromise<Answer<TableEntry>> => firstOf(tables, key, call, 0);
  const list: Table & Partial<MixedTable> = { name, lookup, ...patternsIf(tables), ...partsOf(tables) };
  const known = tables.map(knownEntries);
  if (known.some((entries) => entries === undefined)) return list;
  const all: Table & Pick<EnumerableTable, 'entries'> = { ...list, entries: () => known.flatMap((e) => e ?? []) };
  return all;
}

/** Nothing where there are no patterns, or nothing else. */
function partsOf(tables: readonly Table[]): Partial<Pick<MixedTable, 'lookupPart'>> {
  const others = tables.filter((table) => !isPatternTable(table)).map(withoutPatterns);
  if (others.length === 0 || (others.length === tables.length && !tables.some(isMixedTable))) return {};
  return { lookupPart: (key, call) => firstOf(others, key, call, 0) };
}

function withoutPatterns(table: Table): Table {
  return isMixedTable(table) ? { name: table.name, lookup: (key, call) => table.lookupPart(key, call) } : table;
}

function firstOf(
  tables: readonly Table[],
  key: string,
  call: PortCall | undefined,
  from: number,
): MaybePromise<Answer<TableEntry>> {
  const table = tables[from];
  if (table === undefined) return notFound();
  return andThen(table.lookup(key, call), (answer) =>
    answer.kind === 'not-found' ? firstOf(tables, key, call, from + 1) : answer,
  );
}

function ask(
  tables: readonly Table[],
  key: string,
  call: PortCall | undefined,
  from: number,
  answers: readonly TableEntry[],
  finish: (answers: readonly TableEntry[]) => Answer<TableEntry>,
): MaybePromise<Answer<TableEntry>> {
  const table = tables[from];
  if (table === undefined) return finish(answers);
  return andThen(table.lookup(key, call), (answer) => {
    if (answer.kind === 'cannot-tell') return answer;
    return ask(tables, key, call, from + 1, answer.kind === 'found' ? [...answers, answer.value] : answers, finish);
  });
}
