/** The tables of routing as what a stage asks. */
import type { CannotTellRule } from '../../core/decision.js';
import type { MixedTable } from '../../tables/memory-table.js';
import type { TableName } from './options.js';
import type { Tables } from './questions.js';

/** `lookupPart` is asked only of tables that have it (MixedTable). */
export type TableAsks = Readonly<Record<TableName, { readonly port: MixedTable; readonly cannotTell: CannotTellRule }>>;

/** Only tables that were given can be asked, and only they are listed. */
export function asksOf(tables: Tables, cannotTell: CannotTellRule): TableAsks {
  return Object.fromEntries(Object.entries(tables).map(([name, port]) => [name, { port, cannotTell }])) as TableAsks;
}
