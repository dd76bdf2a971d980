/**
 * A table that can be read again while it is used. Nothing is watched here: whoever reloads calls `reload`, on a signal or
 * when a file has changed. A new text that is wrong changes nothing: the last good table stays, and the problems are told.
 */
import type { Table } from '../core/table.js';
import { isConfigurationError, type Problem } from '../values/errors.js';
import { isMixedTable, type MixedTable } from './memory-table.js';

export interface ReloadableTable extends Table, Partial<Pick<MixedTable, 'lookupPart'>> {
  /** Opens anew. Problems, all of them, when that failed and the table before stays; none when it is in use. */
  reload(): readonly Problem[];
}

/** Throws what `open` throws the first time: there is no last good table yet. Names and patterns must not change. */
export function reloadableTable(open: () => Table): ReloadableTable {
  let current = open();
  return {
    name: current.name,
    ...(current.patterns === true && { patterns: true as const }),
    lookup: (key, call) => current.lookup(key, call),
    ...(isMixedTable(current) && { lookupPart: (key, call) => (current as MixedTable).lookupPart(key, call) }),
    reload: () => {
      try {
        current = open();
        return [];
      } catch (error) {
        if (!isConfigurationError(error)) throw error;
        return error.problems;
      }
    },
  };
}
