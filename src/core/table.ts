/**
 * The table: key to value, not found, or could not tell. The one interface behind access lists, aliases,
 * virtual users, transports and routing; what a table is made of (a file, a directory, memory) is its own affair.
 */
import type { Answer } from '../values/answer.js';
import type { SourcePosition } from '../values/errors.js';
import type { MaybePromise, PortCall } from './stage.js';

export interface TableEntry {
  /** The right-hand side as its author wrote it. */
  readonly value: string;
  /** Where it is written, for tables that come from text. */
  readonly source?: SourcePosition;
  /** A backtracking engine was asked for it: the rule stands in a table that the operator trusts. */
  readonly trusted?: true;
}

export interface Table {
  /** Names the table in traces and logs: `hash:virtual`, `inline`. */
  readonly name: string;
  /** True for tables of patterns, which are asked for the whole key alone, never for parts of it (pcre_table(5)). */
  readonly patterns?: true;
  lookup(key: string, call?: PortCall): MaybePromise<Answer<TableEntry>>;
}
