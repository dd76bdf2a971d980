/**
 * Tables that are all in memory: they answer at once, and some can list what they hold, so that a stage built on one
 * can refuse wrong values when it is built and not when the mail comes.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Table, TableEntry } from '../core/table.js';
import type { Answer } from '../values/answer.js';
import { ConfigurationError, type Problem, type SourcePosition } from '../values/errors.js';

/** A table that answers synchronously. */
export interface MemoryTable extends Table {
  lookup(key: string): Answer<TableEntry>;
}

/** A table whose values are all known; keys need not be (a network, any key at all). */
export interface EnumerableTable extends MemoryTable {
  entries(): Iterable<TableEntry>;
}

/** A table that is searched with whole keys only, never with parts of an address or a name: its keys are patterns.
 * See access(5), "REGULAR EXPRESSION TABLES". */
export interface PatternTable extends Table {
  readonly patterns: true;
}

/** Several tables, patterns among them: parts of a key are asked of the others alone. */
export interface MixedTable extends Table {
  lookupPart(key: string, call?: PortCall): MaybePromise<Answer<TableEntry>>;
}

/** Every entry of a table, where it can tell. */
export function knownEntries(table: Table): readonly TableEntry[] | undefined {
  const { entries } = table as Partial<EnumerableTable>;
  return typeof entries === 'function' ? [...entries.call(table)] : undefined;
}

export function isPatternTable(table: Table): table is PatternTable {
  return (table as Partial<PatternTable>).patterns === true;
}

export function isMixedTable(table: Table): table is MixedTable {
  return typeof (table as Partial<MixedTable>).lookupPart === 'function';
}

/** Throws when there are problems, all of them in one error (code `table`). */
export function refuseTable(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError('table', problems);
}

export function tableProblem(code: string, message: string, source: SourcePosition, construct?: string): Problem {
  return construct === undefined ? { code, message, source } : { code, message, source, construct };
}
