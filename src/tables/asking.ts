/**
 * Look-ups as data: a computation is a generator that yields questions to named tables and is given the hits. The same
 * computation runs under a stage, a validator, or a test; its result is a promise only where a table gives one. A table
 * that cannot tell ends it.
 */
import type { MaybePromise } from '../core/stage.js';
import { isThenable } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import type { Answer, CannotTell } from '../values/answer.js';
import { type AskMethod, type Hit, searchTable } from './search.js';

export interface TableQuestion<N extends string> {
  readonly table: N;
  /** In the order of look-up; the first that is found counts. */
  readonly keys: readonly string[];
}

export type Inquiry<N extends string, T> = Generator<TableQuestion<N>, T, Hit | undefined>;

export interface Answering<N extends string> {
  /** A question to a table that is not here is answered with "not found". */
  readonly tables: Readonly<Partial<Record<N, Table>>>;
  /** Asks for one key; a stage's `ctx.ask`, so that it is traced. */
  readonly ask: (table: N, key: string, method: AskMethod) => MaybePromise<Answer<TableEntry>>;
  /** Told of every hit. */
  readonly hit?: (table: N, hit: Hit) => void;
}

/** The result, or the answer of the table that could not tell. */
export function inquire<N extends string, T>(
  inquiry: Inquiry<N, T>,
  answering: Answering<N>,
): MaybePromise<T | CannotTell> {
  return proceed(inquiry, answering, inquiry.next());
}

function proceed<N extends string, T>(
  inquiry: Inquiry<N, T>,
  answering: Answering<N>,
  first: IteratorResult<TableQuestion<N>, T>,
): MaybePromise<T | CannotTell> {
  let step = first;
  while (step.done !== true) {
    const { table: name, keys } = step.value;
    const table = answering.tables[name];
    const came =
      table === undefined ? undefined : searchTable(table, keys, (key, method) => answering.ask(name, key, method));
    if (came === undefined) step = inquiry.next(undefined);
    else if (isThenable<Answer<Hit>>(came)) {
      return Promise.resolve(came).then((later) => {
        if (later.kind === 'cannot-tell') return later;
        return proceed(inquiry, answering, take(inquiry, answering, name, later));
      });
    } else if (came.kind === 'cannot-tell') return came;
    else step = take(inquiry, answering, name, came);
  }
  return step.value;
}

function take<N extends string, T>(
  inquiry: Inquiry<N, T>,
  answering: Answering<N>,
  name: N,
  came: Exclude<Answer<Hit>, CannotTell>,
): IteratorResult<TableQuestion<N>, T> {
  if (came.kind === 'not-found') return inquiry.next(undefined);
  answering.hit?.(name, came.value);
  return inquiry.next(came.value);
}
