/**
 * Asks a table for one key after the other until one is found. The asking is the caller's (`ctx.ask`), so that every
 * look-up is in the trace; the order of keys is address-keys.ts's.
 */

import type { MaybePromise } from '../core/stage.js';
import { isThenable } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import { type Answer, found, notFound } from '../values/answer.js';
import { isMixedTable, isPatternTable } from './memory-table.js';

export interface Hit {
  readonly key: string;
  /** The position of `key` among the keys asked for. */
  readonly index: number;
  readonly entry: TableEntry;
}

/** `lookupPart` where a part of the key is asked of a list with patterns in it (MixedTable). */
export type AskMethod = 'lookup' | 'lookupPart';
export type AskKey = (key: string, method: AskMethod) => MaybePromise<Answer<TableEntry>>;

/** The first answer that is not "not found". A table of patterns is asked for the first key alone. */
export function searchTable(table: Table, keys: readonly string[], ask: AskKey): MaybePromise<Answer<Hit>> {
  if (isPatternTable(table)) return searchFrom(keys.slice(0, 1), 'lookup', ask, 0);
  return searchFrom(keys, isMixedTable(table) ? 'lookupPart' : 'lookup', ask, 0);
}

/** `parts`: how all keys but the first are asked for. */
function searchFrom(keys: readonly string[], parts: AskMethod, ask: AskKey, from: number): MaybePromise<Answer<Hit>> {
  for (let index = from; index < keys.length; index++) {
    const key = keys[index] as string;
    const answer = ask(key, index === 0 ? 'lookup' : parts);
    if (isThenable<Answer<TableEntry>>(answer)) {
      return Promise.resolve(answer).then((came) => hit(came, key, index) ?? searchFrom(keys, parts, ask, index + 1));
    }
    const known = hit(answer, key, index);
    if (known !== undefined) return known;
  }
  return notFound();
}

function hit(answer: Answer<TableEntry>, key: string, index: number): Answer<Hit> | undefined {
  if (answer.kind === 'not-found') return undefined;
  return answer.kind === 'found' ? found({ key, index, entry: answer.value }) : answer;
}
