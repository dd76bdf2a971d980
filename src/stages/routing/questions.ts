/** The questions of routing (tables/asking.ts), by the names of its tables. */
import type { Table } from '../../core/table.js';
import type { Answering as AnsweringOf, Inquiry } from '../../tables/asking.js';
import type { SourcePosition } from '../../values/errors.js';
import type { TableName } from './options.js';

export type Tables = Readonly<Partial<Record<TableName, Table>>>;
export type Asking<T> = Inquiry<TableName, T>;
export type Answering = AnsweringOf<TableName>;
export type AskTable = Answering['ask'];

/** What a table said on the way. */
export interface RoutingStep {
  readonly table: TableName;
  readonly key: string;
  /** At most 200 characters. */
  readonly value: string;
  readonly source: SourcePosition | undefined;
}
